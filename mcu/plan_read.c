#include "mcu/plan_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/plan_read_field.h"
#include "signaling/proto_scan.h"

#define VERSION 1

/* ---- parameters ----------------------------------------------------------------- */

static void param_words(struct reader *r, const cJSON *list, struct param_spec *spec)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		const char *text = cJSON_IsString(item) ? item->valuestring : "";
		size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_");

		if (n == 0 || n >= PARAM_LETTER || text[n] ||
		    spec->n_words == PARAM_WORDS) {
			field_refuse(r, spec->key,
				     "must be 1 to %d words of a-z, 0-9, - and _",
				     PARAM_WORDS);
			return;
		}
		memcpy(spec->words[spec->n_words++], text, n + 1);
	}
	if (!spec->n_words)
		field_refuse(r, spec->key, "has no words to choose from");
}

static void param_number(struct reader *r, const cJSON *object, struct param_spec *spec)
{
	static const char *const keys[] = {"min", "max", "usual", NULL};

	snprintf(r->at, sizeof(r->at), "params.%s.", spec->key);
	field_only(r, object, keys);
	spec->min = (uint32_t)field_whole(r, object, "min", 0, 999, 0);
	spec->max = (uint32_t)field_whole(r, object, "max", spec->min, 999, 999);
	spec->usual = (uint32_t)field_whole(r, object, "usual", spec->min, spec->max,
					    spec->max);
}

static void read_params(struct reader *r, const cJSON *json)
{
	const cJSON *params = field_get(json, "params"), *item;

	if (params && !cJSON_IsObject(params))
		field_refuse(r, "params", "must be an object");
	cJSON_ArrayForEach(item, params)
	{
		struct param_specs *specs = &r->plan->params;
		struct param_spec *spec = &specs->specs[specs->n];
		size_t n = strspn(item->string, "abcdefghijklmnopqrstuvwxyz0123456789");

		snprintf(r->at, sizeof(r->at), "params.");
		if (specs->n == PARAMS_MAX || n == 0 || n >= PARAM_LETTER ||
		    item->string[n]) {
			field_refuse(r, item->string,
				     "is too many, or no name of a-z and 0-9");
			break;
		}
		specs->n++;
		memcpy(spec->key, item->string, n + 1);
		if (cJSON_IsArray(item))
			param_words(r, item, spec);
		else if (cJSON_IsObject(item))
			param_number(r, item, spec);
		else
			field_refuse(r, item->string,
				     "must be a list of words or an object");
	}
	r->at[0] = '\0';
}

/* ---- when ----------------------------------------------------------------------- */

static void read_word(struct reader *r, const cJSON *item, struct plan_when *when)
{
	uint8_t place = field_param(r, item->string);
	const struct param_spec *spec;

	if (!place || !cJSON_IsString(item)) {
		field_refuse(r, item->string, "is not known");
		return;
	}
	spec = &r->plan->params.specs[place - 1];
	for (uint32_t i = 0; i < spec->n_words; i++)
		if (strcmp(spec->words[i], item->valuestring) == 0) {
			when->words[place - 1] = (uint8_t)(i + 1);
			return;
		}
	field_refuse(r, item->string, "is none of the parameter's words");
}

static void read_when(struct reader *r, const cJSON *json, struct plan_when *when)
{
	static const char *const keys[] = {"tall",  "screen", "pinned", "interpreter",
					   "guest", "min",    "max",    NULL};
	const cJSON *item;

	if (json && !cJSON_IsObject(json))
		field_refuse(r, "", "must be an object");
	when->tall = field_either(r, json, "tall");
	when->screen = field_either(r, json, "screen");
	when->pinned = field_either(r, json, "pinned");
	when->interpreter = field_either(r, json, "interpreter");
	when->guest = field_either(r, json, "guest");
	when->min = (uint16_t)field_whole(r, json, "min", 0, 9999, 0);
	when->max = (uint16_t)field_whole(r, json, "max", when->min, 9999, 9999);
	cJSON_ArrayForEach(item, json)
	{
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], item->string) != 0)
			i++;
		if (!keys[i])
			read_word(r, item, when);
	}
}

