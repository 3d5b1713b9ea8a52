#include "mcu/breakout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/breakout_room.h"
#include "mcu/member.h"
#include "mcu/move.h"
#include "mcu/notice_breakout.h"
#include "mcu/recording.h"
#include "mcu/room.h"

#define SEATS_FIRST 32

static const char *const hows[BREAKOUT_HOWS] = {"set", "random", "even", "self"};

const char *breakout_how_name(enum breakout_how how)
{
	return hows[how];
}

enum breakout_how breakout_how_by_name(const char *name)
{
	enum breakout_how how = BREAKOUT_SET;

	while (how < BREAKOUT_HOWS && strcmp(hows[how], name) != 0)
		how++;
	return how;
}

/* ---- finding ---------------------------------------------------------------- */

struct room *breakout_room(const struct room *class, uint32_t number)
{
	const struct breakout *b = class->breakout;

	return b && number >= 1 && number <= b->n ? b->groups[number - 1].room : NULL;
}

uint32_t breakout_number(const struct room *class, const struct room *group)
{
	for (uint32_t i = 1; class->breakout && i <= class->breakout->n; i++)
		if (class->breakout->groups[i - 1].room == group)
			return i;
	return 0;
}

uint32_t breakout_crowd(const struct room *class)
{
	uint32_t n = class->n_members;

	for (uint32_t i = 0; class->breakout && i < class->breakout->n; i++)
		n += class->breakout->groups[i].room->n_members;
	return n;
}

static struct breakout_seat *find(const struct breakout *b, const char *id)
{
	for (uint32_t i = 0; i < b->n_seats; i++)
		if (strcmp(b->seats[i].id, id) == 0)
			return &b->seats[i];
	return NULL;
}

const struct breakout_seat *breakout_seat(const struct room *class, const char *id)
{
	return class->breakout ? find(class->breakout, id) : NULL;
}

static struct room *place_of(struct room *class, uint32_t number) RUNS_ON(on_ctl)
{
	struct room *group = breakout_room(class, number);

	return group ? group : class;
}

/* Of the class that the room is, or is a group of. */
static struct room *class_of(struct room *room)
{
	return room->parent ? room->parent : room;
}

void breakout_touch(struct room *room)
{
	struct breakout *b = class_of(room)->breakout;

	if (b)
		b->changed = true;
}

/* ---- seats ------------------------------------------------------------------ */

struct breakout_seat *breakout_seat_make(struct breakout *b, const char *id)
{
	struct breakout_seat *seat = find(b, id);

	if (seat)
		return seat;
	if (b->n_seats == BREAKOUT_SEATS)
		return NULL;
	if (b->n_seats == b->size) {
		uint32_t size = b->size ? b->size * 2 : SEATS_FIRST;

		seat = realloc(b->seats, size * sizeof(*seat));
		if (!seat)
			return NULL;
		b->seats = seat;
		b->size = size;
	}
	seat = &b->seats[b->n_seats++];
	*seat = (struct breakout_seat){.member = 0};
	snprintf(seat->id, sizeof(seat->id), "%s", id);
	return seat;
}

int breakout_put(struct room *class, const struct member *member, uint32_t number,
		 bool own)
{
	struct breakout *b = class->breakout;
	struct breakout_seat *seat;

	if (number > b->n)
		return -ENOENT;
	seat = breakout_seat_make(b, member->seat);
	if (!seat)
		return -ENOMEM;
	seat->member = member->base;
	seat->at = (uint8_t)number;
	if (own)
		seat->own = (uint8_t)number;
	if (number && policy_staff(member->role) && b->groups[number - 1].calls)
		b->groups[number - 1].calls = false; /* help is there */
	b->version++;
	b->unsettled = b->changed = true;
	return 0;
}

static bool is_divided(const struct member *member)
{
	return member->role > ROLE_OBSERVER && member->role < ROLE_MODERATOR;
}

static uint32_t smallest(const struct breakout *b)
{
	uint32_t n[BREAKOUT_GROUPS] = {0}, best = 0;

	for (uint32_t i = 0; i < b->n_seats; i++)
		if (b->seats[i].own)
			n[b->seats[i].own - 1]++;
	for (uint32_t i = 1; i < b->n; i++)
		if (n[i] < n[best])
			best = i;
	return best + 1;
}

