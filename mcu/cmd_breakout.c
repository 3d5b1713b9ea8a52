/* cmd_breakout.c - the groups of a class. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/member.h"
#include "mcu/notice_breakout.h"
#include "mcu/room.h"

/* All of it is of the class, wherever in it one is, and whichever of its rooms an
 * administrator names. */
static struct room *class_of(const struct command *c)
{
	return c->room->parent ? c->room->parent : c->room;
}

/* Whoever asks has a place in that class, and so can go about in it. */
static bool has_seat(const struct command *c)
{
	const struct room *room = c->member->room, *class = class_of(c);

	return room && (room == class || room->parent == class);
}

/* ---- beginning ---------------------------------------------------------------- */

static const char *read_title(const cJSON *group, char title[BREAKOUT_TITLE + 1])
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(group, "title");

	if (!item)
		return NULL;
	if (!cJSON_IsString(item) || strlen(item->valuestring) > BREAKOUT_TITLE ||
	    (*item->valuestring &&
	     proto_text(title, BREAKOUT_TITLE + 1, item->valuestring)))
		return "bad_field";
	title[strcspn(title, "\n")] = '\0';
	return NULL;
}

static bool is_named(const struct breakout_ask *ask, const struct member *member)
{
	for (uint32_t i = 0; i < ask->n_named; i++)
		if (ask->named[i].member == member)
			return true;
	return false;
}

static const char *read_members(const struct command *c, const cJSON *group,
				struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(group, "members"), *item;
	const struct room *class = class_of(c);

	if (list && !cJSON_IsArray(list))
		return "bad_field";
	cJSON_ArrayForEach(item, list)
	{
		uint32_t base = cJSON_IsString(item) ? member_base_of(item->valuestring)
						     : 0;
		struct member *member = base ? room_member(class, base) : NULL;

		if (!member)
			return "unknown_member";
		if (member->role > c->member->role)
			return "forbidden";
		if (is_named(ask, member))
			return "bad_field"; /* in one group only */
		ask->named[ask->n_named].member = member;
		ask->named[ask->n_named++].group = (uint8_t)ask->n;
	}
	return NULL;
}

/* Nobody is named twice, so that there are never more than the class has. */
static const char *read_groups(struct command *c, const cJSON *groups,
			       struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	const char *error = NULL;
	const cJSON *group;

	if (!cJSON_IsArray(groups))
		return "bad_field";
	cJSON_ArrayForEach(group, groups)
	{
		if (!cJSON_IsObject(group) || ask->n == BREAKOUT_GROUPS)
			return "bad_field";
		error = read_title(group, ask->titles[ask->n++]);
		if (!error)
			error = read_members(c, group, ask);
		if (error)
			return error;
	}
	return ask->n ? NULL : "bad_field";
}

static const char *read_ask(struct command *c, struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	const cJSON *groups = cJSON_GetObjectItemCaseSensitive(c->d, "groups");
	const char *how = proto_string(c->d, "how"), *error;

	ask->how = how      ? breakout_how_by_name(how)
		   : groups ? BREAKOUT_SET
			    : BREAKOUT_EVEN;
	ask->minutes = proto_int(c->d, "minutes", 0);
	c->field = "how";
	if (ask->how == BREAKOUT_HOWS)
		return "bad_field";
	c->field = groups ? "groups" : "n";
	if (groups) {
		error = read_groups(c, groups, ask);
		if (error)
			return error;
	} else {
		ask->n = (uint32_t)proto_int(c->d, "n", 0);
	}
	/* where somebody is named, the server divides nobody */
	if (!ask->n || (ask->how == BREAKOUT_SET ? !groups : ask->n_named > 0))
		return "bad_field";
	c->field = NULL;
	return NULL;
}

static const char *start(struct command *c, struct breakout_ask *ask) RUNS_ON(on_ctl)
{
	const char *text = proto_string(c->d, "message"), *error;
	char message[LIMIT_CHAT_BYTES + 1] = "";
	struct room *class = class_of(c);
	int err;

	if (text && *text && proto_text(message, sizeof(message), text)) {
		c->field = "message";
		return "bad_field";
	}
	error = read_ask(c, ask);
	if (error)
		return error;
	err = breakout_start(class, ask);
	if (err)
		return err == -EBUSY ? "breakout_busy" : "no_resources";
	if (message[0])
		notice_breakout_said(class, c->member, message);
	c->reply = notice_json_breakout(class, c->member);
	return NULL;
}

