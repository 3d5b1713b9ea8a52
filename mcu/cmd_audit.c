/* cmd_audit.c - the record of what was done by those who look after classes. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "mcu/room.h"
#include "signaling/session.h"

#define USUAL 50 /* rows of an answer */

/* Who asked, until the database answered. */
struct ask {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	uint32_t limit;
};

static cJSON *json_act(const struct db_act *act)
{
	cJSON *d = cJSON_CreateObject(), *fields = cJSON_Parse(act->fields);
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)act->id);
	cJSON_AddStringToObject(d, "id", id);
	cJSON_AddNumberToObject(d, "at_ms", (double)act->at_ms);
	cJSON_AddStringToObject(d, "actor", act->actor);
	cJSON_AddStringToObject(d, "seat", act->seat);
	cJSON_AddStringToObject(d, "name", act->name);
	cJSON_AddStringToObject(d, "role", act->role);
	cJSON_AddStringToObject(d, "network", act->network);
	cJSON_AddStringToObject(d, "door", act->door);
	cJSON_AddStringToObject(d, "room", act->room);
	cJSON_AddStringToObject(d, "code", act->code);
	cJSON_AddStringToObject(d, "command", act->command);
	cJSON_AddItemToObject(d, "fields", fields ? fields : cJSON_CreateObject());
	cJSON_AddStringToObject(d, "result", act->result);
	return d;
}

/* There is one row more than was asked for when more follow. */
static void got_acts(void *ctx, int err, const struct db_act *rows, uint32_t n)
{
	struct ask *ask = ctx;
	cJSON *d = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(d, "acts");

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < n && i < ask->limit; i++)
		cJSON_AddItemToArray(list, json_act(&rows[i]));
	cJSON_AddBoolToObject(d, "more", n > ask->limit);
	command_reply(ask->server, ask->session, ask->id, d, err ? "no_resources" : NULL);
	free(ask);
}

/* A text of digits: JSON's numbers are too short for it. */
static bool read_id(const char *text, int64_t *id)
{
	*id = 0;
	if (!text)
		return true;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 19)
		return false;
	errno = 0;
	*id = strtoll(text, NULL, 10);
	return errno == 0;
}

const char *cmd_audit_list(struct command *c)
{
	const char *code = proto_string(c->d, "code"), *who = proto_string(c->d, "who");
	struct db_acts_wish wish = {.code = "", .who = who ? who : ""};
	char stored[8];
	struct ask *ask;

	if (!read_id(proto_string(c->d, "before"), &wish.before)) {
		c->field = "before";
		return "bad_field";
	}
	if (code && !room_code_read(code, stored))
		return "no_room";
	if (code)
		wish.code = stored;
	ask = calloc(1, sizeof(*ask));
	if (!ask)
		return "no_resources";
	ask->server = c->server;
	ask->id = c->id;
	ask->limit = (uint32_t)proto_int(c->d, "limit", USUAL);
	snprintf(ask->session, sizeof(ask->session), "%s",
		 session_token(c->member->session));
	wish.limit = ask->limit + 1;
	if (db_acts(c->server->db, &wish, got_acts, ask)) {
		free(ask);
		return "server_busy";
	}
	c->later = true;
	return NULL;
}
