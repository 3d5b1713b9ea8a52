#include "mcu/plan_read_field.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/proto.h"

/* Of the height of the canvas: less cannot be seen, more is in the way. */
#define LOGO_LEAST 0.02
#define LOGO_MOST  0.3
#define LOGO_USUAL 0.08

void field_refuse(struct reader *r, const char *key, const char *why, ...)
{
	va_list ap;

	if (r->bad)
		return;
	r->bad = true;
	snprintf(r->wrong->path, sizeof(r->wrong->path), "%s%.31s", r->at, key);
	va_start(ap, why);
	vsnprintf(r->wrong->why, sizeof(r->wrong->why), why, ap);
	va_end(ap);
}

void field_only(struct reader *r, const cJSON *object, const char *const *keys)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], item->string) != 0)
			i++;
		if (!keys[i])
			field_refuse(r, item->string, "is not known");
	}
}

const cJSON *field_get(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

int64_t field_whole(struct reader *r, const cJSON *object, const char *key, int64_t min,
		    int64_t max, int64_t usual)
{
	const cJSON *item = field_get(object, key);
	double v;

	if (!item)
		return usual;
	v = cJSON_IsNumber(item) ? item->valuedouble : (double)min - 1;
	if (!(v >= (double)min && v <= (double)max) || v != floor(v)) {
		field_refuse(r, key, "must be a whole number from %lld to %lld",
			     (long long)min, (long long)max);
		return usual;
	}
	return (int64_t)v;
}

bool field_yes(struct reader *r, const cJSON *object, const char *key)
{
	const cJSON *item = field_get(object, key);

	if (item && !cJSON_IsBool(item))
		field_refuse(r, key, "must be true or false");
	return cJSON_IsTrue(item);
}

uint8_t field_either(struct reader *r, const cJSON *object, const char *key)
{
	return field_get(object, key) ? field_yes(r, object, key) : PLAN_EITHER;
}

void field_words(struct reader *r, const cJSON *object, const char *key, char *out,
		 size_t size)
{
	const cJSON *item = field_get(object, key);
	char clean[PLAN_TITLE > PLAN_TEXT ? PLAN_TITLE : PLAN_TEXT];

	if (!item)
		return;
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size ||
	    proto_name(clean, size, item->valuestring)) {
		field_refuse(r, key, "must be a line of at most %zu bytes", size - 1);
		return;
	}
	memcpy(out, clean, strlen(clean) + 1);
}

void field_name(struct reader *r, const cJSON *object, const char *key, char *out,
		size_t size)
{
	const cJSON *item = field_get(object, key);
	const char *text = cJSON_IsString(item) ? item->valuestring : "";
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n == 0 || n >= size || text[n])
		field_refuse(r, key, "must be 1 to %zu of the letters a-z, 0-9 and -",
			     size - 1);
	else
		memcpy(out, text, n + 1);
}

uint8_t field_param(const struct reader *r, const char *key)
{
	for (uint32_t i = 0; i < r->plan->params.n; i++)
		if (strcmp(r->plan->params.specs[i].key, key) == 0)
			return (uint8_t)(i + 1);
	return 0;
}

/* ---- beside the cells ------------------------------------------------------------ */

static void read_ground(struct reader *r, const cJSON *json)
{
	const cJSON *item = field_get(json, "background");
	const char *text = cJSON_IsString(item) ? item->valuestring : "";
	bool right = text[0] == '#' && strlen(text) == 7 &&
		     strspn(text + 1, "0123456789abcdefABCDEF") == 6;

	if (right)
		r->plan->decor.ground = (uint32_t)strtoul(text + 1, NULL, 16);
	else if (item)
		field_refuse(r, "background", "must be a colour like \"#14181e\"");
}

/* True and false, or a parameter that has the word "on". */
static void read_names(struct reader *r, const cJSON *json)
{
	const cJSON *item = field_get(json, "names");
	struct plan *plan = r->plan;
	const struct param_spec *spec;

	if (!cJSON_IsString(item)) {
		plan->names = field_yes(r, json, "names");
		return;
	}
	plan->names_param = field_param(r, item->valuestring);
	if (plan->names_param) {
		spec = &plan->params.specs[plan->names_param - 1];
		for (uint32_t i = 0; i < spec->n_words; i++)
			if (strcmp(spec->words[i], "on") == 0) {
				plan->names_word = (uint8_t)i;
				return;
			}
	}
	field_refuse(r, "names", "names no parameter that has the word \"on\"");
}

