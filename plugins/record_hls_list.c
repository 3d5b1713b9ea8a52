#include "plugins/record_hls.h"

#include "plugins/record_dir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libavutil/bprint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX  (32 << 20) /* bytes of a list that is read */
#define TEXT_LINE 200
#define DEPENDENT "# no key frame" /* a comment: the standard has no word for it */

void hls_list_fini(struct hls_list *list)
{
	free(list->segments);
	*list = (struct hls_list){.segments = NULL};
}

int hls_list_add(struct hls_list *list, const struct hls_segment *segment)
{
	if (list->n == HLS_SEGMENTS)
		return -EFBIG;
	if (list->n == list->room) {
		uint32_t room = list->room ? list->room * 2 : 64;
		struct hls_segment *grown = realloc(list->segments,
						    room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->segments = grown;
		list->room = room;
	}
	list->segments[list->n++] = *segment;
	return 0;
}

uint64_t hls_list_ms(const struct hls_list *list)
{
	uint64_t ms = 0;

	for (uint32_t i = 0; i < list->n; i++)
		ms += list->segments[i].duration_ms;
	return ms;
}

/* ---- writing -------------------------------------------------------------------- */

static void put_date(AVBPrint *text, int64_t date_ms)
{
	time_t s = (time_t)(date_ms / 1000);
	struct tm tm;

	if (gmtime_r(&s, &tm))
		av_bprintf(text,
			   "#EXT-X-PROGRAM-DATE-TIME:%04d-%02d-%02dT%02d:%02d:%02d."
			   "%03dZ\n",
			   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			   tm.tm_min, tm.tm_sec, (int)(date_ms % 1000));
}

static void put_head(AVBPrint *text, const struct hls_list *list, uint32_t first)
{
	uint32_t n_gone = 0;
	bool independent = true;

	/* once false it may not come back, even when the segment has left the window */
	for (uint32_t i = 0; i < list->n; i++)
		independent = independent && !list->segments[i].dependent;
	for (uint32_t i = 0; i < first; i++)
		n_gone += list->segments[i].discontinuity;
	av_bprintf(text, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n",
		   HLS_TARGET_S);
	if (independent)
		av_bprintf(text, "#EXT-X-INDEPENDENT-SEGMENTS\n");
	av_bprintf(text, "#EXT-X-MEDIA-SEQUENCE:%" PRIu32 "\n", first);
	if (n_gone)
		av_bprintf(text, "#EXT-X-DISCONTINUITY-SEQUENCE:%" PRIu32 "\n", n_gone);
}

/* When the segment begins, by the last one that says it; 0: not known. */
static int64_t date_of(const struct hls_list *list, uint32_t segment)
{
	int64_t after_ms = 0;

	for (uint32_t i = segment + 1; i-- > 0;) {
		if (i < segment)
			after_ms += list->segments[i].duration_ms;
		if (list->segments[i].date_ms)
			return list->segments[i].date_ms + after_ms;
	}
	return 0;
}

static void put_segments(AVBPrint *text, const struct hls_list *list, uint32_t first)
{
	for (uint32_t i = first; i < list->n; i++) {
		const struct hls_segment *s = &list->segments[i];
		int64_t date_ms = i == first ? date_of(list, i) : s->date_ms;

		if (s->discontinuity)
			av_bprintf(text, "#EXT-X-DISCONTINUITY\n");
		if (i == first || s->map != list->segments[i - 1].map)
			av_bprintf(text, "#EXT-X-MAP:URI=\"init%" PRIu32 ".mp4\"\n",
				   s->map);
		if (date_ms)
			put_date(text, date_ms);
		if (s->dependent)
			av_bprintf(text, DEPENDENT "\n");
		av_bprintf(text, "#EXTINF:%" PRIu32 ".%03" PRIu32 ",\n%" PRIu32 ".m4s\n",
			   s->duration_ms / 1000, s->duration_ms % 1000, i);
	}
	if (list->whole)
		av_bprintf(text, "#EXT-X-ENDLIST\n");
}

/* The last HLS_WINDOW; more when they are short, since nobody may be left with less than
 * three times the target (RFC 8216, 6.2.2). */
static uint32_t window(const struct hls_list *list)
{
	uint32_t first = list->n, ms = 0;

	while (first > 0 &&
	       (list->n - first < HLS_WINDOW || ms < 3 * HLS_TARGET_S * 1000))
		ms += list->segments[--first].duration_ms;
	return first;
}

/* A reader sees the older one or this one. */
static int replace(int dir, const char *name, const AVBPrint *text)
{
	if (!av_bprint_is_complete(text))
		return -ENOMEM;
	return record_dir_replace(dir, name, text->str, text->len);
}

int hls_list_write(const struct hls_list *list, int dir)
{
	AVBPrint index, live;
	uint32_t first = window(list);
	int err;

	av_bprint_init(&index, 0, AV_BPRINT_SIZE_UNLIMITED);
	av_bprint_init(&live, 0, AV_BPRINT_SIZE_UNLIMITED);
	put_head(&index, list, 0);
	av_bprintf(&index, "#EXT-X-PLAYLIST-TYPE:EVENT\n");
	put_segments(&index, list, 0);
	put_head(&live, list, first);
	put_segments(&live, list, first);
	err = replace(dir, "index.m3u8", &index);
	if (!err)
		err = replace(dir, "live.m3u8", &live);
	av_bprint_finalize(&index, NULL);
	av_bprint_finalize(&live, NULL);
	return err;
}

/* ---- reading --------------------------------------------------------------------- */

/* A number of digits alone, in front of `rest`. */
static bool read_number(const char *text, const char *rest, uint32_t *out)
{
	uint64_t v = 0;
	int n = 0;

	for (; *text >= '0' && *text <= '9' && n < 10; text++, n++)
		v = v * 10 + (uint64_t)(*text - '0');
	if (!n || v > UINT32_MAX || strcmp(text, rest) != 0)
		return false;
	*out = (uint32_t)v;
	return true;
}

/* "3.960,", as we write it. */
static bool read_duration(const char *text, uint32_t *ms)
{
	unsigned s, m;
	int end = 0;

	if (sscanf(text, "%1u.%3u,%n", &s, &m, &end) != 2 || end != 6 || text[end] ||
	    strspn(text, "0123456789.,") != 6 ||
	    s * 1000 + m >= HLS_TARGET_S * 1000 + 500)
		return false;
	*ms = s * 1000 + m;
	return true;
}

static bool in_range(int v, int min, int max)
{
	return v >= min && v <= max;
}

static bool read_date(const char *text, int64_t *date_ms)
{
	struct tm tm = {.tm_sec = 0};
	int ms, end = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms, &end) != 7 ||
	    end != 24 || text[end] || strspn(text, "0123456789-T:.Z") != 24)
		return false;
	if (!in_range(tm.tm_year, 1970, 9999) || !in_range(tm.tm_mon, 1, 12) ||
	    !in_range(tm.tm_mday, 1, 31) || !in_range(tm.tm_hour, 0, 23) ||
	    !in_range(tm.tm_min, 0, 59) || !in_range(tm.tm_sec, 0, 60) ||
	    !in_range(ms, 0, 999))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*date_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return true;
}

