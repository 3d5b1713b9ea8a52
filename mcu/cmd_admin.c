/* cmd_admin.c - the classes of this server. */
#include "mcu/command.h"

#include <errno.h>

#include <stdio.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/notice.h"
#include "mcu/notice_console.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "plugins/set.h"

static cJSON *json_room(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();
	char url[400];

	cJSON_AddStringToObject(d, "id", room->row.id);
	cJSON_AddStringToObject(d, "code", room->row.code);
	cJSON_AddStringToObject(d, "title", room->row.title);
	cJSON_AddNumberToObject(d, "members", room->n_members);
	cJSON_AddBoolToObject(d, "recording", room->recording);
	room_url(room, true, url, sizeof(url));
	cJSON_AddStringToObject(d, "lecturer_url", url);
	room_url(room, false, url, sizeof(url));
	cJSON_AddStringToObject(d, "student_url", url);
	return d;
}

const char *cmd_room_list(struct command *c)
{
	cJSON *list;

	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "rooms");
	for (uint32_t i = 0; i < c->server->n_rooms; i++)
		cJSON_AddItemToArray(list, json_room(c->server->rooms[i]));
	return NULL;
}

const char *cmd_room_create(struct command *c)
{
	struct room *room;

	thread_claim(&on_ctl);
	if (overload_shed(c->server->overload) >= SHED_HIGH) {
		count_add(COUNT_REJECT_LOAD, 1);
		return "server_busy";
	}
	if (room_new(&room, c->server, proto_string(c->d, "title")))
		return "no_resources";
	c->reply = json_room(room);
	return NULL;
}

const char *cmd_server_drain(struct command *c)
{
	c->server->no_newcomers = proto_bool(c->d, "on", false);
	log_info("newcomers", "welcome=%d", !c->server->no_newcomers);
	return NULL;
}

const char *cmd_admin_health(struct command *c)
{
	thread_claim(&on_ctl);
	c->reply = notice_console_health(c->server);
	return NULL;
}

/* ---- to classes ----------------------------------------------------------------- */

static const char *announce_to(struct room *room, const char *text) RUNS_ON(on_ctl)
{
	struct db_message message = {.sent_ms = clock_wall_ms()};

	rand_token(message.id, 16);
	snprintf(message.room, sizeof(message.room), "%s", room->row.id);
	snprintf(message.text, sizeof(message.text), "%s", text);
	return room_chat(room, NULL, &message) ? "no_resources" : NULL;
}

/* A class in which nobody is hears nothing, and would find it later without a reason. */
const char *cmd_announce(struct command *c)
{
	bool one = cJSON_HasObjectItem(c->d, "code");
	struct room *only = NULL;
	char text[LIMIT_CHAT_BYTES + 1];
	const char *error = NULL;
	uint32_t n = 0;

	thread_claim(&on_ctl);
	if (proto_text(text, sizeof(text), proto_string(c->d, "text"))) {
		c->field = "text";
		return "bad_field";
	}
	if (one)
		error = command_room(c, &only);
	for (uint32_t i = 0; !error && i < c->server->n_rooms; i++) {
		struct room *room = c->server->rooms[i];

		if ((only && room != only) || !room->n_members)
			continue;
		error = announce_to(room, text);
		n += !error;
	}
	if (error)
		return error;
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "rooms", n);
	return NULL;
}

/* ---- plugins -------------------------------------------------------------------- */

const char *cmd_plugin_list(struct command *c)
{
	struct plugin_info info;
	cJSON *list, *d;

	thread_claim(&on_ctl);
	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "plugins");
	for (uint32_t i = 0; plugin_set_info(c->server->plugins, i, &info); i++) {
		d = cJSON_CreateObject();
		cJSON_AddStringToObject(d, "name", info.name);
		cJSON_AddStringToObject(d, "kind", info.layout ? "layout" : "recorder");
		cJSON_AddNumberToObject(d, "abi", info.abi);
		cJSON_AddStringToObject(d, "path", info.path);
		cJSON_AddStringToObject(d, "state",
					info.refused ? "refused"
					: info.aside ? "aside"
						     : "loaded");
		cJSON_AddStringToObject(d, "why", info.why);
		cJSON_AddNumberToObject(d, "calls", (double)info.calls);
		cJSON_AddNumberToObject(d, "slow", (double)info.slow);
		cJSON_AddNumberToObject(d, "failed", (double)info.failed);
		cJSON_AddNumberToObject(d, "mean_us",
					info.calls ? (double)(info.us / info.calls) : 0);
		cJSON_AddNumberToObject(d, "max_us", (double)info.max_us);
		cJSON_AddItemToArray(list, d);
	}
	return NULL;
}
