#include "mcu/workshop_text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "mcu/vtt.h"

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

/* captions-ru.vtt; the tag as it is usually written alone. */
static bool language_of(const char *name, char language[VTT_LANGUAGE + 1])
{
	static const char head[] = "captions-", end[] = ".vtt";
	size_t n = strlen(name), around = sizeof(head) - 1 + sizeof(end) - 1;
	char tag[VTT_LANGUAGE + 1];

	if (n <= around || n - around > VTT_LANGUAGE ||
	    strncmp(name, head, sizeof(head) - 1) != 0 ||
	    strcmp(name + n - (sizeof(end) - 1), end) != 0)
		return false;
	snprintf(tag, sizeof(tag), "%.*s", (int)(n - around), name + sizeof(head) - 1);
	return vtt_language(tag, language) == 0 && strcmp(tag, language) == 0;
}

const char *workshop_type(const char *name)
{
	char language[VTT_LANGUAGE + 1];
	static const char *const types[][2] = {
		{"video.mp4", "video/mp4"},
		{"slides.mp4", "video/mp4"},
		{"sound.m4a", "audio/mp4"},
		{"poster.jpg", "image/jpeg"},
		{"sprite.vtt", "text/vtt; charset=utf-8"},
		{"chapters.vtt", "text/vtt; charset=utf-8"},
		{"chapters.json", "application/json"},
		{"waveform.json", "application/json"},
		{"loudness.json", "application/json"},
		{"video.index", "application/octet-stream"},
		{"slides.index", "application/octet-stream"},
		{"sound.index", "application/octet-stream"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(name, types[i][0]) == 0)
			return types[i][1];
	if (language_of(name, language))
		return "text/vtt; charset=utf-8";
	return is_sheet(name) ? "image/jpeg" : NULL;
}

/* ---- what aula-derive says -------------------------------------------------------- */

/* Where a step begins in the whole, roughly: the sound is what takes long. */
static const struct step {
	const char *name;
	double from, part;
} steps[] = {
	{"poster", 0, 0.01},  {"sprite", 0.01, 0.02}, {"listen", 0.03, 0.12},
	{"sound", 0.15, 0.5}, {"video", 0.65, 0.05},  {"slides", 0.7, 0.3},
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

bool workshop_ok(const char *line)
{
	cJSON *root = cJSON_Parse(line);
	bool ok = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "ok"));

	cJSON_Delete(root);
	return ok;
}

void workshop_failure(const char *code, char out[DB_MADE + 1])
{
	snprintf(out, DB_MADE + 1, "{\"code\":\"%.*s\"}", WORKSHOP_CODE, code);
}

/* ---- what is stored --------------------------------------------------------------- */

/* The name of one of its pairs, or "". */
static const char *name_in(const cJSON *pair)
{
	const cJSON *name = cJSON_GetArrayItem(pair, 0);

	return cJSON_IsString(name) ? name->valuestring : "";
}

bool workshop_lists(const char *json, const char *name)
{
	cJSON *root = cJSON_Parse(json);
	const cJSON *pair, *files = cJSON_GetObjectItemCaseSensitive(root, "files");
	bool there = false;

	cJSON_ArrayForEach(pair, files) there = there || strcmp(name_in(pair), name) == 0;
	cJSON_Delete(root);
	return there;
}

int64_t workshop_largest(const char *json)
{
	cJSON *root = cJSON_Parse(json);
	const cJSON *pair, *files = cJSON_GetObjectItemCaseSensitive(root, "files");
	double most = 0;

	cJSON_ArrayForEach(pair, files)
	{
		const cJSON *bytes = cJSON_GetArrayItem(pair, 1);

		if (cJSON_IsNumber(bytes) && bytes->valuedouble > most)
			most = bytes->valuedouble;
	}
	cJSON_Delete(root);
	return (int64_t)most;
}

int workshop_list_file(const char *json, const char *name, int64_t bytes,
		       char out[DB_MADE + 1])
{
	char text[DB_MADE + 1];
	cJSON *root = cJSON_Parse(json), *pair;
	cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files");
	int err = cJSON_IsArray(files) ? 0 : -EBADMSG;

	for (int i = cJSON_GetArraySize(files); !err && i-- > 0;)
		if (strcmp(name_in(cJSON_GetArrayItem(files, i)), name) == 0)
			cJSON_DeleteItemFromArray(files, i);
	if (!err && bytes > 0) {
		pair = cJSON_CreateArray();
		cJSON_AddItemToArray(pair, cJSON_CreateString(name));
		cJSON_AddItemToArray(pair, cJSON_CreateNumber((double)bytes));
		cJSON_AddItemToArray(files, pair);
	}
	if (!err && !cJSON_PrintPreallocated(root, text, DB_MADE, false))
		err = -ENOSPC;
	if (!err)
		memcpy(out, text, strlen(text) + 1);
	cJSON_Delete(root);
	return err;
}

uint32_t workshop_languages(const char *json,
			    void (*each)(void *ctx, const char *language), void *ctx)
{
	cJSON *root = cJSON_Parse(json);
	const cJSON *pair, *files = cJSON_GetObjectItemCaseSensitive(root, "files");
	char language[VTT_LANGUAGE + 1];
	uint32_t n = 0;

	cJSON_ArrayForEach(pair, files)
	{
		if (!language_of(name_in(pair), language))
			continue;
		n++;
		if (each)
			each(ctx, language);
	}
	cJSON_Delete(root);
	return n;
}