/* ---- cells ---------------------------------------------------------------------- */

/* An edge in AULA_UNIT: rounded by itself, so that cells that meet still do. */
static uint32_t edge(const struct reader *r, double v)
{
	return (uint32_t)lround(v * AULA_UNIT / r->unit);
}

static double side(struct reader *r, const cJSON *json, const char *key)
{
	const cJSON *item = field_get(json, key);

	if (cJSON_IsNumber(item) && item->valuedouble >= 0 &&
	    item->valuedouble <= r->unit)
		return item->valuedouble;
	field_refuse(r, key, "must be a number from 0 to %u", r->unit);
	return 0;
}

static void read_rect(struct reader *r, const cJSON *json, struct aula_rect *at)
{
	double x = side(r, json, "x"), y = side(r, json, "y");
	double w = side(r, json, "w"), h = side(r, json, "h");

	at->x = edge(r, x);
	at->y = edge(r, y);
	at->w = edge(r, x + w) - at->x;
	at->h = edge(r, y + h) - at->y;
	if (at->x + at->w > AULA_UNIT)
		field_refuse(r, "w", "ends outside of the canvas");
	if (at->y + at->h > AULA_UNIT)
		field_refuse(r, "h", "ends outside of the canvas");
	if (at->w < AULA_UNIT / 50)
		field_refuse(r, "w", "is less than a fiftieth of the canvas");
	if (at->h < AULA_UNIT / 50)
		field_refuse(r, "h", "is less than a fiftieth of the canvas");
}

static void read_role(struct reader *r, const cJSON *item, struct plan_cell *cell)
{
	const char *text = cJSON_IsString(item) ? item->valuestring : "";
	enum plan_role role = 0;

	if (strcmp(text, "rest") == 0 && cell->n_who == 0 && !item->next) {
		cell->rest = true;
		return;
	}
	while (role < PLAN_ROLES && strcmp(plan_role_name(role), text) != 0)
		role++;
	if (role == PLAN_ROLES || cell->n_who == PLAN_WHO)
		field_refuse(r, "who", "has %s",
			     role == PLAN_ROLES
				     ? "somebody unknown, or \"rest\" beside others"
				     : "too many wishes");
	else
		cell->who[cell->n_who++] = (uint8_t)role;
}

static void read_who(struct reader *r, const cJSON *json, struct plan_cell *cell)
{
	const cJSON *who = field_get(json, "who"), *item;
	cJSON alone;

	if (cJSON_IsArray(who)) {
		cJSON_ArrayForEach(item, who) read_role(r, item, cell);
	} else if (who) {
		alone = *who;
		alone.next = NULL; /* its neighbour is another field */
		read_role(r, &alone, cell);
	}
	if (!cell->n_who && !cell->rest && !field_get(json, "text"))
		field_refuse(r, "who", "is nobody, and there is no text instead");
}

static uint8_t ninths(struct reader *r, const cJSON *item)
{
	double v = cJSON_IsNumber(item) ? item->valuedouble : 0;

	if (v < 0.3 || v > 4)
		field_refuse(r, "shape",
			     "must be two numbers from 0.3 to 4, width by height");
	return (uint8_t)lround((v < 0.3 ? 1 : v > 4 ? 4 : v) * 9);
}

static void read_rest(struct reader *r, const cJSON *json, struct plan_cell *cell)
{
	static const char *const keys[] = {"most", "cols", "zoom", "shape", NULL};
	const cJSON *most = field_get(json, "most"), *shape = field_get(json, "shape");

	for (size_t i = 0; !cell->rest && keys[i]; i++)
		if (field_get(json, keys[i]))
			field_refuse(r, keys[i], "is only for the rest");
	cell->slim = 12;
	cell->broad = 16;
	if (cJSON_IsString(most)) {
		cell->most_param = field_param(r, most->valuestring);
		if (!cell->most_param ||
		    r->plan->params.specs[cell->most_param - 1].n_words)
			field_refuse(r, "most", "names no parameter that is a number");
	} else {
		cell->most = (uint16_t)field_whole(r, json, "most", 1, AULA_CELLS_MAX,
						   AULA_CELLS_MAX);
	}
	cell->cols = (uint8_t)field_whole(r, json, "cols", 1, AULA_CELLS_MAX, 0);
	cell->zoom = field_yes(r, json, "zoom");
	if (!shape)
		return;
	cell->slim = ninths(r, cJSON_GetArrayItem(shape, 0));
	cell->broad = ninths(r, cJSON_GetArrayItem(shape, 1));
	if (cJSON_GetArraySize(shape) != 2 || cell->slim > cell->broad)
		field_refuse(r, "shape", "must be two numbers, the lesser first");
}

