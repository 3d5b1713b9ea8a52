/* cue_text.c - a cue list as it is stored. */
#include "mcu/cue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "signaling/proto_scan.h"

#define WHOLE (INT64_C(1) << 53) /* numbers that JSON keeps exactly */

static const char *const parts[CUE_PARTS] = {"pin", "interpreter", "guest"};

/* ---- writing ------------------------------------------------------------------ */

static void add_person(cJSON *to, const char *key, const struct cue_person *person)
{
	cJSON *one;

	if (person->who == CUE_AS_IS)
		return;
	one = cJSON_AddObjectToObject(to, key);
	if (person->who != CUE_MEMBER)
		return;
	cJSON_AddStringToObject(one, "seat", person->seat);
	cJSON_AddStringToObject(one, "name", person->name);
}

static void add_cue(cJSON *to, const struct cue *cue)
{
	cJSON *one = cJSON_CreateObject();

	cJSON_AddItemToArray(to, one);
	cJSON_AddNumberToObject(one, "id", cue->id);
	cJSON_AddStringToObject(one, "name", cue->name);
	cJSON_AddStringToObject(one, "layout", cue->layout);
	for (int i = 0; i < CUE_PARTS; i++)
		add_person(one, parts[i], &cue->people[i]);
	if (cue->when == CUE_AT)
		cJSON_AddNumberToObject(one, "at_ms", (double)cue->at_ms);
	if (cue->when == CUE_AFTER)
		cJSON_AddNumberToObject(one, "after_s", cue->after_s);
	if (cue->done)
		cJSON_AddTrueToObject(one, "done");
	if (cue->missed)
		cJSON_AddTrueToObject(one, "missed");
}

char *cues_write(const struct cues *cues)
{
	cJSON *d = cJSON_CreateObject(), *list;
	char *text;

	cJSON_AddNumberToObject(d, "last_id", cues->last_id);
	cJSON_AddNumberToObject(d, "current", cues->current);
	cJSON_AddNumberToObject(d, "taken_ms", (double)cues->taken_ms);
	list = cJSON_AddArrayToObject(d, "cues");
	for (uint32_t i = 0; i < cues->n; i++)
		add_cue(list, &cues->list[i]);
	text = cJSON_PrintUnformatted(d);
	cJSON_Delete(d);
	return text;
}

/* ---- reading ------------------------------------------------------------------ */

/* False: it is there and is no whole number of this range. */
static bool number(const cJSON *d, const char *key, int64_t most, int64_t *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(d, key);

	if (!v)
		return true;
	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > (double)most ||
	    v->valuedouble != (double)(int64_t)v->valuedouble)
		return false;
	*out = (int64_t)v->valuedouble;
	return true;
}

static bool text(const cJSON *d, const char *key, char *out, size_t size)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(d, key);

	if (!cJSON_IsString(v) || strlen(v->valuestring) >= size)
		return false;
	snprintf(out, size, "%s", v->valuestring);
	return true;
}

static bool read_person(const cJSON *d, struct cue_person *out)
{
	if (!d)
		return true;
	if (!cJSON_IsObject(d))
		return false;
	out->who = CUE_NOBODY;
	if (!d->child)
		return true;
	out->who = CUE_MEMBER;
	return text(d, "seat", out->seat, sizeof(out->seat)) &&
	       strlen(out->seat) == SEAT_ID &&
	       text(d, "name", out->name, sizeof(out->name));
}

static bool read_cue(const struct cues *cues, const cJSON *d, struct cue *out)
{
	int64_t id = 0, at_ms = -1, after_s = -1;

	if (!cJSON_IsObject(d) || !number(d, "id", cues->last_id, &id) || id < 1 ||
	    cues_find(cues, (uint32_t)id) >= 0 || !number(d, "at_ms", WHOLE, &at_ms) ||
	    !number(d, "after_s", CUE_AFTER_SEC, &after_s) ||
	    !text(d, "name", out->name, sizeof(out->name)) ||
	    !text(d, "layout", out->layout, sizeof(out->layout)))
		return false;
	for (int i = 0; i < CUE_PARTS; i++)
		if (!read_person(cJSON_GetObjectItemCaseSensitive(d, parts[i]),
				 &out->people[i]))
			return false;
	out->id = (uint32_t)id;
	out->when = at_ms >= 0 ? CUE_AT : after_s >= 0 ? CUE_AFTER : CUE_BY_HAND;
	out->at_ms = at_ms >= 0 ? at_ms : 0;
	out->after_s = out->when == CUE_AFTER ? (uint32_t)after_s : 0;
	out->done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "done"));
	out->missed = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "missed"));
	return true;
}

static bool read_all(const cJSON *d, struct cues *out)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(d, "cues"), *one;
	int64_t last_id = 0, current = 0, taken_ms = 0;

	if (!cJSON_IsObject(d) || !cJSON_IsArray(list) ||
	    !number(d, "last_id", UINT32_MAX - 1, &last_id) ||
	    !number(d, "current", last_id, &current) ||
	    !number(d, "taken_ms", WHOLE, &taken_ms))
		return false;
	out->last_id = (uint32_t)last_id;
	cJSON_ArrayForEach(one, list)
	{
		if (out->n == CUES_MAX || !read_cue(out, one, &out->list[out->n]))
			return false;
		out->n++;
	}
	out->taken_ms = taken_ms;
	if (cues_find(out, (uint32_t)current) >= 0)
		out->current = (uint32_t)current;
	return true;
}

int cues_read(struct cues *out, const char *text, size_t len)
{
	struct cues *cues;
	cJSON *d;
	int err = -EINVAL;

	if (proto_scan(text, len))
		return -EINVAL;
	cues = calloc(1, sizeof(*cues));
	if (!cues)
		return -ENOMEM;
	d = cJSON_ParseWithLength(text, len);
	if (d && read_all(d, cues)) {
		*out = *cues;
		err = 0;
	}
	cJSON_Delete(d);
	free(cues);
	return err;
}
