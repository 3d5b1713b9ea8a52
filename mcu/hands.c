#include "mcu/hands.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/happenings.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/notice_tools.h"
#include "mcu/programme.h"
#include "mcu/rights.h"
#include "mcu/room.h"
#include "mcu/roster.h"

uint32_t hands_place(const struct room *room, const struct member *member)
{
	const struct hands *hands = &room->hands;

	if (!member->hand)
		return 0;
	for (uint32_t i = 0; i < hands->n; i++)
		if (hands->list[i].member == member->base)
			return i + 1;
	return 0;
}

/* The picture may show raised hands, too; there is no hurry. */
static void changed(struct room *room)
{
	room->hands.changed = true;
	room->dirty = true;
}

static void take_out(struct room *room, const struct member *member) RUNS_ON(on_ctl)
{
	struct hands *hands = &room->hands;
	uint32_t at = hands_place(room, member);

	if (!at)
		return;
	memmove(&hands->list[at - 1], &hands->list[at],
		(hands->n - at) * sizeof(hands->list[0]));
	hands->n--;
	changed(room);
}

int hands_raise(struct member *member)
{
	struct hands *hands = &member->room->hands;
	uint32_t at = hands_place(member->room, member);

	if (at)
		return (int)at;
	if (hands->n == HANDS_MAX)
		return -ENOSPC;
	at = ++hands->n; /* the reply tells it */
	hands->list[at - 1] = (struct hand){member->base, at, clock_wall_ms()};
	member->hand = true;
	changed(member->room);
	hands_tick(member->room, clock_us());
	return (int)at;
}

void hands_lower(struct member *member)
{
	if (!member->hand)
		return;
	take_out(member->room, member);
	member->hand = false;
	notice_hand(member);
	hands_tick(member->room, clock_us());
}

void hands_clear(struct room *room)
{
	struct hands *hands = &room->hands;

	for (uint32_t i = 0; i < hands->n; i++) {
		struct member *member = room_member(room, hands->list[i].member);

		member->hand = false;
		notice_hand(member);
	}
	hands->n = 0;
	changed(room);
	hands_tick(room, clock_us());
}

/* ---- the floor -------------------------------------------------------------- */

/* For as long as it has the floor: not kept with its seat. */
static void grant_give(struct member *member) RUNS_ON(on_ctl)
{
	member->own.grants |= CAP_SPEAK;
	member->own.denies &= ~(uint32_t)CAP_SPEAK;
	rights_apply(member, NULL);
}

static void grant_take(struct member *member, bool denied) RUNS_ON(on_ctl)
{
	member->own.grants &= ~(uint32_t)CAP_SPEAK;
	if (denied)
		member->own.denies |= CAP_SPEAK;
	rights_apply(member, NULL);
}

/* What was done for it is undone; what somebody else changed since then stays. */
static void floor_take(struct room *room) RUNS_ON(on_ctl)
{
	struct hands *hands = &room->hands;
	struct member *member = hands->floor ? room_member(room, hands->floor) : NULL;

	if (!hands->floor)
		return;
	if (room->pinned == hands->floor)
		room->pinned = hands->pinned_before &&
					       room_member(room, hands->pinned_before)
				       ? hands->pinned_before
				       : 0;
	hands->floor = 0;
	changed(room);
	if (!member)
		return;
	if (!hands->mic_before && member->mic && !policy_staff(member->role)) {
		member_set_mic(member, false);
		notice_muted(member, member);
	}
	if (hands->granted)
		grant_take(member, hands->denied);
	notice_hand(member);
}

static void shown_anew(struct room *room) RUNS_ON(on_ctl)
{
	notice_pinned(room);
	programme_arrange(room);
	hands_tick(room, clock_us());
}

void hands_done(struct room *room)
{
	if (!room->hands.floor)
		return;
	floor_take(room);
	shown_anew(room);
}

