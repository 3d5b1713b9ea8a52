/* cmd_class.c - what a lecturer does to the class. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "mcu/breakout.h"
#include "mcu/director.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/roster.h"

static struct member *named(const struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));

	return base ? room_member(c->room, base) : NULL;
}

const char *cmd_pin_set(struct command *c)
{
	struct room *room = c->room;
	struct member *member = named(c);

	thread_claim(&on_ctl);
	if (!member && *proto_string(c->d, "member"))
		return "unknown_member";
	if (member)
		roster_list(member);
	director_note(room);
	room->pinned = member ? member->base : 0;
	notice_pinned(room);
	programme_arrange(room);
	return NULL;
}

/* Nobody in this class gets more, until it is changed. */
const char *cmd_class_limit(struct command *c)
{
	enum level most = level_by_name(proto_string(c->d, "most"));

	thread_claim(&on_ctl);
	if (most == LEVELS) {
		c->field = "most";
		return "bad_field";
	}
	return room_limit(c->room, most) ? "no_resources" : NULL;
}

static void end_room(struct room *room) RUNS_ON(on_ctl)
{
	breakout_finish(room);
	log_info("class_ended", "room=%s", room->row.id);
	/* one word to each, not from each to all */
	for (uint32_t i = 0; i < room->n_members; i++)
		notice_bye(room->members[i], "ended", 0);
	while (room->n_members)
		member_leave(room->members[room->n_members - 1], NULL, NULL);
}

static void end(struct member *member)
{
	thread_claim(&on_ctl);
	end_room(member->room);
}

/* Whoever is in it gets the answer first, and then goes, too. */
const char *cmd_class_end(struct command *c)
{
	thread_claim(&on_ctl);
	if (c->room->parent)
		return "bad_state"; /* groups end by breakout.end */
	if (c->room == c->member->room)
		c->after = end;
	else
		end_room(c->room);
	return NULL;
}
