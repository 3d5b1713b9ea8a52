/* cmd_record.c - recordings: start, stop, list, delete. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "mcu/notice.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "signaling/session.h"

const char *cmd_record_start(struct command *c)
{
	struct room *room = c->member->room;
	int err;

	thread_claim(&on_ctl);
	err = recording_start(room, proto_string(c->d, "title"));
	if (err)
		return err == -EBUSY ? "recording_busy" : "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "id", room->recording_row.id);
	return NULL;
}

const char *cmd_record_stop(struct command *c)
{
	thread_claim(&on_ctl);
	if (!c->member->room->recording)
		return "not_recording";
	recording_stop(c->member->room);
	return NULL;
}

/* Who asked, until the database answered. */
struct ask {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	char recording[DB_ID + 1];
};

static int ask_make(struct ask **out, const struct command *c)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return -ENOMEM;
	ask->server = c->server;
	ask->id = c->id;
	snprintf(ask->session, sizeof(ask->session), "%s",
		 session_token(c->member->session));
	*out = ask;
	return 0;
}

static void got_list(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "recordings");

	thread_claim(&on_ctl);
	for (uint32_t i = n; i-- > 0;) /* the newest first */
		cJSON_AddItemToArray(list, notice_recording(ask->server, &rows[i]));
	command_reply(ask->server, ask->session, ask->id, d, err ? "no_resources" : NULL);
	free(ask);
}

const char *cmd_recording_list(struct command *c)
{
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	if (db_recordings(c->server->db, c->member->room->row.id, got_list, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}

/* Only a finished recording of the own class may go. */
static bool deletable(const struct ask *ask, const struct db_recording *row)
{
	return strcmp(row->id, ask->recording) == 0 && strcmp(row->state, "running") != 0;
}

static void got_rows_to_delete(void *ctx, int err, const struct db_recording *rows,
			       uint32_t n)
{
	struct ask *ask = ctx;
	const char *code = err ? "no_resources" : "unknown_recording";
	char path[CONF_PATH + 64];

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < n; i++) {
		if (!deletable(ask, &rows[i]))
			continue;
		snprintf(path, sizeof(path), "%s/%s.mp4", ask->server->conf->recordings_dir,
			 rows[i].id);
		if (unlink(path) < 0 && errno != ENOENT)
			log_warn("recording_not_deleted", "recording=%s err=%d", rows[i].id,
				 errno);
		code = db_recording_delete(ask->server->db, rows[i].id) ? "no_resources" :
									   NULL;
		log_info("recording_deleted", "recording=%s", rows[i].id);
	}
	command_reply(ask->server, ask->session, ask->id, NULL, code);
	free(ask);
}

const char *cmd_recording_delete(struct command *c)
{
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	snprintf(ask->recording, sizeof(ask->recording), "%s", proto_string(c->d, "id"));
	if (db_recordings(c->server->db, c->member->room->row.id, got_rows_to_delete, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