static void read_fit(struct reader *r, const cJSON *json, struct plan_cell *cell)
{
	const cJSON *fit = field_get(json, "fit");
	const char *text = cJSON_IsString(fit) ? fit->valuestring : "";

	if (strcmp(text, "fit") == 0)
		cell->fit = PLAN_FIT;
	else if (strcmp(text, "fill") == 0)
		cell->fit = PLAN_FILL;
	else if (strcmp(text, "face") == 0)
		cell->fit = PLAN_FACE;
	else if (fit)
		field_refuse(r, "fit", "must be \"fit\", \"fill\" or \"face\"");
}

static void read_border(struct reader *r, const cJSON *json, struct plan_cell *cell)
{
	const cJSON *border = field_get(json, "border");

	if (cJSON_IsString(border) && strcmp(border->valuestring, "speaking") == 0)
		cell->talks = true;
	else if (border && !cJSON_IsBool(border))
		field_refuse(r, "border", "must be true, false or \"speaking\"");
	else
		cell->border = cJSON_IsTrue(border);
}

static void read_cell(struct reader *r, const cJSON *json)
{
	static const char *const keys[] = {
		"x",    "y",    "w",    "h",    "z",    "who",   "fit", "border",
		"over", "text", "most", "cols", "zoom", "shape", NULL,
	};
	struct plan_cell *cell = &r->plan->cells[r->plan->n_cells];

	if (!cJSON_IsObject(json)) {
		field_refuse(r, "", "must be an object");
		return;
	}
	if (r->plan->n_cells == PLAN_CELLS) {
		field_refuse(r, "", "is one too many: all variants have at most %d",
			     PLAN_CELLS);
		return;
	}
	field_only(r, json, keys);
	read_rect(r, json, &cell->at);
	read_who(r, json, cell);
	read_fit(r, json, cell);
	read_rest(r, json, cell);
	cell->z = (int8_t)field_whole(r, json, "z", -100, 100, 0);
	read_border(r, json, cell);
	cell->over = field_yes(r, json, "over");
	field_words(r, json, "text", cell->text, sizeof(cell->text));
	r->plan->n_cells++;
}

/* ---- the whole ------------------------------------------------------------------ */

static void read_variant(struct reader *r, const cJSON *json, uint32_t i)
{
	static const char *const keys[] = {"when", "cells", NULL};
	struct plan_variant *v = &r->plan->variants[i];
	const cJSON *cells = field_get(json, "cells"), *item;
	uint32_t one, other, k = 0;

	snprintf(r->at, sizeof(r->at), "variants[%u].", i);
	if (!cJSON_IsObject(json) || !cJSON_IsArray(cells)) {
		field_refuse(r, "cells", "must be a list");
		return;
	}
	field_only(r, json, keys);
	snprintf(r->at, sizeof(r->at), "variants[%u].when.", i);
	read_when(r, field_get(json, "when"), &v->when);
	v->first = r->plan->n_cells;
	cJSON_ArrayForEach(item, cells)
	{
		snprintf(r->at, sizeof(r->at), "variants[%u].cells[%u].", i, k++);
		read_cell(r, item);
		if (r->bad)
			return;
	}
	v->n = r->plan->n_cells - v->first;
	snprintf(r->at, sizeof(r->at), "variants[%u].", i);
	if (v->n > AULA_CELLS_MAX)
		field_refuse(r, "cells", "are more than a picture takes: %d",
			     AULA_CELLS_MAX);
	else if (plan_overlap(r->plan, v, &one, &other))
		field_refuse(r, "cells",
			     "%u and %u lie over each other, and none has \"over\"", one,
			     other);
}

