/* cmd_tools.c - hands, reactions, polls and the timer. */
#include "mcu/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/notice_tools.h"
#include "mcu/poll_read.h"
#include "mcu/room.h"
#include "mcu/tools.h"

/* ---- hands ------------------------------------------------------------------ */

const char *cmd_hand_set(struct command *c)
{
	int at = 0;

	thread_claim(&on_ctl);
	if (proto_bool(c->d, "on", false)) {
		at = hands_raise(c->member);
		if (at < 0)
			return "no_resources";
	} else {
		hands_lower(c->member);
	}
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "at", at);
	return NULL;
}

static struct member *named(const struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));

	return base ? room_member(c->room, base) : NULL;
}

const char *cmd_hand_lower(struct command *c)
{
	struct member *member = named(c);

	thread_claim(&on_ctl);
	if (!member)
		return "unknown_member";
	hands_lower(member);
	return NULL;
}

const char *cmd_hand_clear(struct command *c)
{
	thread_claim(&on_ctl);
	hands_clear(c->room);
	return NULL;
}

const char *cmd_hand_call(struct command *c)
{
	struct member *member = named(c);

	thread_claim(&on_ctl);
	if (!member)
		return "unknown_member";
	hands_call(member);
	return NULL;
}

/* By who has the floor, or by staff. */
const char *cmd_hand_done(struct command *c)
{
	struct room *room = c->room;

	thread_claim(&on_ctl);
	if (room->hands.floor != c->member->base && !member_may(c->member, CAP_MODERATE))
		return "forbidden";
	hands_done(room);
	return NULL;
}

/* ---- reactions -------------------------------------------------------------- */

const char *cmd_react(struct command *c)
{
	if (reactions_add(&c->room->reactions, proto_string(c->d, "sign")))
		return NULL;
	c->field = "sign";
	return "bad_field";
}

/* ---- polls ------------------------------------------------------------------ */

const char *cmd_poll_start(struct command *c)
{
	struct room *room = c->room;
	struct poll_ask ask;

	thread_claim(&on_ctl);
	if (poll_ask_read(&ask, c->d, &c->field))
		return "bad_field";
	if (room->poll && room->poll->on)
		return "poll_busy";
	if (tools_poll_start(room, &ask))
		return "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "id", room->poll->id);
	return NULL;
}

const char *cmd_poll_stop(struct command *c)
{
	thread_claim(&on_ctl);
	if (!c->room->poll)
		return "no_poll";
	return tools_poll_stop(c->room) ? "no_resources" : NULL;
}

const char *cmd_poll_show(struct command *c)
{
	thread_claim(&on_ctl);
	if (!c->room->poll)
		return "no_poll";
	return tools_poll_show(c->room, proto_bool(c->d, "all", false))
		       ? "no_resources"
		       : NULL;
}

const char *cmd_poll_vote(struct command *c)
{
	const struct poll *poll = c->room->poll;
	const char *ballot = NULL;
	uint16_t choices = 0;

	thread_claim(&on_ctl);
	if (!poll || !poll->on || strcmp(proto_string(c->d, "poll"), poll->id) != 0)
		return "no_poll";
	if (poll_choices_read(&poll->ask, c->d, &choices)) {
		c->field = "choice";
		return "bad_field";
	}
	if (tools_vote(c->member, proto_string(c->d, "ballot"), choices, &ballot))
		return "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "ballot", ballot);
	return NULL;
}

const char *cmd_poll_csv(struct command *c)
{
	const struct poll *poll = c->room->poll;
	uint32_t from = (uint32_t)proto_int(c->d, "from", 0);
	char *text;

	if (!poll)
		return "no_poll";
	text = poll_csv(poll, &from);
	if (!text)
		return "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "csv", text);
	cJSON_AddNumberToObject(c->reply, "next", from);
	free(text);
	return NULL;
}

/* ---- the timer -------------------------------------------------------------- */

const char *cmd_timer_set(struct command *c)
{
	struct room *room = c->room;
	const char *said = proto_string(c->d, "label");
	char label[LIMIT_TITLE * 4 + 1] = "";

	thread_claim(&on_ctl);
	if (said && *said && proto_text(label, sizeof(label), said)) {
		c->field = "label";
		return "bad_field";
	}
	countdown_set(&room->countdown, proto_int(c->d, "seconds", 0), label, clock_us());
	notice_countdown(room);
	return NULL;
}

const char *cmd_timer_pause(struct command *c)
{
	struct room *room = c->room;

	thread_claim(&on_ctl);
	if (!countdown_left_ms(&room->countdown, clock_us()))
		return "no_timer";
	countdown_pause(&room->countdown, proto_bool(c->d, "on", false), clock_us());
	notice_countdown(room);
	return NULL;
}

const char *cmd_timer_stop(struct command *c)
{
	struct room *room = c->room;

	thread_claim(&on_ctl);
	if (!room->countdown.on)
		return NULL;
	room->countdown = (struct countdown){.on = false};
	notice_countdown(room);
	return NULL;
}
