#include "mcu/move.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "mcu/breakout.h"
#include "mcu/call.h"
#include "mcu/live.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/room.h"
#include "signaling/session.h"

static const struct room *class_of(const struct room *room)
{
	return room->parent ? room->parent : room;
}

enum role move_role(const struct room *from, const struct room *to, enum role role)
{
	if (class_of(from) == class_of(to) || role == ROLE_ADMIN)
		return role;
	return role < ROLE_STUDENT ? role : ROLE_STUDENT;
}

/* Behind the snapshot, so that the client gets all in order. */
static void tell(struct member *member, const char *why, bool screen) RUNS_ON(on_ctl)
{
	cJSON *d = notice_snapshot(member, false);

	cJSON_AddStringToObject(d, "why", why);
	session_event(member->session, "moved", d);
	call_enter(member);
	if (member->cam || screen)
		notice_asks(member);
	if (screen && call_offer(member)) /* without that section */
		log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
}

int move_to(struct member *member, struct room *to, enum role role, const char *why)
{
	struct room *from = member->room;
	bool screen = member->screen;
	char seat[SEAT_ID + 1];
	int err;

	memcpy(seat, member->seat, sizeof(seat));
	if (class_of(from) != class_of(to))
		seat_fresh(member->seat); /* a seat is of one class */
	err = member_move(member, to, role);
	if (err == -EIO)
		return err;
	if (err == -ENOSPC) { /* it never went */
		memcpy(member->seat, seat, sizeof(seat));
		return err;
	}
	if (err)
		memcpy(member->seat, seat, sizeof(seat));
	live_claim(member);
	tell(member, err ? "back" : why, screen);
	breakout_touch(from);
	breakout_touch(to);
	return err;
}
