/* cmd_member.c - what staff does to one member, or to who wants to become one. */
#include "mcu/command.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "mcu/call.h"
#include "mcu/lobby.h"
#include "mcu/notice.h"
#include "mcu/rights.h"
#include "mcu/room.h"
#include "mcu/seats.h"

static struct member *named(const struct command *c)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));

	return base ? room_member(c->room, base) : NULL;
}

/* Who is meant, and may be acted upon: NULL or an error code. */
static const char *target(const struct command *c, struct member **out)
{
	struct member *member = named(c);

	if (!member || member == c->member)
		return "unknown_member";
	if (member->role > c->member->role)
		return "forbidden";
	*out = member;
	return NULL;
}

/* ---- what it may -------------------------------------------------------------- */

/* The bits that a list of names says; false: one is no capability. */
static bool read_caps(const cJSON *d, const char *key, uint32_t *out)
{
	const cJSON *item, *list = cJSON_GetObjectItemCaseSensitive(d, key);
	uint32_t caps = 0;

	cJSON_ArrayForEach(item, list)
	{
		uint32_t cap = cap_by_name(item->valuestring);

		if (!cap)
			return false;
		caps |= cap;
	}
	*out = caps;
	return true;
}

/* Nobody gives what it has not, nor changes what it may itself. */
const char *cmd_member_allow(struct command *c)
{
	uint32_t grants, denies, usual;
	struct policy_own own;
	struct member *member;
	const char *error;

	thread_claim(&on_ctl);
	error = target(c, &member);
	if (error)
		return error;
	c->field = "grant";
	if (!read_caps(c->d, "grant", &grants))
		return "bad_field";
	c->field = "deny";
	if (!read_caps(c->d, "deny", &denies))
		return "bad_field";
	c->field = "usual";
	if (!read_caps(c->d, "usual", &usual))
		return "bad_field";
	c->field = NULL;
	if (!member_may(c->member, grants) ||
	    (member->role >= ROLE_LECTURER && (grants | denies)))
		return "forbidden";
	hands_settled(member, grants | denies | usual);
	own = member->own;
	own.grants &= ~usual;
	own.denies &= ~usual;
	if (policy_own_change(&own, grants, denies)) {
		c->field = grants & ~(uint32_t)CAPS_PERSONAL ? "grant" : "deny";
		return "bad_field";
	}
	return rights_member(member, &own, c->member) ? "no_resources" : NULL;
}

/* ---- switching off -------------------------------------------------------------- */

static void mute(struct member *member, const struct member *by) RUNS_ON(on_ctl)
{
	if (!member->mic)
		return;
	member_set_mic(member, false);
	notice_muted(member, by);
}

static const char *mute_all(struct command *c, bool again) RUNS_ON(on_ctl)
{
	struct room *room = c->room;
	struct policy policy = room->policy;

	for (uint32_t i = 0; i < room->n_members; i++) {
		struct member *member = room->members[i];

		if (member != c->member && member->role <= c->member->role)
			mute(member, c->member);
	}
	if (!again)
		policy.locks |= CAP_SPEAK;
	else if (cJSON_HasObjectItem(c->d, "again"))
		policy.locks &= ~(uint32_t)CAP_SPEAK;
	if (policy.locks == room->policy.locks)
		return NULL;
	return rights_room(room, &policy, c->member) ? "no_resources" : NULL;
}

static void switch_off(struct member *member, uint32_t what, const struct member *by)
	RUNS_ON(on_ctl)
{
	if (what == CAP_SPEAK)
		mute(member, by);
	if (what == CAP_CAMERA)
		member_set_camera(member, false);
	if (what == CAP_SHARE && member->screen) {
		member_set_screen(member, false);
		if (call_offer(member))
			log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
	}
}