/* ---- going and coming back --------------------------------------------------- */

/* To where its seat says; false: it is there. */
static bool settle_one(struct room *class, struct breakout_seat *seat) RUNS_ON(on_ctl)
{
	struct member *member = seat->member ? idmap_get(&class->server->member_of,
							 seat->member)
					     : NULL;
	struct room *to = place_of(class, seat->at);
	int err;

	if (!member || class_of(member->room) != class ||
	    strcmp(member->seat, seat->id) != 0) {
		seat->member = 0;
		return false;
	}
	if (member->room == to)
		return false;
	err = move_to(member, to, member->role, seat->at ? "group" : "back");
	if (err == -EIO)
		seat->member = 0;
	if (err)
		seat->at = (uint8_t)breakout_number(class,
						    to == class ? NULL : member->room);
	return true;
}

static void settle(struct room *class) RUNS_ON(on_ctl)
{
	struct breakout *b = class->breakout;
	uint32_t moved = 0;

	for (uint32_t i = 0; i < b->n_seats && moved < BREAKOUT_MOVES; i++)
		moved += settle_one(class, &b->seats[i]);
	b->unsettled = moved == BREAKOUT_MOVES;
}

bool breakout_arrive(struct member *member)
{
	struct room *class = class_of(member->room);
	struct breakout *b = class->breakout;
	struct breakout_seat *seat;

	if (!b || b->ending)
		return false;
	b->changed = true;
	seat = find(b, member->seat);
	if (!seat && b->how == BREAKOUT_EVEN && is_divided(member) &&
	    breakout_put(class, member, smallest(b), true) == 0)
		seat = find(b, member->seat);
	if (!seat)
		return false;
	seat->member = member->base;
	return settle_one(class, seat);
}

/* ---- beginning ---------------------------------------------------------------- */

static int put_all(struct room *class, const struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	struct member **list = malloc((class->n_members + 1) * sizeof(struct member *));
	uint32_t n = 0;
	int err = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < class->n_members; i++)
		if (is_divided(class->members[i]))
			list[n++] = class->members[i];
	for (uint32_t i = n; ask->how == BREAKOUT_RANDOM && i > 1; i--) {
		uint32_t k = rand_u32() % i;
		struct member *other = list[k];

		list[k] = list[i - 1];
		list[i - 1] = other;
	}
	for (uint32_t i = 0; i < n && !err; i++)
		err = breakout_put(class, list[i], i % ask->n + 1, true);
	free(list);
	return err;
}

static int put_named(struct room *class, const struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	int err = 0;

	for (uint32_t i = 0; i < ask->n_named && !err; i++)
		err = breakout_put(class, ask->named[i].member, ask->named[i].group,
				   true);
	return err;
}

static int rooms_make(struct room *class, const struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	struct breakout *b = class->breakout;
	int err = 0;

	while (b->n < ask->n && !err) {
		struct breakout_group *group = &b->groups[b->n];

		snprintf(group->title, sizeof(group->title), "%s", ask->titles[b->n]);
		if (!group->title[0])
			snprintf(group->title, sizeof(group->title), "%u", b->n + 1);
		err = breakout_room_make(&group->room, class, group->title);
		b->n += !err;
	}
	return err;
}

int breakout_start(struct room *class, const struct breakout_ask *ask)
{
	struct breakout *b;
	int err;

	if (class->breakout)
		return -EBUSY;
	if (class->server->n_rooms + ask->n > LIMIT_ROOMS - LIMIT_ROOMS / 8)
		return -ENOSPC; /* some are left for classes */
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	class->breakout = b;
	b->how = ask->how;
	b->version = rand_u32();
	err = rooms_make(class, ask);
	if (!err && ask->how == BREAKOUT_SET)
		err = put_named(class, ask);
	else if (!err && ask->how != BREAKOUT_SELF)
		err = put_all(class, ask);
	if (err) {
		breakout_finish(class);
		return err;
	}
	breakout_extend(class, ask->minutes);
	log_info("groups_begun", "room=%s groups=%u how=%s minutes=%lld", class->row.id,
		 b->n, hows[b->how], (long long)ask->minutes);
	settle(class);
	notice_breakout(class, true);
	return 0;
}