void hands_call(struct member *member)
{
	struct room *room = member->room;
	struct hands *hands = &room->hands;

	if (hands->floor == member->base)
		return;
	floor_take(room);
	take_out(room, member);
	member->hand = false;
	roster_list(member);
	hands->floor = member->base;
	hands->pinned_before = room->pinned;
	hands->mic_before = member->mic;
	hands->granted = !member_may(member, CAP_SPEAK);
	hands->denied = member->own.denies & CAP_SPEAK;
	if (hands->granted)
		grant_give(member);
	room->pinned = member->base;
	changed(room);
	log_info("hand_called", "room=%s member=%u", room->row.id,
		 member->base / ID_BLOCK);
	notice_hand(member);
	shown_anew(room);
	happenings_look(room);
}

struct policy_own hands_own(const struct member *member)
{
	const struct hands *hands = &member->room->hands;
	struct policy_own own = member->own;

	if (hands->floor != member->base || !hands->granted)
		return own;
	own.grants &= ~(uint32_t)CAP_SPEAK;
	if (hands->denied)
		own.denies |= CAP_SPEAK;
	return own;
}

void hands_settled(const struct member *member, uint32_t caps)
{
	struct hands *hands = &member->room->hands;

	if (hands->floor == member->base && caps & CAP_SPEAK)
		hands->granted = false;
}

/* ---- coming back ------------------------------------------------------------ */

int hands_restore(struct member *member, int64_t since_ms)
{
	struct hands *hands = &member->room->hands;
	uint32_t at = hands->n;

	if (member->hand)
		return 0;
	if (hands->n == HANDS_MAX)
		return -ENOSPC;
	while (at > 0 && hands->list[at - 1].since_ms > since_ms)
		at--;
	memmove(&hands->list[at + 1], &hands->list[at],
		(hands->n - at) * sizeof(hands->list[0]));
	hands->list[at] = (struct hand){member->base, 0, since_ms};
	hands->n++;
	member->hand = true;
	changed(member->room);
	return 0;
}

uint32_t hands_floor_flags(const struct room *room)
{
	const struct hands *hands = &room->hands;

	return (hands->granted ? HANDS_GRANTED : 0) | (hands->denied ? HANDS_DENIED : 0) |
	       (hands->mic_before ? HANDS_MIC_BEFORE : 0);
}

void hands_restore_floor(struct member *member, uint32_t flags)
{
	struct hands *hands = &member->room->hands;

	if (hands->floor)
		return;
	roster_list(member);
	hands->floor = member->base;
	hands->pinned_before = 0;
	hands->granted = flags & HANDS_GRANTED;
	hands->denied = flags & HANDS_DENIED;
	hands->mic_before = flags & HANDS_MIC_BEFORE;
	if (hands->granted)
		grant_give(member);
	changed(member->room);
}

void hands_forget(struct room *room, const struct member *member)
{
	struct hands *hands = &room->hands;

	take_out(room, member);
	if (hands->floor != member->base)
		return;
	/* it is not in front any more, and has nothing to give back */
	room->pinned = hands->pinned_before && room_member(room, hands->pinned_before)
			       ? hands->pinned_before
			       : 0;
	hands->floor = 0;
	changed(room);
	notice_pinned(room);
}

/* ---- telling ---------------------------------------------------------------- */

static void tell_places(struct room *room) RUNS_ON(on_ctl)
{
	struct hands *hands = &room->hands;

	for (uint32_t i = 0; i < hands->n; i++) {
		const struct member *member = room_member(room, hands->list[i].member);

		if (hands->list[i].told == i + 1 || !member)
			continue;
		hands->list[i].told = i + 1;
		notice_hand(member);
	}
}

void hands_tick(struct room *room, int64_t now_us)
{
	struct hands *hands = &room->hands;
	int64_t pace_us = room->n_members > ROSTER_LISTED ? HANDS_PACE_MANY_US
							  : HANDS_PACE_US;

	if (!hands->changed || now_us - hands->told_us < pace_us)
		return;
	hands->changed = false;
	hands->told_us = now_us;
	notice_hands(room);
	tell_places(room);
}