/* Nobody named: all but whoever asks and those above it. */
const char *cmd_member_mute(struct command *c)
{
	const char *said = proto_string(c->d, "what");
	uint32_t what = said ? cap_by_name(said) : CAP_SPEAK;
	bool again = proto_bool(c->d, "again", true);
	struct policy_own own;
	struct member *member = named(c);

	thread_claim(&on_ctl);
	if (!(what & (CAP_SPEAK | CAP_CAMERA | CAP_SHARE))) {
		c->field = "what";
		return "bad_field";
	}
	if (!*proto_string(c->d, "member")) {
		c->field = what == CAP_SPEAK ? NULL : "what";
		return what == CAP_SPEAK ? mute_all(c, again) : "bad_field";
	}
	if (!member)
		return "unknown_member";
	if (member->role > c->member->role ||
	    (!again && (member == c->member || member->role >= ROLE_LECTURER)))
		return "forbidden";
	switch_off(member, what, c->member);
	if (again)
		return NULL;
	hands_settled(member, what);
	own = member->own;
	if (policy_own_change(&own, 0, what))
		return "bad_field";
	return rights_member(member, &own, c->member) ? "no_resources" : NULL;
}

/* ---- out, and back in ------------------------------------------------------------- */

/* All that has this seat: in the class, and on the porch. */
static void remove_seat(struct room *room, const char *seat) RUNS_ON(on_ctl)
{
	const struct server *server = room->server;

	for (uint32_t i = room->n_members; i-- > 0;)
		if (strcmp(room->members[i]->seat, seat) == 0 &&
		    room->members[i]->role < ROLE_LECTURER)
			member_leave(room->members[i], "removed", "removed");
	for (uint32_t i = server->n_waiting; i-- > 0;)
		if (server->waiting[i]->room == room &&
		    strcmp(server->waiting[i]->seat, seat) == 0)
			member_leave(server->waiting[i], "removed", "removed");
}

const char *cmd_member_remove(struct command *c)
{
	struct room *room = c->room;
	struct member *member;
	char seat[SEAT_ID + 1];
	const char *error;

	thread_claim(&on_ctl);
	error = target(c, &member);
	if (error)
		return error;
	memcpy(seat, member->seat, sizeof(seat));
	log_info("member_removed", "room=%s member=%u by=%u", room->row.id,
		 member->base / ID_BLOCK, c->member->base / ID_BLOCK);
	if (!proto_bool(c->d, "ban", true) || member->role >= ROLE_LECTURER) {
		member_leave(member, "removed", "removed");
		return NULL;
	}
	/* it goes, whether the ban can be stored or not */
	error = seats_ban(room, member) ? "no_resources" : NULL;
	member_leave(member, "removed", "removed");
	remove_seat(room, seat);
	return error;
}

const char *cmd_member_bans(struct command *c)
{
	const struct seats *seats = &c->room->seats;
	cJSON *list, *row;

	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "bans");
	for (uint32_t i = 0; i < seats->n; i++) {
		if (!seats->list[i].banned_ms)
			continue;
		row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "id", seats->list[i].id);
		cJSON_AddStringToObject(row, "name", seats->list[i].name);
		cJSON_AddNumberToObject(row, "since_ms",
					(double)seats->list[i].banned_ms);
		cJSON_AddItemToArray(list, row);
	}
	return NULL;
}

const char *cmd_member_unban(struct command *c)
{
	int err;

	thread_claim(&on_ctl);
	err = seats_unban(c->room, proto_string(c->d, "id"));
	if (!err)
		lobby_open(c->room);
	return !err ? NULL : err == -ENOENT ? "unknown_member" : "no_resources";
}

/* ---- who waits --------------------------------------------------------------------- */

static struct member *waiting(const struct command *c) RUNS_ON(on_ctl)
{
	uint32_t base = member_base_of(proto_string(c->d, "member"));

	return base ? lobby_find(c->room, base) : NULL;
}

const char *cmd_member_admit(struct command *c)
{
	struct member *member;

	thread_claim(&on_ctl);
	member = waiting(c);
	if (!member && *proto_string(c->d, "member"))
		return "unknown_member";
	return lobby_admit(c->room, member) ? "no_resources" : NULL;
}

const char *cmd_member_deny(struct command *c)
{
	struct member *member;
	const char *error = NULL;

	thread_claim(&on_ctl);
	member = waiting(c);
	if (!member)
		return "unknown_member";
	if (proto_bool(c->d, "ban", false)) {
		if (!member_may(c->member, CAP_MODERATE))
			return "forbidden";
		error = seats_ban(member->room, member) ? "no_resources" : NULL;
	}
	member_leave(member, "denied", "denied");
	return error;
}