static const char *after(const char *line, const char *tag)
{
	size_t len = strlen(tag);

	return strncmp(line, tag, len) == 0 ? line + len : NULL;
}

/* False: damaged, nothing from here on counts. `next` gathers what is said of a segment.
 */
static bool read_line(struct hls_list *list, struct hls_segment *next, const char *line,
		      int *err)
{
	const char *value;
	uint32_t number;

	if ((value = after(line, "#EXTINF:")))
		return read_duration(value, &next->duration_ms);
	if ((value = after(line, "#EXT-X-MAP:URI=\"init")))
		return read_number(value, ".mp4\"", &next->map) && next->map <= list->n;
	if ((value = after(line, "#EXT-X-PROGRAM-DATE-TIME:")))
		return read_date(value, &next->date_ms);
	if (strcmp(line, "#EXT-X-DISCONTINUITY") == 0)
		next->discontinuity = true;
	else if (strcmp(line, "#EXT-X-ENDLIST") == 0)
		list->whole = true;
	else if (strcmp(line, DEPENDENT) == 0)
		next->dependent = true;
	if (*line == '#' || !*line)
		return true;
	if (!read_number(line, ".m4s", &number) || number != list->n ||
	    !next->duration_ms || list->whole)
		return false;
	*err = hls_list_add(list, next);
	*next = (struct hls_segment){.map = next->map};
	return *err == 0;
}

int hls_list_parse(struct hls_list *list, const char *text, size_t len)
{
	const char *end = text + len;
	struct hls_segment next = {.map = 0};
	char line[TEXT_LINE];
	int err = 0;

	if (len < 8 || memcmp(text, "#EXTM3U\n", 8) != 0)
		return -EBADMSG;
	while (!err && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = stop ? (size_t)(stop - text) : sizeof(line);

		if (n >= sizeof(line))
			break;
		memcpy(line, text, n);
		line[n] = '\0';
		if (!read_line(list, &next, line, &err))
			break;
		text = stop + 1;
	}
	return err;
}

int hls_list_read(struct hls_list *list, int dir)
{
	int fd = openat(dir, "index.m3u8", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t len = 0, room = 1 << 16;
	char *text = NULL, *grown;
	ssize_t n = 1;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (!err && n > 0 && len < TEXT_MAX) {
		grown = realloc(text, room);
		if (!grown) {
			err = -ENOMEM;
			break;
		}
		text = grown;
		n = pread(fd, text + len, room - len, (off_t)len);
		if (n < 0)
			err = -errno;
		else
			len += (size_t)n;
		if (len == room)
			room *= 2;
	}
	close(fd);
	if (!err)
		err = hls_list_parse(list, text, len);
	free(text);
	return err;
}
