/* cmd_chat.c - what members write to all. */
#include "mcu/command.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/rand.h"
#include "mcu/room.h"

const char *cmd_chat_send(struct command *c)
{
	struct db_message message = {.sent_ms = clock_wall_ms()};

	thread_claim(&on_ctl);
	if (proto_text(message.text, sizeof(message.text), proto_string(c->d, "text"))) {
		c->field = "text";
		return "bad_field";
	}
	rand_token(message.id, 20);
	snprintf(message.room, sizeof(message.room), "%s", c->member->room->row.id);
	/* the visit, so that a history can tell two Ivans apart */
	snprintf(message.visit, sizeof(message.visit), "%s", c->member->visit);
	snprintf(message.name, sizeof(message.name), "%s", c->member->name);
	if (room_chat(c->member->room, c->member, &message))
		return "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "id", message.id);
	return NULL;
}
