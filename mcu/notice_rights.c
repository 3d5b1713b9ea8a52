#include "mcu/notice_rights.h"

#include "base/clock.h"
#include "mcu/lobby.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "signaling/session.h"

cJSON *notice_json_caps(uint32_t caps)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t cap = 1; cap & CAP_ALL; cap <<= 1)
		if (caps & cap)
			cJSON_AddItemToArray(list, cJSON_CreateString(cap_name(cap)));
	return list;
}

void notice_json_policy(cJSON *d, const struct room *room)
{
	static const struct {
		const char *key;
		uint32_t cap;
	} switches[] = {{"unmute", CAP_SPEAK},
			{"camera", CAP_CAMERA},
			{"share", CAP_SHARE},
			{"chat", CAP_CHAT}};
	const struct policy *policy = &room->policy;

	cJSON_AddStringToObject(d, "kind", kind_name(policy->kind));
	cJSON_AddBoolToObject(d, "locked", policy->locked);
	cJSON_AddBoolToObject(d, "lobby", policy->lobby);
	cJSON_AddBoolToObject(d, "watch", !policy->unwatched);
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		cJSON_AddBoolToObject(d, switches[i].key,
				      !(policy->locks & switches[i].cap));
}

cJSON *notice_json_lobby(const struct room *room)
{
	const struct server *server = room->server;
	cJSON *d = cJSON_CreateObject(), *list, *row;
	int64_t now_us = clock_us(), now_ms = clock_wall_ms();
	uint32_t n = 0;
	char id[12];

	cJSON_AddNumberToObject(d, "n", room->lobby.n);
	list = cJSON_AddArrayToObject(d, "waiting");
	for (uint32_t i = 0; i < server->n_waiting && n < LOBBY_LISTED; i++) {
		const struct member *member = server->waiting[i];

		if (!lobby_waits(member, room))
			continue;
		n++;
		row = cJSON_CreateObject();
		member_id(member, id);
		cJSON_AddStringToObject(row, "id", id);
		cJSON_AddStringToObject(row, "name", member->name);
		cJSON_AddStringToObject(row, "role", role_name(member->role));
		cJSON_AddNumberToObject(
			row, "since_ms",
			(double)(now_ms - (now_us - member->knock_us) / 1000));
		cJSON_AddItemToArray(list, row);
	}
	return d;
}

void notice_caps(const struct member *member)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddItemToObject(d, "caps", notice_json_caps(member->caps));
	session_event(member->session, "caps", d);
}

void notice_admitted(const struct member *member)
{
	session_event(member->session, "admitted", NULL);
}

void notice_lobby_to(const struct member *member)
{
	session_event(member->session, "lobby", notice_json_lobby(member->room));
}

void notice_lobby(const struct room *room)
{
	cJSON *d = notice_json_lobby(room);
	struct session_text *text = session_text_create("lobby",
							cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; i < room->n_members; i++)
		if (member_may(room->members[i], CAP_ADMIT))
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}
