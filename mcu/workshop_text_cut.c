#include "mcu/workshop_text_cut.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/limits.h"

#define BYTES_MAX (INT64_C(1) << 50)

/* A whole number from 0 to `most`; -1: it is none. */
static int64_t whole(const cJSON *item, int64_t most)
{
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
	    item->valuedouble > (double)most)
		return -1;
	return (int64_t)item->valuedouble;
}

static int64_t number(const cJSON *d, const char *key, int64_t most)
{
	return whole(cJSON_GetObjectItemCaseSensitive(d, key), most);
}

/* Each begins within the whole, where the one before it does or later. */
static bool read_parts(struct cut_line *out, const cJSON *root)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "parts_ms"), *item;
	int64_t before_ms = 0;
	uint32_t n = 0;

	cJSON_ArrayForEach(item, list)
	{
		int64_t ms = whole(item, out->duration_ms);

		if (n == LIMIT_JOINS || ms < before_ms)
			return false;
		out->parts_ms[n++] = before_ms = ms;
	}
	out->n_parts = n;
	return n > 1;
}

static void read_ready(struct cut_line *out, const cJSON *root)
{
	const cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files");

	out->bytes = number(cJSON_GetArrayItem(files, 0), "bytes", BYTES_MAX);
	out->duration_ms = number(root, "duration_ms", LIMIT_DERIVE_MS);
	/* either is there */
	out->from_ms = number(root, "from_ms", LIMIT_DERIVE_MS);
	if (out->bytes > 0 && out->duration_ms > 0 &&
	    (out->from_ms >= 0 || read_parts(out, root)))
		out->said = SAID_READY;
}

static void read_step(struct cut_line *out, const cJSON *root)
{
	const cJSON *step = cJSON_GetObjectItemCaseSensitive(root, "step");
	const cJSON *done = cJSON_GetObjectItemCaseSensitive(root, "done");

	if (!cJSON_IsString(step) || !cJSON_IsNumber(done) ||
	    (strcmp(step->valuestring, "trim") != 0 &&
	     strcmp(step->valuestring, "join") != 0) ||
	    !(done->valuedouble >= 0 && done->valuedouble <= 1))
		return;
	out->said = SAID_STEP;
	out->done = done->valuedouble;
}

void cut_read(struct cut_line *out, const char *line)
{
	struct workshop_line other;
	cJSON *root = cJSON_Parse(line);
	const cJSON *ok = cJSON_GetObjectItemCaseSensitive(root, "ok");

	memset(out, 0, sizeof(*out));
	if (cJSON_IsTrue(ok)) {
		read_ready(out, root);
	} else if (cJSON_IsFalse(ok)) { /* as whatever it does fails */
		workshop_read(&other, line);
		out->said = other.said;
		memcpy(out->code, other.code, sizeof(out->code));
	} else {
		read_step(out, root);
	}
	cJSON_Delete(root);
}
