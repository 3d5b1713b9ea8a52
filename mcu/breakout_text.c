/* breakout_text.c - groups as they are stored with their class. */
#include "mcu/breakout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/breakout_room.h"
#include "mcu/room.h"
#include "mcu/seats.h"

#define NUMBER_MAX 9e15

_Static_assert(sizeof(((struct breakout_seat *)0)->id) == SEAT_ID + 1, "the same names");

/* The end by the wall clock; a seat is [name, own, at]. */
cJSON *breakout_write(const struct room *class)
{
	const struct breakout *b = class->breakout;
	cJSON *d = cJSON_CreateObject(), *list, *row;

	cJSON_AddStringToObject(d, "how", breakout_how_name(b->how));
	if (b->end_us)
		cJSON_AddNumberToObject(
			d, "end",
			(double)(clock_wall_ms() + (b->end_us - clock_us()) / 1000));
	list = cJSON_AddArrayToObject(d, "rooms");
	for (uint32_t i = 0; i < b->n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(b->groups[i].room->row.id));
	list = cJSON_AddArrayToObject(d, "seats");
	for (uint32_t i = 0; i < b->n_seats; i++) {
		row = cJSON_CreateArray();
		cJSON_AddItemToArray(row, cJSON_CreateString(b->seats[i].id));
		cJSON_AddItemToArray(row, cJSON_CreateNumber(b->seats[i].own));
		cJSON_AddItemToArray(row, cJSON_CreateNumber(b->seats[i].at));
		cJSON_AddItemToArray(list, row);
	}
	return d;
}

static uint8_t group_of(const cJSON *d, const struct breakout *b)
{
	return cJSON_IsNumber(d) && d->valuedouble >= 0 && d->valuedouble <= b->n
		       ? (uint8_t)d->valuedouble
		       : 0;
}

static void read_seats(struct breakout *b, const cJSON *list)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, list)
	{
		const cJSON *id = cJSON_GetArrayItem(row, 0);
		struct breakout_seat *seat;

		if (!cJSON_IsString(id) || strlen(id->valuestring) != SEAT_ID)
			continue;
		seat = breakout_seat_make(b, id->valuestring);
		if (!seat)
			return;
		seat->own = group_of(cJSON_GetArrayItem(row, 1), b);
		seat->at = group_of(cJSON_GetArrayItem(row, 2), b);
	}
}

static bool has_room(const struct breakout *b, const struct room *room)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->groups[i].room == room)
			return true;
	return false;
}

/* All of them must be there, once: their numbers are their places. */
static bool read_rooms(struct room *class, struct breakout *b, const cJSON *list)
	RUNS_ON(on_ctl)
{
	const cJSON *id;

	cJSON_ArrayForEach(id, list)
	{
		struct room *room = cJSON_IsString(id)
					    ? room_by_id(class->server, id->valuestring)
					    : NULL;

		if (!room || room->parent || has_room(b, room) ||
		    b->n == BREAKOUT_GROUPS ||
		    strcmp(room->row.parent, class->row.id) != 0)
			return false;
		memcpy(b->groups[b->n].title, room->row.title,
		       sizeof(b->groups[b->n].title));
		b->groups[b->n++].room = room;
	}
	return b->n > 0;
}

/* In time from here on; 0: without an end; below: it is over. */
static int64_t left_us(const cJSON *end)
{
	if (!cJSON_IsNumber(end) ||
	    !(end->valuedouble > 0 && end->valuedouble < NUMBER_MAX))
		return 0;
	return ((int64_t)end->valuedouble - clock_wall_ms()) * 1000 - 1;
}

void breakout_read(struct room *class, const cJSON *d)
{
	const cJSON *how = cJSON_GetObjectItemCaseSensitive(d, "how");
	int64_t left = left_us(cJSON_GetObjectItemCaseSensitive(d, "end"));
	struct breakout *b;

	if (!cJSON_IsObject(d) || !cJSON_IsString(how) || class->breakout || left < 0)
		return;
	b = calloc(1, sizeof(*b));
	if (!b)
		return;
	b->how = breakout_how_by_name(how->valuestring);
	if (b->how == BREAKOUT_HOWS ||
	    !read_rooms(class, b, cJSON_GetObjectItemCaseSensitive(d, "rooms"))) {
		log_warn("groups_unread", "room=%s", class->row.id);
		free(b);
		return;
	}
	for (uint32_t i = 0; i < b->n; i++)
		b->groups[i].room->parent = class;
	read_seats(b, cJSON_GetObjectItemCaseSensitive(d, "seats"));
	b->end_us = left ? clock_us() + left : 0;
	b->changed = b->changed_all = true;
	class->breakout = b;
	log_info("groups_back", "room=%s groups=%u", class->row.id, b->n);
}
