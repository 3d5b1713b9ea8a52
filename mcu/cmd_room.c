/* cmd_room.c - what a class says of its members, and the links that lead into it. */
#include "mcu/command.h"

#include "base/log.h"
#include "mcu/notice_rights.h"
#include "mcu/rights.h"
#include "mcu/room.h"

/* The switch `key`: true allows. */
static void read_lock(const struct command *c, const char *key, uint32_t cap,
		      struct policy *policy)
{
	if (proto_bool(c->d, key, !(policy->locks & cap)))
		policy->locks &= ~cap;
	else
		policy->locks |= cap;
}

/* A kind brings its own switches; what is said beside it is changed after that. */
const char *cmd_room_set(struct command *c)
{
	const char *said = proto_string(c->d, "kind"), *error;
	struct policy policy;
	struct room *room;
	enum kind kind;

	thread_claim(&on_ctl);
	error = command_room(c, &room);
	if (error)
		return error;
	policy = room->policy;
	if (said) {
		if (!member_may(c->member, CAP_ROOM))
			return "forbidden";
		kind = kind_by_name(said);
		if (kind == KINDS) {
			c->field = "kind";
			return "bad_field";
		}
		policy_preset(&policy, kind);
		policy.unwatched = room->policy.unwatched; /* of no kind */
	}
	policy.locked = proto_bool(c->d, "locked", policy.locked);
	policy.lobby = proto_bool(c->d, "lobby", policy.lobby);
	policy.unwatched = !proto_bool(c->d, "watch", !policy.unwatched);
	read_lock(c, "unmute", CAP_SPEAK, &policy);
	read_lock(c, "camera", CAP_CAMERA, &policy);
	read_lock(c, "share", CAP_SHARE, &policy);
	read_lock(c, "chat", CAP_CHAT, &policy);
	if (rights_room(room, &policy, c->member->room == room ? c->member : NULL))
		return "no_resources";
	c->reply = cJSON_CreateObject();
	notice_json_policy(c->reply, room);
	return NULL;
}

const char *cmd_room_links(struct command *c)
{
	static const enum role roles[] = {ROLE_LECTURER, ROLE_MODERATOR, ROLE_INTERPRETER,
					  ROLE_STUDENT,  ROLE_GUEST,     ROLE_OBSERVER};
	const char *error;
	struct room *room;
	cJSON *list, *row;
	char url[400];

	thread_claim(&on_ctl);
	error = command_room(c, &room);
	if (error)
		return error;
	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "links");
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		room_role_url(room, roles[i], url, sizeof(url));
		row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "role", role_name(roles[i]));
		cJSON_AddStringToObject(row, "url", url);
		cJSON_AddItemToArray(list, row);
	}
	return NULL;
}
