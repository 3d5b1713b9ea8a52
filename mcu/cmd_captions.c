/* cmd_captions.c - where captions of a recording are put. */
#include "mcu/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/captions.h"
#include "mcu/room.h"
#include "mcu/workshop_text.h"
#include "signaling/session.h"

/* Who asked, until the database answered. */
struct ask {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	char room[DB_ID + 1];
};

static void add_language(void *ctx, const char *language)
{
	cJSON_AddItemToArray(ctx, cJSON_CreateString(language));
}

static cJSON *json_links(const struct db_recording *row, const struct member *reader)
{
	char base[CAPTIONS_BASE], query[CAPTIONS_QUERY];
	cJSON *d = cJSON_CreateObject();

	captions_link(row->id, reader->base, base, query);
	cJSON_AddStringToObject(d, "url", base);
	cJSON_AddStringToObject(d, "query", query);
	workshop_languages(row->made_json, add_language,
			   cJSON_AddArrayToObject(d, "languages"));
	return d;
}

/* Only of the own class, and with a file to have captions for. */
static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct ask *ask = ctx;
	const struct member *reader;
	const char *code = err ? "no_resources" : NULL;
	cJSON *d = NULL;

	thread_claim(&on_ctl);
	reader = member_by_session(ask->server, ask->session);
	if (!code && (n == 0 || strcmp(rows[0].room, ask->room) != 0 ||
		      rows[0].deleted_ms || strcmp(rows[0].state, "running") == 0))
		code = "unknown_recording";
	if (!code && strcmp(rows[0].made, "ready") != 0)
		code = "not_made";
	if (!code && reader)
		d = json_links(&rows[0], reader);
	command_reply(ask->server, ask->session, ask->id, d, code);
	free(ask);
}

const char *cmd_recording_captions(struct command *c)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return "no_resources";
	ask->server = c->server;
	ask->id = c->id;
	snprintf(ask->session, sizeof(ask->session), "%s",
		 session_token(c->member->session));
	snprintf(ask->room, sizeof(ask->room), "%s", c->room->row.id);
	if (db_recording(c->server->db, proto_string(c->d, "id"), got_row, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
