#include "derive/chapters.h"

#include <errno.h>
#include <libavutil/avstring.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#define NUMBER_MOST 1e6
#define LINE        (LIMIT_CHAPTER_TITLE * 5 + 100) /* a title whose signs are all escaped */

/* ---- reading -------------------------------------------------------------------- */

/* One line of text, and not what turns its direction for all that follows. */
static bool is_text(const char *title)
{
	const uint8_t *at = (const uint8_t *)title, *end = at + strlen(title);
	int32_t code;

	while (at < end) {
		if (av_utf8_decode(&code, &at, end, 0) < 0 || code < 0x20 ||
		    (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
		    (code >= 0x202a && code <= 0x202e) ||
		    (code >= 0x2066 && code <= 0x2069))
			return false;
	}
	return true;
}

/* Of what it is made; both may be left out. */
static int read_kind(struct chapter *chapter, const cJSON *item)
{
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(item, "kind");
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(item, "number");
	size_t len = cJSON_IsString(kind) ? strlen(kind->valuestring) : 0;

	if ((kind && !len) || len > CHAPTER_KIND ||
	    (len && strspn(kind->valuestring, "abcdefghijklmnopqrstuvwxyz") != len))
		return -EPROTO;
	if (number && !(cJSON_IsNumber(number) && number->valuedouble >= 1 &&
			number->valuedouble < NUMBER_MOST &&
			number->valuedouble == (double)(int)number->valuedouble))
		return -EPROTO;
	if (len)
		memcpy(chapter->kind, kind->valuestring, len);
	chapter->number = number ? (int)number->valuedouble : 0;
	return 0;
}

static int read_one(struct chapter *chapter, const cJSON *item, int64_t after_ms)
{
	const cJSON *ms = cJSON_GetObjectItemCaseSensitive(item, "ms");
	const cJSON *title = cJSON_GetObjectItemCaseSensitive(item, "title");
	size_t len;

	if (!cJSON_IsNumber(ms) || !cJSON_IsString(title))
		return -EPROTO;
	/* not the other way round: what is no number is refused, too */
	if (!(ms->valuedouble > (double)after_ms &&
	      ms->valuedouble <= (double)LIMIT_DERIVE_MS) ||
	    ms->valuedouble != (double)(int64_t)ms->valuedouble)
		return -EPROTO;
	len = strlen(title->valuestring);
	if (len < 1 || len > LIMIT_CHAPTER_TITLE || !is_text(title->valuestring))
		return -EPROTO;
	chapter->ms = (int64_t)ms->valuedouble;
	memcpy(chapter->title, title->valuestring, len + 1);
	return read_kind(chapter, item);
}

static int read_all(struct chapters *out, const cJSON *root)
{
	struct chapters got = {0};
	int n = cJSON_IsArray(root) ? cJSON_GetArraySize(root) : -1, err = 0;
	int64_t after_ms = -1;
	const cJSON *item;

	if (n < 0 || n > LIMIT_CHAPTERS)
		return -EPROTO;
	got.list = calloc((size_t)n + 1, sizeof(*got.list));
	if (!got.list)
		return -ENOMEM;
	cJSON_ArrayForEach(item, root)
	{
		err = read_one(&got.list[got.n], item, after_ms);
		if (err)
			break;
		after_ms = got.list[got.n++].ms;
	}
	if (err)
		free(got.list);
	else
		*out = got;
	return err;
}

int chapters_read(struct chapters *chapters, const char *text, size_t len)
{
	cJSON *root;
	int err;

	/* a title would end there, unseen */
	if (len > LIMIT_CHAPTERS_TEXT || memchr(text, '\0', len) ||
	    memmem(text, len, "\\u0000", 6))
		return -EPROTO;
	root = cJSON_ParseWithLength(text, len);
	if (!root)
		return -EPROTO;
	err = read_all(chapters, root);
	cJSON_Delete(root);
	return err;
}

void chapters_fini(struct chapters *chapters)
{
	free(chapters->list);
	*chapters = (struct chapters){0};
}

void chapters_cut(struct chapters *chapters, int64_t length_ms)
{
	while (chapters->n && chapters->list[chapters->n - 1].ms >= length_ms)
		chapters->n--;
}

int64_t chapters_end_ms(const struct chapters *chapters, uint32_t i, int64_t length_ms)
{
	return i + 1 < chapters->n ? chapters->list[i + 1].ms : length_ms;
}

/* ---- writing -------------------------------------------------------------------- */

void chapters_time(char out[CHAPTERS_TIME], int64_t ms)
{
	snprintf(out, CHAPTERS_TIME, "%02d:%02d:%02d.%03d", (int)(ms / 3600000),
		 (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* Its own signs of WebVTT are text here; "-->" is gone with the '>'. */
static size_t escape(char *out, const char *title)
{
	char *at = out;

	for (; *title; title++) {
		const char *as = *title == '&'   ? "&amp;"
				 : *title == '<' ? "&lt;"
				 : *title == '>' ? "&gt;"
						 : NULL;

		if (as)
			at = stpcpy(at, as);
		else
			*at++ = *title;
	}
	*at = '\0';
	return (size_t)(at - out);
}

static size_t write_one(char *out, const struct chapters *chapters, uint32_t i,
			int64_t length_ms)
{
	char from[CHAPTERS_TIME], to[CHAPTERS_TIME];
	size_t at;

	chapters_time(from, chapters->list[i].ms);
	chapters_time(to, chapters_end_ms(chapters, i, length_ms));
	at = (size_t)snprintf(out, LINE, "\n%u\n%s --> %s\n", i + 1, from, to);
	at += escape(out + at, chapters->list[i].title);
	out[at++] = '\n';
	return at;
}

int chapters_write(const struct chapters *chapters, int64_t length_ms,
		   const struct folder *folder, const char *name)
{
	char *text = malloc(((size_t)chapters->n + 1) * LINE);
	size_t at;
	int err;

	if (!text)
		return -ENOMEM;
	at = (size_t)snprintf(text, LINE, "WEBVTT\n");
	for (uint32_t i = 0; i < chapters->n; i++)
		at += write_one(text + at, chapters, i, length_ms);
	err = folder_write(folder, name, text, at);
	free(text);
	return err;
}

static int write_json_one(cJSON *list, const struct chapters *chapters, uint32_t i,
			  int64_t length_ms)
{
	const struct chapter *chapter = &chapters->list[i];
	int64_t end_ms = chapters_end_ms(chapters, i, length_ms);
	cJSON *item = cJSON_CreateObject();

	if (!cJSON_AddItemToArray(list, item))
		return -ENOMEM;
	if (!cJSON_AddNumberToObject(item, "ms", (double)chapter->ms) ||
	    !cJSON_AddNumberToObject(item, "end_ms", (double)end_ms) ||
	    !cJSON_AddStringToObject(item, "title", chapter->title) ||
	    (*chapter->kind && !cJSON_AddStringToObject(item, "kind", chapter->kind)) ||
	    (chapter->number &&
	     !cJSON_AddNumberToObject(item, "number", chapter->number)))
		return -ENOMEM;
	return 0;
}

int chapters_write_json(const struct chapters *chapters, int64_t length_ms,
			const struct folder *folder, const char *name)
{
	cJSON *list = cJSON_CreateArray();
	int err = list ? 0 : -ENOMEM;
	char *text;

	for (uint32_t i = 0; !err && i < chapters->n; i++)
		err = write_json_one(list, chapters, i, length_ms);
	text = err ? NULL : cJSON_PrintUnformatted(list);
	cJSON_Delete(list);
	if (!text)
		return -ENOMEM;
	err = folder_write(folder, name, text, strlen(text));
	free(text);
	return err;
}
