#include "plugins/record_tracks.h"

#include "plugins/record_dir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libavutil/bprint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME     "tracks.json"
#define HEAD     "{\"tracks\":[\n"
#define TAIL     "]}\n"
#define END      ",\"end_ms\":"
#define TEXT_MAX (16 << 20) /* bytes of a list that is read */

void tracks_file(uint32_t index, char out[TRACKS_FILE])
{
	snprintf(out, TRACKS_FILE, "%" PRIu32 ".mkv", index + 1);
}

void tracks_list_fini(struct tracks_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		free(list->lines[i]);
	free(list->lines);
	free(list->end_ms);
	free(list->gone);
	*list = (struct tracks_list){.lines = NULL};
}

static int make_room(struct tracks_list *list)
{
	uint32_t room = list->room ? list->room * 2 : 32;
	int64_t *end_ms;
	char **lines;
	bool *gone;

	if (list->n == TRACKS_MAX_FILES)
		return -ENOSPC;
	if (list->n < list->room)
		return 0;
	lines = realloc(list->lines, room * sizeof(*lines));
	if (lines)
		list->lines = lines;
	end_ms = realloc(list->end_ms, room * sizeof(*end_ms));
	if (end_ms)
		list->end_ms = end_ms;
	gone = realloc(list->gone, room * sizeof(*gone));
	if (gone)
		list->gone = gone;
	if (!lines || !end_ms || !gone)
		return -ENOMEM;
	list->room = room;
	return 0;
}

/* Takes the line, also on failure; NULL: there was no memory for it. */
static int add_line(struct tracks_list *list, char *line, int64_t end_ms)
{
	int err = line ? make_room(list) : -ENOMEM;

	if (err) {
		free(line);
		return err;
	}
	list->lines[list->n] = line;
	list->end_ms[list->n] = end_ms;
	list->gone[list->n++] = false;
	return 0;
}

/* ---- writing --------------------------------------------------------------------- */

/* As JSON wants it (RFC 8259, 7); the name came as UTF-8. */
static void put_text(AVBPrint *out, const char *text)
{
	av_bprint_chars(out, '"', 1);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			av_bprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			av_bprintf(out, "\\%c", c);
		else
			av_bprint_chars(out, (char)c, 1);
	}
	av_bprint_chars(out, '"', 1);
}

static const char *from_text(uint32_t from)
{
	switch (from) {
	case AULA_FROM_CAMERA:
		return "camera";
	case AULA_FROM_SCREEN:
		return "screen";
	default:
		return "voice";
	}
}

static void put_track(AVBPrint *out, uint32_t index, const struct aula_track *t,
		      int64_t at_us)
{
	char file[TRACKS_FILE];

	tracks_file(index, file);
	av_bprintf(out, "{\"file\":\"%s\",\"owner\":", file);
	put_text(out, t->owner);
	av_bprintf(out, ",\"name\":");
	put_text(out, t->name);
	av_bprintf(out, ",\"source\":\"%s\",\"codec\":\"%s\"", from_text(t->from),
		   t->codec);
	if (t->kind == AULA_TRACK_VIDEO)
		av_bprintf(out, ",\"width\":%u,\"height\":%u,\"rotation_deg\":%" PRIu32,
			   t->w_px, t->h_px, t->rotation_deg);
	av_bprintf(out, ",\"start_ms\":%" PRId64, at_us / 1000);
}

int tracks_list_add(struct tracks_list *list, const struct aula_track *track,
		    int64_t at_us)
{
	char *line = NULL;
	AVBPrint text;

	av_bprint_init(&text, 0, TRACKS_LINE - 32);
	put_track(&text, list->n, track, at_us);
	if (!av_bprint_is_complete(&text)) {
		av_bprint_finalize(&text, NULL);
		return -EMSGSIZE;
	}
	av_bprint_finalize(&text, &line);
	return add_line(list, line, 0);
}

static void put_list(AVBPrint *out, const struct tracks_list *list)
{
	bool first = true;

	av_bprintf(out, HEAD);
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->gone[i])
			continue;
		if (!first)
			av_bprintf(out, ",\n");
		first = false;
		av_bprintf(out, "%s" END "%" PRId64 "}", list->lines[i], list->end_ms[i]);
	}
	av_bprintf(out, "%s" TAIL, first ? "" : "\n");
}

int tracks_list_write(const struct tracks_list *list, int dir)
{
	AVBPrint text;
	int err = -ENOMEM;

	av_bprint_init(&text, 0, AV_BPRINT_SIZE_UNLIMITED);
	put_list(&text, list);
	if (av_bprint_is_complete(&text))
		err = record_dir_replace(dir, NAME, text.str, text.len);
	av_bprint_finalize(&text, NULL);
	return err;
}

/* ---- reading --------------------------------------------------------------------- */

/* The line of this index, as we write it; else NULL. The end is cut off. */
static char *read_line(const char *text, size_t len, uint32_t index, int64_t *end_ms)
{
	char head[TRACKS_FILE + 16], line[TRACKS_LINE], *end, rest[4] = "";
	int n = snprintf(head, sizeof(head), "{\"file\":\"%" PRIu32 ".mkv\",", index + 1);

	if (len >= sizeof(line) || memchr(text, 0, len))
		return NULL;
	memcpy(line, text, len);
	line[len] = '\0';
	if (strncmp(line, head, (size_t)n) != 0)
		return NULL;
	/* the last one: a name cannot have it, since its quotes would be escaped */
	end = strstr(line, END);
	if (!end || sscanf(end + strlen(END), "%18" SCNd64 "%3s", end_ms, rest) < 2 ||
	    *end_ms < 0 || (strcmp(rest, "},") != 0 && strcmp(rest, "}") != 0))
		return NULL;
	*end = '\0';
	return strdup(line);
}

int tracks_list_parse(struct tracks_list *list, const char *text, size_t len)
{
	const char *end = text + len, *stop;
	int err = 0;

	if (len < strlen(HEAD) || memcmp(text, HEAD, strlen(HEAD)) != 0)
		return -EBADMSG;
	text += strlen(HEAD);
	while (!err && text < end) {
		int64_t end_ms = 0;
		char *line;

		stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop)
			break;
		line = read_line(text, (size_t)(stop - text), list->n, &end_ms);
		if (!line)
			break;
		err = add_line(list, line, end_ms);
		text = stop + 1;
	}
	return err;
}

static int read_text(int fd, char **out, size_t *len)
{
	size_t n = 0, room = 1 << 16;
	char *text = NULL;

	for (;;) {
		char *grown = realloc(text, room);
		ssize_t got;

		if (!grown) {
			free(text);
			return -ENOMEM;
		}
		text = grown;
		got = read(fd, text + n, room - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || n > TEXT_MAX) {
			int err = got < 0 ? -errno : -EBADMSG;

			free(text);
			return err;
		}
		if (got == 0)
			break;
		n += (size_t)got;
		if (n == room)
			room *= 2;
	}
	*out = text;
	*len = n;
	return 0;
}

int tracks_list_read(struct tracks_list *list, int dir)
{
	int fd = openat(dir, NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), err;
	char *text;
	size_t len;

	if (fd < 0)
		return -errno;
	err = read_text(fd, &text, &len);
	close(fd);
	if (err)
		return err;
	err = tracks_list_parse(list, text, len);
	free(text);
	return err;
}
