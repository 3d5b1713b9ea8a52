/* cmd_class.c - what a lecturer does to the class. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/roster.h"

const char *cmd_layout_set(struct command *c)
{
	uint32_t generation = 0;

	thread_claim(&on_ctl);
	switch (programme_set_layout(c->member->room, proto_string(c->d, "name"),
				     &generation)) {
	case 0:
		break;
	case -EINVAL:
		c->field = "name";
		snprintf(c->why, sizeof(c->why), "the layout takes no such parameters");
		return "bad_field";
	default:
		return "unknown_layout";
	}
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "generation", generation);
	return NULL;
}

static struct member *named(const struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));

	return base ? room_member(c->member->room, base) : NULL;
}

const char *cmd_pin_set(struct command *c)
{
	struct room *room = c->member->room;
	struct member *member = named(c);

	thread_claim(&on_ctl);
	if (!member && *proto_string(c->d, "member"))
		return "unknown_member";
	if (member)
		roster_list(member);
	room->pinned = member ? member->base : 0;
	notice_pinned(room);
	programme_arrange(room);
	return NULL;
}

/* Nobody in this class gets more, until it is changed. */
const char *cmd_class_limit(struct command *c)
{
	enum level most = level_by_name(proto_string(c->d, "most"));
	const char *error;
	struct room *room;

	thread_claim(&on_ctl);
	error = command_room(c, &room);
	if (error)
		return error;
	if (most == LEVELS) {
		c->field = "most";
		return "bad_field";
	}
	return room_limit(room, most) ? "no_resources" : NULL;
}

static void end(struct member *member)
{
	struct room *room = member->room;

	thread_claim(&on_ctl);
	log_info("class_ended", "room=%s", room->row.id);
	/* one word to each, not from each to all */
	for (uint32_t i = 0; i < room->n_members; i++)
		notice_bye(room->members[i], "ended", 0);
	while (room->n_members)
		member_leave(room->members[room->n_members - 1], NULL, NULL);
}

const char *cmd_class_end(struct command *c)
{
	c->after = end;
	return NULL;
}
