#include "mcu/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/breakout.h"
#include "mcu/live_text.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/notice_tools.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/sound.h"

#define DUE_FIRST 16

_Static_assert(LIVE_SEAT == SEAT_ID, "they are the same names");

void live_fini(struct live *live)
{
	free(live->due);
	*live = (struct live){0};
}

int live_add(struct live *live, const struct live_due *one)
{
	struct live_due *due;

	if (live->n == LIVE_DUE_MAX)
		return -ENOSPC;
	if (live->n == live->size) {
		uint32_t size = live->size ? live->size * 2 : DUE_FIRST;

		due = realloc(live->due, size * sizeof(*due));
		if (!due)
			return -ENOMEM;
		live->due = due;
		live->size = size;
	}
	live->due[live->n++] = *one;
	return 0;
}

/* ---- what there is ---------------------------------------------------------- */

static void add_base(struct live *to, const struct room *room, uint32_t base,
		     enum live_what what, int64_t n) RUNS_ON(on_ctl)
{
	const struct member *member = base ? room_member(room, base) : NULL;
	struct live_due due = {.what = (uint8_t)what, .n = n};

	if (!member)
		return;
	memcpy(due.seat, member->seat, sizeof(due.seat));
	if (live_add(to, &due))
		log_warn("live_lost", "room=%s", room->row.id);
}

/* All that goes on, by seats. */
static void gather(const struct room *room, struct live *to) RUNS_ON(on_ctl)
{
	const struct hands *hands = &room->hands;

	for (uint32_t i = 0; i < hands->n; i++)
		add_base(to, room, hands->list[i].member, LIVE_HAND,
			 hands->list[i].since_ms);
	add_base(to, room, hands->floor, LIVE_FLOOR, hands_floor_flags(room));
	if (hands->floor)
		add_base(to, room, hands->pinned_before, LIVE_BEFORE, 0);
	add_base(to, room, room->pinned, LIVE_PIN, 0);
	add_base(to, room, room->interpreter, LIVE_INTERPRETER, 0);
	add_base(to, room, room->guest, LIVE_GUEST, 0);
	for (uint32_t i = 0; room->hearing.n && i < room->n_members; i++) {
		const struct member *member = room->members[i];

		if (member->speaks)
			add_base(to, room, member->base, LIVE_SPEAKS, member->speaks);
		if (member->listens)
			add_base(to, room, member->base, LIVE_LISTENS, member->listens);
	}
}

/* ---- going and coming ------------------------------------------------------- */

static void let_go(struct room *room, struct member *member) RUNS_ON(on_ctl)
{
	hands_forget(room, member);
	member->hand = false;
	if (room->pinned == member->base)
		room->pinned = 0;
	if (room->interpreter == member->base)
		room->interpreter = 0;
	if (room->guest == member->base)
		room->guest = 0;
	if (member->speaks) {
		member->speaks = 0;
		sound_update(room);
	}
	member->listens = 0;
}

void live_park(struct member *member)
{
	struct room *room = member->room;
	struct live all = {0};

	gather(room, &all);
	for (uint32_t i = 0; i < all.n; i++) {
		all.due[i].until_us = clock_us() + LIVE_LEFT_US;
		if (strcmp(all.due[i].seat, member->seat) == 0 &&
		    live_add(&room->live, &all.due[i]))
			log_warn("live_lost", "room=%s", room->row.id);
	}
	live_fini(&all);
	if (!room->live.until_us)
		room->live.until_us = clock_us() + LIVE_WAIT_US;
	let_go(room, member);
}

static void give_language(struct member *member, uint8_t *which, int64_t n)
	RUNS_ON(on_ctl)
{
	if (n < 1 || n > member->room->hearing.n)
		return; /* there is no such language any more */
	*which = (uint8_t)n;
	sound_update(member->room);
	if (which == &member->speaks)
		notice_hearing(member->room);
}

static void give(struct member *member, const struct live_due *due) RUNS_ON(on_ctl)
{
	struct room *room = member->room;

	switch ((enum live_what)due->what) {
	case LIVE_HAND:
		if (hands_restore(member, due->n))
			log_warn("live_lost", "room=%s", room->row.id);
		break;
	case LIVE_FLOOR:
		hands_restore_floor(member, (uint32_t)due->n);
		break;
	case LIVE_BEFORE:
		if (room->hands.floor && !room->hands.pinned_before)
			room->hands.pinned_before = member->base;
		break;
	case LIVE_PIN:
		if (room->pinned)
			break;
		roster_list(member);
		room->pinned = member->base;
		notice_pinned(room);
		break;
	case LIVE_INTERPRETER:
		if (room->interpreter)
			break;
		room->interpreter = member->base;
		notice_parts(room);
		break;
	case LIVE_GUEST:
		if (room->guest)
			break;
		room->guest = member->base;
		notice_parts(room);
		break;
	case LIVE_SPEAKS:
		give_language(member, &member->speaks, due->n);
		break;
	case LIVE_LISTENS:
		give_language(member, &member->listens, due->n);
		break;
	case LIVE_WHATS:
		break;
	}
}