const char *cmd_breakout_start(struct command *c)
{
	struct breakout_ask *ask = calloc(1, sizeof(*ask));
	const char *error = "no_resources";
	struct room *class = class_of(c);

	thread_claim(&on_ctl);
	if (ask)
		ask->named = calloc(class->n_members + 1, sizeof(*ask->named));
	if (ask && ask->named)
		error = class->breakout ? "breakout_busy" : start(c, ask);
	if (ask)
		free(ask->named);
	free(ask);
	return error;
}

/* ---- while they last ------------------------------------------------------------- */

const char *cmd_breakout_list(struct command *c)
{
	thread_claim(&on_ctl);
	c->reply = cJSON_CreateObject();
	cJSON_AddItemToObject(c->reply, "breakout",
			      notice_json_breakout(class_of(c), c->member));
	return NULL;
}

static void go_now(struct member *member)
{
	thread_claim(&on_ctl);
	breakout_arrive(member);
}

/* Whoever keeps order goes where it likes; the others to their own group, to any where
 * each chooses, and back into the class. */
const char *cmd_breakout_join(struct command *c)
{
	uint32_t number = (uint32_t)proto_int(c->d, "group", 0);
	const struct breakout_seat *seat;
	struct room *class = class_of(c);
	bool staff, own;

	thread_claim(&on_ctl);
	staff = member_may(c->member, CAP_MODERATE);
	if (!has_seat(c))
		return "no_seat";
	if (!class->breakout)
		return "no_groups";
	c->field = "group";
	if (number > class->breakout->n)
		return "bad_field";
	c->field = NULL;
	seat = breakout_seat(class, c->member->seat);
	own = seat && seat->own == number;
	if (number && !staff && !own && class->breakout->how != BREAKOUT_SELF)
		return "forbidden";
	if (breakout_put(class, c->member, number, number && !staff))
		return "no_resources";
	c->after = go_now;
	return NULL;
}

static struct member *in_class(const struct room *class, uint32_t base) RUNS_ON(on_ctl)
{
	struct member *member = base ? idmap_get(&class->server->member_of, base) : NULL;

	return member && (member->room == class || member->room->parent == class) ? member
										  : NULL;
}

const char *cmd_breakout_assign(struct command *c)
{
	uint32_t number = (uint32_t)proto_int(c->d, "group", 0);
	struct room *class = class_of(c);
	struct member *member;

	thread_claim(&on_ctl);
	if (!class->breakout)
		return "no_groups";
	member = in_class(class, member_base_of(proto_string(c->d, "member")));
	if (!member)
		return "unknown_member";
	if (member->role > c->member->role)
		return "forbidden";
	c->field = "group";
	if (number > class->breakout->n)
		return "bad_field";
	c->field = NULL;
	if (breakout_put(class, member, number, true))
		return "no_resources";
	if (member == c->member)
		c->after = go_now;
	else
		go_now(member);
	return NULL;
}

const char *cmd_breakout_extend(struct command *c)
{
	struct room *class = class_of(c);

	thread_claim(&on_ctl);
	if (!class->breakout)
		return "no_groups";
	breakout_extend(class, proto_int(c->d, "minutes", 0));
	notice_breakout(class, true);
	return NULL;
}

const char *cmd_breakout_message(struct command *c)
{
	char text[LIMIT_CHAT_BYTES + 1];
	struct room *class = class_of(c);

	thread_claim(&on_ctl);
	if (!class->breakout)
		return "no_groups";
	if (proto_text(text, sizeof(text), proto_string(c->d, "text"))) {
		c->field = "text";
		return "bad_field";
	}
	notice_breakout_said(class, c->member, text);
	return NULL;
}

/* Anybody in a group asks for all of it; it ends when somebody of the staff comes. */
const char *cmd_breakout_call(struct command *c)
{
	bool on = proto_bool(c->d, "on", true);
	struct room *class = class_of(c);
	uint32_t number;

	thread_claim(&on_ctl);
	if (!has_seat(c))
		return "no_seat";
	number = breakout_number(class, c->member->room);
	if (!class->breakout || !number)
		return "no_groups";
	if (class->breakout->groups[number - 1].calls == on)
		return NULL;
	class->breakout->groups[number - 1].calls = on;
	class->breakout->changed = class->breakout->changed_all = true;
	notice_breakout_call(class, number, c->member);
	return NULL;
}

const char *cmd_breakout_end(struct command *c)
{
	struct room *class = class_of(c);

	thread_claim(&on_ctl);
	if (!class->breakout)
		return "no_groups";
	breakout_end(class, proto_int(c->d, "seconds", 10) * SEC_US);
	breakout_tick(class, clock_us());
	return NULL;
}
