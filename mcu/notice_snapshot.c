/* notice_snapshot.c - the whole of a class at once, for who comes. */
#include "mcu/notice.h"
#include "mcu/notice_rights.h"

#include <string.h>

#include "base/clock.h"
#include "mcu/notice_breakout.h"
#include "mcu/notice_deck.h"
#include "mcu/notice_json.h"
#include "mcu/notice_tools.h"
#include "plugins/set.h"
#include "signaling/session.h"

#define SNAPSHOT_CHAT_BYTES 65536

static void add_layouts(cJSON *d, const struct server *server) RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(d, "layouts");
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(server->plugins, names, PLUGIN_SET_MAX);

	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names[i]));
}

/* The newest messages that fit into a part of the snapshot; JSON may double
 * their bytes. */
static uint32_t chat_from(const struct room *room)
{
	size_t left = SNAPSHOT_CHAT_BYTES;
	uint32_t i = room->n_chat;

	while (i > 0) {
		size_t n = 2 * strlen(room->chat[i - 1].text) + 400;

		if (n > left)
			break;
		left -= n;
		i--;
	}
	return i;
}

/* What shows who it is when it comes again, see seats.h. */
static void add_seat(cJSON *d, const struct member *member)
{
	char token[SEAT_TOKEN + 1];

	seat_token(member->room, member->seat, token);
	cJSON_AddStringToObject(d, "seat", token);
}

static void add_room(cJSON *d, const struct member *member) RUNS_ON(on_ctl)
{
	const struct room *room = member->room;
	cJSON *r = cJSON_AddObjectToObject(d, "room"), *list;

	cJSON_AddStringToObject(r, "id", room->row.id);
	cJSON_AddStringToObject(r, "code", room->row.code);
	cJSON_AddStringToObject(r, "title", room->row.title);
	cJSON_AddStringToObject(r, "parent", room->parent ? room->parent->row.code : "");
	cJSON_AddStringToObject(r, "most", level_name(room->top));
	notice_json_policy(r, room);
	add_seat(d, member);
	if (member_may(member, CAP_ADMIT))
		cJSON_AddItemToObject(d, "lobby", notice_json_lobby(room));
	list = cJSON_AddArrayToObject(d, "members");
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->listed || room->members[i] == member)
			cJSON_AddItemToArray(list, notice_json_member(room->members[i]));
	cJSON_AddItemToObject(d, "roster", notice_json_roster(room));
	cJSON_AddItemToObject(d, "layout", notice_json_layout(member->picture, notice_view(member)));
	cJSON_AddItemToObject(d, "quality", notice_json_quality(member));
	notice_json_ref(d, "pinned", room, room->pinned);
	cJSON_AddItemToObject(d, "hearing", notice_json_hearing(room));
	cJSON_AddStringToObject(d, "channel",
				member->listens ? room->hearing.names[member->listens - 1]
						: "");
	cJSON_AddItemToObject(d, "recording", notice_json_record(room, NULL));
	cJSON_AddItemToObject(d, "parts", notice_json_parts(room));
	notice_json_tools(d, member);
	cJSON_AddItemToObject(d, "deck", notice_json_deck(room));
	cJSON_AddItemToObject(d, "clip", notice_json_clip(room));
	cJSON_AddItemToObject(d, "breakout", notice_json_breakout(room, member));
	list = cJSON_AddArrayToObject(d, "chat");
	for (uint32_t i = chat_from(room); i < room->n_chat; i++)
		cJSON_AddItemToArray(
			list, notice_json_chat(room, room->chat_by[i], &room->chat[i]));
}

cJSON *notice_snapshot(const struct member *member, bool resumed)
{
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(member, id);
	if (resumed)
		cJSON_AddBoolToObject(d, "replayed", false);
	cJSON_AddStringToObject(d, "session", session_token(member->session));
	cJSON_AddNumberToObject(d, "seq", (double)session_seq(member->session));
	cJSON_AddStringToObject(d, "self", id);
	cJSON_AddStringToObject(d, "role", role_name(member->role));
	cJSON_AddItemToObject(d, "caps", notice_json_caps(member->caps));
	add_layouts(d, member->server);
	if (member->room)
		add_room(d, member);
	else
		cJSON_AddNullToObject(d, "room");
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

cJSON *notice_porch(const struct member *member)
{
	cJSON *d = cJSON_CreateObject(), *r;
	char id[12];

	member_id(member, id);
	cJSON_AddBoolToObject(d, "warm", true);
	cJSON_AddStringToObject(d, "session", session_token(member->session));
	cJSON_AddNumberToObject(d, "seq", (double)session_seq(member->session));
	cJSON_AddStringToObject(d, "self", id);
	cJSON_AddStringToObject(d, "role", role_name(member->role));
	r = cJSON_AddObjectToObject(d, "room");
	cJSON_AddStringToObject(r, "code", member->room->row.code);
	cJSON_AddStringToObject(r, "title", member->room->row.title);
	cJSON_AddBoolToObject(d, "lobby", member->knock_us > 0);
	cJSON_AddItemToObject(d, "caps", notice_json_caps(member_caps(member)));
	add_seat(d, member);
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}
