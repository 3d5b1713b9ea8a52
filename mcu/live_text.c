#include "mcu/live_text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/room.h"
#include "signaling/utf8.h"

#define NUMBER_MAX 9e15

static const char *const whats[LIVE_WHATS] = {
	"hand", "floor", "before", "pin", "interpreter", "guest", "speaks", "listens"};

/* ---- writing ---------------------------------------------------------------- */

/* The end by the wall clock: the next process has another start of its own. */
static cJSON *write_timer(const struct countdown *c)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "total", (double)c->total_ms);
	cJSON_AddBoolToObject(d, "paused", c->paused);
	if (c->paused)
		cJSON_AddNumberToObject(d, "left", (double)c->left_ms);
	else
		cJSON_AddNumberToObject(
			d, "end",
			(double)(clock_wall_ms() + (c->end_us - clock_us()) / 1000));
	cJSON_AddStringToObject(d, "label", c->label);
	return d;
}

char *live_text_write(const struct room *room, const struct live *all)
{
	cJSON *d = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(d, "due"), *row;
	char *text;

	for (uint32_t i = 0; i < all->n; i++) {
		row = cJSON_CreateArray();
		cJSON_AddItemToArray(row, cJSON_CreateString(whats[all->due[i].what]));
		cJSON_AddItemToArray(row, cJSON_CreateString(all->due[i].seat));
		cJSON_AddItemToArray(row, cJSON_CreateNumber((double)all->due[i].n));
		cJSON_AddItemToArray(list, row);
	}
	if (room->countdown.on)
		cJSON_AddItemToObject(d, "timer", write_timer(&room->countdown));
	if (room->breakout)
		cJSON_AddItemToObject(d, "groups", breakout_write(room));
	text = cJSON_PrintUnformatted(d);
	cJSON_Delete(d);
	return text;
}

/* ---- reading ---------------------------------------------------------------- */

static bool number(const cJSON *d, double min, double max, int64_t *out)
{
	if (!cJSON_IsNumber(d) || !(d->valuedouble >= min && d->valuedouble <= max))
		return false;
	*out = (int64_t)d->valuedouble;
	return true;
}

static void read_due(struct live *live, const cJSON *row)
{
	const cJSON *name = cJSON_GetArrayItem(row, 0),
		    *seat = cJSON_GetArrayItem(row, 1);
	struct live_due due = {.until_us = clock_us() + LIVE_WAIT_US};

	if (!cJSON_IsString(name) || !cJSON_IsString(seat) ||
	    strlen(seat->valuestring) != LIVE_SEAT ||
	    !number(cJSON_GetArrayItem(row, 2), 0, NUMBER_MAX, &due.n))
		return;
	while (due.what < LIVE_WHATS && strcmp(whats[due.what], name->valuestring) != 0)
		due.what++;
	memcpy(due.seat, seat->valuestring, sizeof(due.seat));
	if (due.what < LIVE_WHATS && live_add(live, &due))
		return; /* it is as if that one had not come back */
}

/* All clients are sent it: half a letter would be the end of their connections. */
static bool label_ok(const cJSON *label)
{
	size_t len = cJSON_IsString(label) ? strlen(label->valuestring) : 0;

	return len > 0 && len < sizeof(((struct countdown *)0)->label) &&
	       utf8_valid(label->valuestring, len);
}

static void read_timer(struct countdown *c, const cJSON *d)
{
	const cJSON *label = cJSON_GetObjectItemCaseSensitive(d, "label");
	const double most = COUNTDOWN_MAX_SEC * 1000.0;
	int64_t total, at;

	if (c->on ||
	    !number(cJSON_GetObjectItemCaseSensitive(d, "total"), 1, most, &total))
		return;
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "paused"))) {
		if (!number(cJSON_GetObjectItemCaseSensitive(d, "left"), 0, most, &at))
			return;
		*c = (struct countdown){.on = true, .paused = true, .left_ms = at};
	} else {
		if (!number(cJSON_GetObjectItemCaseSensitive(d, "end"), 0, NUMBER_MAX,
			    &at))
			return;
		at -= clock_wall_ms();
		if (at > total || at < -COUNTDOWN_KEEP_US / 1000)
			return; /* long over, or by a clock that was set */
		*c = (struct countdown){.on = true, .end_us = clock_us() + at * 1000};
	}
	c->total_ms = total;
	snprintf(c->label, sizeof(c->label), "%s",
		 label_ok(label) ? label->valuestring : "");
}

int live_text_read(struct room *room, const char *text)
{
	cJSON *d = cJSON_Parse(text);
	const cJSON *row;

	if (!cJSON_IsObject(d)) {
		cJSON_Delete(d);
		return -EINVAL;
	}
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(d, "due"))
		read_due(&room->live, row);
	read_timer(&room->countdown, cJSON_GetObjectItemCaseSensitive(d, "timer"));
	breakout_read(room, cJSON_GetObjectItemCaseSensitive(d, "groups"));
	cJSON_Delete(d);
	return 0;
}
