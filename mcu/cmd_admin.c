/* cmd_admin.c - the classes of this server. */
#include "mcu/command.h"

#include <errno.h>

#include "base/count.h"
#include "mcu/overload.h"
#include "mcu/room.h"

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
