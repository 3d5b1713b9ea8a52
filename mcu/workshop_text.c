#include "mcu/workshop_text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* ---- names ------------------------------------------------------------------------ */

/* sprite-1.jpg to sprite-999.jpg */
static bool is_sheet(const char *name)
{
	static const char head[] = "sprite-";
	size_t n;

	if (strncmp(name, head, sizeof(head) - 1) != 0)
		return false;
	name += sizeof(head) - 1;
	n = strspn(name, "0123456789");
	return n >= 1 && n <= 3 && *name != '0' && strcmp(name + n, ".jpg") == 0;
}

const char *workshop_type(const char *name)
{
	static const char *const types[][2] = {
		{"video.mp4", "video/mp4"},
		{"sound.m4a", "audio/mp4"},
		{"poster.jpg", "image/jpeg"},
		{"sprite.vtt", "text/vtt; charset=utf-8"},
		{"chapters.vtt", "text/vtt; charset=utf-8"},
		{"waveform.json", "application/json"},
		{"loudness.json", "application/json"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(name, types[i][0]) == 0)
			return types[i][1];
	return is_sheet(name) ? "image/jpeg" : NULL;
}

/* ---- what aula-derive says -------------------------------------------------------- */

/* Where a step begins in the whole, roughly: the sound is what takes long. */
static const struct step {
	const char *name;
	double from, part;
} steps[] = {
	{"poster", 0, 0.02}, {"sprite", 0.02, 0.08}, {"listen", 0.1, 0.3},
	{"sound", 0.4, 0.5}, {"video", 0.9, 0.1},
};

static void read_step(struct workshop_line *out, const cJSON *root)
{
	const cJSON *step = cJSON_GetObjectItemCaseSensitive(root, "step");
	const cJSON *done = cJSON_GetObjectItemCaseSensitive(root, "done");

	if (!cJSON_IsString(step) || !cJSON_IsNumber(done) ||
	    !(done->valuedouble >= 0 && done->valuedouble <= 1))
		return;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strcmp(step->valuestring, steps[i].name) != 0)
			continue;
		out->said = SAID_STEP;
		out->done = steps[i].from + steps[i].part * done->valuedouble;
	}
}

/* One file as the shortest that says all of it: there may be a hundred. */
static void keep_file(cJSON *list, const cJSON *file)
{
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(file, "name");
	const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(file, "bytes");
	cJSON *pair;

	if (!cJSON_IsString(name) || !workshop_type(name->valuestring) ||
	    !cJSON_IsNumber(bytes) || !(bytes->valuedouble > 0))
		return;
	pair = cJSON_CreateArray();
	cJSON_AddItemToArray(pair, cJSON_CreateString(name->valuestring));
	cJSON_AddItemToArray(pair, cJSON_CreateNumber(bytes->valuedouble));
	cJSON_AddItemToArray(list, pair);
}

static void read_ready(struct workshop_line *out, const cJSON *root)
{
	const cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files");
	const cJSON *lufs = cJSON_GetObjectItemCaseSensitive(root, "lufs");
	cJSON *kept = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(kept, "files");
	const cJSON *file;

	cJSON_ArrayForEach(file, files) keep_file(list, file);
	if (cJSON_IsNumber(lufs))
		cJSON_AddNumberToObject(kept, "lufs", lufs->valuedouble);
	if (list && cJSON_PrintPreallocated(kept, out->json, DB_MADE, false))
		out->said = SAID_READY;
	cJSON_Delete(kept);
}

static void read_failed(struct workshop_line *out, const cJSON *root)
{
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(root, "code");
	const char *text = cJSON_IsString(code) ? code->valuestring : "";
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	if (n < 1 || n > WORKSHOP_CODE || text[n])
		return;
	out->said = SAID_FAILED;
	memcpy(out->code, text, n + 1);
	workshop_failure(out->code, out->json);
}

void workshop_read(struct workshop_line *out, const char *line)
{
	cJSON *root = cJSON_Parse(line);
	const cJSON *ok = cJSON_GetObjectItemCaseSensitive(root, "ok");

	memset(out, 0, sizeof(*out));
	if (cJSON_IsTrue(ok))
		read_ready(out, root);
	else if (cJSON_IsFalse(ok))
		read_failed(out, root);
	else if (root)
		read_step(out, root);
	cJSON_Delete(root);
}

void workshop_failure(const char *code, char out[DB_MADE + 1])
{
	snprintf(out, DB_MADE + 1, "{\"code\":\"%.*s\"}", WORKSHOP_CODE, code);
}

/* ---- chapters --------------------------------------------------------------------- */

/* Signs that aula-derive takes for no text: a list with one of them is refused whole.
 * Of control signs, line ends, and what turns the direction of all that follows, in
 * UTF-8; what is no UTF-8 was refused when the mark was made. */
static size_t refused_bytes(const unsigned char *at)
{
	if (*at < 0x20 || *at == 0x7f)
		return 1;
	if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
		return 2;
	if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae)
		return 3;
	if (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
		return 3;
	/* as text, too, that is taken for a sign which ends all texts */
	return strncmp((const char *)at, "\\u0000", 6) == 0;
}

_Static_assert(LIMIT_MARK_BYTES <= LIMIT_CHAPTER_TITLE, "a mark's text is a title");
_Static_assert(LIMIT_MARKS <= LIMIT_CHAPTERS, "each mark is a chapter");
_Static_assert((LIMIT_MARK_BYTES * 2 + 60) * LIMIT_MARKS <= LIMIT_CHAPTERS_TEXT,
	       "all marks are a list, each byte of them escaped");

static void title_of(const struct db_mark *mark, char out[LIMIT_MARK_BYTES + 1])
{
	const unsigned char *at = (const unsigned char *)mark->text;
	long long sec = mark->at_ms / 1000;
	bool blank = true;
	size_t n = 0;

	while (*at) {
		size_t refused = refused_bytes(at);

		if (!refused) {
			blank = blank && *at == ' ';
			out[n++] = (char)*at++;
		}
		at += refused;
	}
	out[n] = '\0';
	if (blank)
		snprintf(out, LIMIT_MARK_BYTES + 1, "%lld:%02lld:%02lld", sec / 3600,
			 sec / 60 % 60, sec % 60);
}

char *workshop_chapters(const struct db_mark *marks, uint32_t n)
{
	char title[LIMIT_MARK_BYTES + 1], *text;
	cJSON *list = cJSON_CreateArray();
	int64_t after_ms = -1;

	for (uint32_t i = 0; i < n; i++) {
		cJSON *item;

		if (marks[i].at_ms <= after_ms || marks[i].at_ms > LIMIT_DERIVE_MS)
			continue;
		after_ms = marks[i].at_ms;
		title_of(&marks[i], title);
		item = cJSON_CreateObject();
		cJSON_AddNumberToObject(item, "ms", (double)after_ms);
		cJSON_AddStringToObject(item, "title", title);
		cJSON_AddItemToArray(list, item);
	}
	text = cJSON_GetArraySize(list) ? cJSON_PrintUnformatted(list) : NULL;
	cJSON_Delete(list);
	return text;
}
