/* cmd_media.c - a member's own switches, and what it tells of its picture. */
#include "mcu/command.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/call.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mixer/vworker.h"

const char *cmd_media_set(struct command *c)
{
	thread_claim(&on_ctl);
	if ((proto_bool(c->d, "mic", false) && !member_may(c->member, CAP_SPEAK)) ||
	    (proto_bool(c->d, "cam", false) && !member_may(c->member, CAP_CAMERA)))
		return "forbidden"; /* nor is the other one touched */
	if (proto_bool(c->d, "cam", false) && !c->member->cam &&
	    overload_shed(c->server->overload) >= SHED_MAIN) {
		count_add(COUNT_REJECT_LOAD, 1);
		return "server_busy"; /* nor is the microphone touched */
	}
	member_set_mic(c->member, proto_bool(c->d, "mic", c->member->mic));
	member_set_camera(c->member, proto_bool(c->d, "cam", c->member->cam));
	return NULL;
}

static void offer_again(struct member *member)
{
	thread_claim(&on_ctl);
	if (call_offer(member))
		log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
}

const char *cmd_screen_set(struct command *c)
{
	struct room *room = c->member->room;
	bool on = proto_bool(c->d, "on", false);
	struct member *owner;

	thread_claim(&on_ctl);
	if (on && !member_may(c->member, CAP_SHARE))
		return "forbidden";
	owner = room->screen_owner ? room_member(room, room->screen_owner) : NULL;
	if (on && owner && owner != c->member) {
		if (!policy_staff(c->member->role) || policy_staff(owner->role))
			return "screen_busy";
		member_set_screen(owner, false);
		offer_again(owner);
	}
	if (on && !c->member->screen) {
		const char *code = deck_yields(room, c->member);

		if (code)
			return code;
		deck_hide(room);
	}
	member_set_screen(c->member, on);
	c->after = offer_again;
	return NULL;
}

const char *cmd_view_ready(struct command *c)
{
	if (!c->member->first_frame) {
		c->member->first_frame = true;
		count_add(COUNT_FIRST_FRAMES, 1);
		count_add(COUNT_FIRST_FRAME_MS, proto_int(c->d, "ms", 0));
	}
	return NULL;
}

const char *cmd_key_want(struct command *c)
{
	const struct quality *q = &c->member->quality;
	int64_t now_us = clock_us();

	/* it costs all who watch: once in two seconds, as by RTCP */
	if (!q->video || now_us - c->member->key_us < 2 * SEC_US)
		return NULL;
	c->member->key_us = now_us;
	vworker_rung_key(c->server->vworker,
			 rungs_id(q->picture, q->shape, q->family, q->level));
	return NULL;
}