static void read_banner(struct reader *r, const cJSON *json)
{
	static const char *const keys[] = {"text", "at", NULL};
	const cJSON *banner = field_get(json, "banner"), *at = field_get(banner, "at");
	struct decor *decor = &r->plan->decor;

	if (!banner)
		return;
	if (!cJSON_IsObject(banner)) {
		field_refuse(r, "banner", "must be an object");
		return;
	}
	snprintf(r->at, sizeof(r->at), "banner.");
	field_only(r, banner, keys);
	field_words(r, banner, "text", decor->banner, sizeof(decor->banner));
	if (!decor->banner[0])
		field_refuse(r, "text", "is empty");
	decor->banner_below = cJSON_IsString(at) &&
			      strcmp(at->valuestring, "bottom") == 0;
	if (at && !decor->banner_below &&
	    (!cJSON_IsString(at) || strcmp(at->valuestring, "top") != 0))
		field_refuse(r, "at", "must be \"top\" or \"bottom\"");
	r->at[0] = '\0';
}

/* DECOR_CORNERS: that is none. */
static enum decor_corner corner_of(const cJSON *item)
{
	static const char *const corners[DECOR_CORNERS] = {
		[DECOR_NOWHERE] = "none",
		[DECOR_TOP_LEFT] = "top-left",
		[DECOR_TOP_RIGHT] = "top-right",
		[DECOR_BOTTOM_LEFT] = "bottom-left",
		[DECOR_BOTTOM_RIGHT] = "bottom-right",
	};
	enum decor_corner corner = DECOR_NOWHERE;

	while (corner < DECOR_CORNERS &&
	       (!cJSON_IsString(item) || strcmp(item->valuestring, corners[corner]) != 0))
		corner++;
	return corner;
}

static void read_clock(struct reader *r, const cJSON *json)
{
	const cJSON *item = field_get(json, "clock");
	enum decor_corner corner = item ? corner_of(item) : DECOR_NOWHERE;

	if (corner == DECOR_CORNERS)
		field_refuse(r, "clock",
			     "must be a corner like \"top-right\", or \"none\"");
	else
		r->plan->decor.clock = corner;
}

static void read_logo(struct reader *r, const cJSON *json)
{
	static const char *const keys[] = {"picture", "corner", "height", NULL};
	const cJSON *logo = field_get(json, "logo");
	const cJSON *corner = field_get(logo, "corner"), *height;
	struct decor *decor = &r->plan->decor;
	double share = LOGO_USUAL;

	if (!logo)
		return;
	if (!cJSON_IsObject(logo)) {
		field_refuse(r, "logo", "must be an object");
		return;
	}
	snprintf(r->at, sizeof(r->at), "logo.");
	field_only(r, logo, keys);
	field_name(r, logo, "picture", decor->logo, sizeof(decor->logo));
	decor->logo_at = corner ? corner_of(corner) : DECOR_TOP_RIGHT;
	if (decor->logo_at == DECOR_NOWHERE || decor->logo_at == DECOR_CORNERS)
		field_refuse(r, "corner", "must be a corner like \"top-right\"");
	height = field_get(logo, "height");
	if (height)
		share = cJSON_IsNumber(height) ? height->valuedouble : 0;
	if (!(share >= LOGO_LEAST && share <= LOGO_MOST)) {
		field_refuse(r, "height", "must be a number from %.2f to %.2f",
			     LOGO_LEAST, LOGO_MOST);
		share = LOGO_USUAL;
	}
	decor->logo_permille = (uint16_t)lround(share * 1000);
	r->at[0] = '\0';
}

void field_decor(struct reader *r, const cJSON *json)
{
	r->plan->decor.ground = DECOR_GROUND;
	read_ground(r, json);
	read_names(r, json);
	read_banner(r, json);
	read_clock(r, json);
	if (field_get(json, "background_picture"))
		field_name(r, json, "background_picture", r->plan->decor.picture,
			   sizeof(r->plan->decor.picture));
	read_logo(r, json);
}