/* The last one must suit whatever is the case, so that there is always a picture. */
static void check_last(struct reader *r)
{
	const struct plan *plan = r->plan;
	bool tall = false, wide = false;

	for (uint32_t i = 0; i < plan->n_variants; i++) {
		const struct plan_when *w = &plan->variants[i].when;
		bool always = w->screen == PLAN_EITHER && w->pinned == PLAN_EITHER &&
			      w->interpreter == PLAN_EITHER && w->guest == PLAN_EITHER &&
			      w->min <= 1 && w->max == 9999;

		for (uint32_t k = 0; k < PARAMS_MAX; k++)
			always &= w->words[k] == 0;
		tall |= always && w->tall != false;
		wide |= always && w->tall != true;
	}
	r->at[0] = '\0';
	if (!tall || !wide)
		field_refuse(r, "variants",
			     "has none for %s canvases that suits whoever is there",
			     wide ? "tall" : "wide");
}

static void read_whole(struct reader *r, const cJSON *json)
{
	static const char *const keys[] = {
		"version", "name",    "title",  "group",    "unit",
		"keep",    "hold_ms", "params", "variants", "background",
		"names",   "banner",  "clock",  "logo",     "background_picture",
		NULL,
	};
	const cJSON *variants = field_get(json, "variants"), *item;
	struct plan *plan = r->plan;

	field_only(r, json, keys);
	if (field_whole(r, json, "version", 0, 9999, 0) != VERSION)
		field_refuse(r, "version", "must be %d", VERSION);
	field_name(r, json, "name", plan->name, sizeof(plan->name));
	field_words(r, json, "title", plan->title, sizeof(plan->title));
	if (field_get(json, "group"))
		field_name(r, json, "group", plan->group, sizeof(plan->group));
	r->unit = (uint32_t)field_whole(r, json, "unit", 1, AULA_UNIT, 1);
	plan->keep = (uint8_t)field_whole(r, json, "keep", 0, PLAN_KEEP, 0);
	plan->hold_ms = (uint32_t)field_whole(r, json, "hold_ms", 0, PLAN_HOLD_MS, 0);
	read_params(r, json);
	field_decor(r, json);
	if (!cJSON_IsArray(variants))
		field_refuse(r, "variants", "must be a list");
	cJSON_ArrayForEach(item, variants)
	{
		r->at[0] = '\0';
		if (plan->n_variants == PLAN_VARIANTS)
			field_refuse(r, "variants", "are more than %d", PLAN_VARIANTS);
		if (r->bad)
			return;
		read_variant(r, item, plan->n_variants++);
	}
	check_last(r);
}

int plan_read(struct plan *plan, const cJSON *json, struct plan_wrong *wrong)
{
	struct reader r = {.wrong = wrong};

	memset(wrong, 0, sizeof(*wrong));
	r.plan = calloc(1, sizeof(*r.plan));
	if (!r.plan) {
		field_refuse(&r, "", "no memory");
		return -EINVAL;
	}
	if (cJSON_IsObject(json))
		read_whole(&r, json);
	else
		field_refuse(&r, "", "must be an object");
	if (!r.bad)
		*plan = *r.plan;
	free(r.plan);
	return r.bad ? -EINVAL : 0;
}

int plan_read_text(struct plan *plan, const char *text, size_t len,
		   struct plan_wrong *wrong)
{
	const char *code = proto_scan(text, len);
	cJSON *json = code ? NULL : cJSON_ParseWithLength(text, len);
	int err;

	if (!json) {
		memset(wrong, 0, sizeof(*wrong));
		snprintf(wrong->why, sizeof(wrong->why), "is no layout: %s",
			 code ? code : "no memory");
		return -EINVAL;
	}
	err = plan_read(plan, json, wrong);
	cJSON_Delete(json);
	return err;
}
