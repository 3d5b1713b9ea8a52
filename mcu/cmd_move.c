/* cmd_move.c - into another class of this server. */
#include "mcu/command.h"

#include <errno.h>
#include <string.h>

#include "mcu/breakout.h"
#include "mcu/member.h"
#include "mcu/move.h"
#include "mcu/room.h"

struct plan {
	struct member *member;
	struct room *to;
	enum role role;
};

static const struct room *class_of(const struct room *room)
{
	return room->parent ? room->parent : room;
}

/* Who may keep order there, too: in the groups of the class; as an administrator; with
 * the link of somebody who may. The role that the link gives is for oneself only. */
static const char *allowed(const struct command *c, struct plan *plan) RUNS_ON(on_ctl)
{
	const char *token = proto_string(c->d, "token");
	enum role role = ROLE_NONE;

	plan->role = move_role(plan->member->room, plan->to, plan->member->role);
	if (class_of(plan->to) == class_of(plan->member->room))
		return NULL;
	if (token && *token) {
		role = command_role(c->server, plan->to, token);
		if (role == ROLE_NONE)
			return "bad_token";
		if (plan->member == c->member)
			plan->role = role;
	}
	return member_may(c->member, CAP_SERVER) || role >= ROLE_MODERATOR ? NULL
									   : "forbidden";
}

static const char *go(const struct plan *plan) RUNS_ON(on_ctl)
{
	struct room *class = plan->to->parent ? plan->to->parent : plan->to;
	struct member *member = plan->member;
	const uint32_t number = breakout_number(class, plan->to);
	int err;

	if (plan->to == member->room)
		return NULL;
	if (class->breakout && class_of(member->room) == class) {
		if (breakout_put(class, member, number, !policy_staff(member->role)))
			return "no_resources";
	}
	err = move_to(member, plan->to, plan->role, "moved");
	if (err == -EIO)
		return "no_resources";
	return !err ? NULL : err == -ENOSPC ? "room_full" : "no_resources";
}

/* Where the member is: in one's own class, or in the one that an administrator names. */
static const char *find_from(const struct command *c, struct room **out) RUNS_ON(on_ctl)
{
	const char *from = proto_string(c->d, "from");
	struct room *room = from ? room_by_code(c->server, from) : c->member->room;

	if (c->member->warm)
		return "bad_state";
	if (room != c->member->room && !member_may(c->member, CAP_SERVER))
		return "forbidden";
	if (!room)
		return from ? "no_room" : "bad_state";
	*out = room;
	return NULL;
}

const char *cmd_member_move(struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));
	const char *error;
	struct room *from;
	struct plan plan;

	thread_claim(&on_ctl);
	error = find_from(c, &from);
	if (error)
		return error;
	plan.to = room_by_code(c->server, proto_string(c->d, "code"));
	plan.member = base ? room_member(from, base) : NULL;
	if (!plan.member)
		return "unknown_member";
	if (plan.member->role > c->member->role)
		return "forbidden";
	if (!plan.to)
		return "no_room";
	error = allowed(c, &plan);
	if (error)
		return error;
	return go(&plan);
}