void live_claim(struct member *member)
{
	struct room *room = member->room;
	struct live *live = &room->live;
	uint32_t left = 0, n = live->n;

	for (uint32_t i = 0; i < n; i++) {
		struct live_due due = live->due[i];

		if (strcmp(due.seat, member->seat) == 0)
			give(member, &due);
		else
			live->due[left++] = due;
	}
	live->n = left;
	if (left < n)
		programme_arrange(room);
}

/* ---- storing ---------------------------------------------------------------- */

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t mark_of(uint64_t mark, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		mark = (mark ^ p[i]) * FNV_PRIME;
	return mark;
}

static uint64_t mark_number(uint64_t mark, int64_t n)
{
	return mark_of(mark, &n, sizeof(n));
}

/* What tells one state from another; 0: nothing goes on. */
static uint64_t mark_all(const struct room *room, const struct live *all)
{
	const struct countdown *c = &room->countdown;
	uint64_t mark = FNV_BASIS;

	if (!all->n && !c->on && !room->breakout)
		return 0;
	for (uint32_t i = 0; i < all->n; i++) {
		mark = mark_of(mark, all->due[i].seat, strlen(all->due[i].seat));
		mark = mark_number(mark_number(mark, all->due[i].what), all->due[i].n);
	}
	if (c->on) {
		mark = mark_number(mark, c->paused ? c->left_ms : c->end_us);
		mark = mark_of(mark, c->label, strlen(c->label));
	}
	return mark_number(mark, room->breakout ? room->breakout->version : 0) | 1;
}

static void store(struct room *room, const struct live *all, uint64_t mark)
	RUNS_ON(on_ctl)
{
	struct db_live *row = calloc(1, sizeof(*row));
	char *text = live_text_write(room, all);
	int err = -ENOMEM;

	if (row && text && strlen(text) <= DB_LIVE) {
		memcpy(row->room, room->row.id, sizeof(row->room));
		memcpy(row->json, text, strlen(text));
		row->changed_ms = clock_wall_ms();
		err = db_live_put(room->server->db, row);
	}
	if (!err)
		room->live.mark = mark;
	else
		log_warn("live_unstored", "room=%s err=%d", room->row.id, err);
	free(text);
	free(row);
}

void live_save(struct room *room)
{
	struct live all = {0};
	uint64_t mark;

	gather(room, &all);
	for (uint32_t i = 0; i < room->live.n; i++)
		if (live_add(&all, &room->live.due[i]))
			break;
	mark = mark_all(room, &all);
	if (mark != room->live.mark)
		store(room, &all, mark);
	live_fini(&all);
}

static void forget(struct live *live, int64_t now_us)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < live->n; i++)
		if (live->due[i].until_us > now_us)
			live->due[left++] = live->due[i];
	live->n = left;
}

void live_tick(struct room *room, int64_t now_us)
{
	struct live *live = &room->live;

	if (room->server->draining)
		return; /* all go now, and with them what is to be there again */
	forget(live, now_us);
	if (room->n_members || room->breakout || live->mark)
		live_save(room);
}

/* ---- what was stored -------------------------------------------------------- */

/* Some were faster than the database. */
static void claim_all(struct room *room) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		live_claim(room->members[i]);
	if (room->countdown.on)
		notice_countdown(room);
	for (uint32_t i = room->n_members; room->breakout && i-- > 0;)
		if (i < room->n_members)
			breakout_arrive(room->members[i]);
}

static void got_live(void *ctx, int err, const struct db_live *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	room = n ? room_by_id(server, rows[0].room) : NULL;
	if (err || !room)
		return;
	if (live_text_read(room, rows[0].json)) {
		log_warn("live_unread", "room=%s", room->row.id);
		return;
	}
	room->live.until_us = clock_us() + LIVE_WAIT_US;
	room->live.mark = 1; /* not what is stored: it is stored anew, or taken away */
	claim_all(room);
}

int live_load(struct room *room)
{
	return db_live(room->server->db, room->row.id, got_live, room->server);
}