/* ---- the end -------------------------------------------------------------------- */

void breakout_extend(struct room *class, int64_t minutes)
{
	struct breakout *b = class->breakout;

	b->end_us = minutes ? clock_us() + minutes * 60 * SEC_US : 0;
	b->closing = b->ending = false;
	b->version++;
	b->changed = b->changed_all = true;
}

void breakout_end(struct room *class, int64_t us)
{
	struct breakout *b = class->breakout;
	int64_t end_us = clock_us() + us;

	if (b->end_us && b->end_us < end_us)
		return;
	b->end_us = end_us;
	b->version++;
	b->changed = b->changed_all = true;
}

/* At most so many come back; returns how many did. */
static uint32_t empty(struct room *class, struct room *group, uint32_t most)
	RUNS_ON(on_ctl)
{
	uint32_t n = 0;

	for (; group->n_members && n < most; n++) {
		struct member *member = group->members[group->n_members - 1];
		uint32_t before = group->n_members;

		/* the class had kept places for all of them */
		if (move_to(member, class, member->role, "back") &&
		    group->n_members == before)
			member_leave(member, "left", "ended");
	}
	return n;
}

/* Many do not come back all in one turn. True when everybody is there. */
static bool all_back(struct room *class) RUNS_ON(on_ctl)
{
	struct breakout *b = class->breakout;
	uint32_t left = BREAKOUT_MOVES;

	b->ending = true; /* nobody is put into a group meanwhile */
	for (uint32_t i = 0; i < b->n && left; i++)
		left -= empty(class, b->groups[i].room, left);
	return left > 0;
}

void breakout_finish(struct room *class)
{
	struct breakout *b = class->breakout;

	if (!b)
		return;
	for (uint32_t i = 0; i < b->n; i++)
		(void)empty(class, b->groups[i].room, UINT32_MAX);
	class->breakout = NULL; /* now nobody finds them any more */
	for (uint32_t i = 0; i < b->n; i++)
		breakout_room_end(b->groups[i].room, class);
	log_info("groups_over", "room=%s groups=%u", class->row.id, b->n);
	free(b->seats);
	free(b);
	if (!class->n_members) /* nobody came back: nobody is waited for */
		recording_alone(class, false);
	notice_breakout(class, true);
}

static void tick_class(struct room *class, int64_t now_us) RUNS_ON(on_ctl)
{
	struct breakout *b = class->breakout;

	if (breakout_crowd(class))
		b->empty_us = 0;
	else if (!b->empty_us)
		b->empty_us = now_us;
	if ((b->end_us && now_us >= b->end_us) ||
	    (b->empty_us && now_us - b->empty_us > BREAKOUT_EMPTY_US)) {
		if (all_back(class))
			breakout_finish(class);
		return; /* or the others at the next tick */
	}
	if (b->end_us && !b->closing && b->end_us - now_us <= BREAKOUT_CLOSING_US) {
		b->closing = true;
		b->changed = b->changed_all = true;
	}
	if (b->unsettled)
		settle(class);
	if ((b->changed || b->changed_all) && now_us - b->told_us >= BREAKOUT_TOLD_US)
		notice_breakout(class, false);
}

bool breakout_tick(struct room *room, int64_t now_us)
{
	if (room->row.parent[0] && !room->parent &&
	    now_us - room->made_us > BREAKOUT_ORPHAN_US) {
		breakout_room_end(room, room_by_id(room->server, room->row.parent));
		return true;
	}
	if (room->breakout)
		tick_class(room, now_us);
	return false;
}

void breakout_close(struct room *room)
{
	struct breakout *b = room->breakout;

	if (room->parent && room->parent->breakout) { /* the whole server goes */
		b = room->parent->breakout;
		for (uint32_t i = 0; i < b->n; i++)
			if (b->groups[i].room == room)
				b->groups[i] = b->groups[--b->n];
		return;
	}
	if (!b)
		return;
	for (uint32_t i = 0; i < b->n; i++)
		b->groups[i].room->parent = NULL;
	room->breakout = NULL;
	free(b->seats);
	free(b);
}
