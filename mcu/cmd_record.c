/* cmd_record.c - recordings: start, stop, list, delete. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/notice.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "signaling/session.h"

#define PAGE_ROWS 50
#define ROW_BYTES 640 /* of a row without its title, its link included */
#define LIST_BYTES \
	(128 << 10) /* of a page: half of what a connection may have waiting \
		     */

const char *cmd_record_start(struct command *c)
{
	struct room *room = c->room;
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
	if (!c->room->recording)
		return "not_recording";
	recording_stop(c->room);
	return NULL;
}

/* Who asked, until the database and the record thread answered. */
struct ask {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	uint32_t limit; /* rows of a list */
	/* of a removal */
	char recording[DB_ID + 1], room[DB_ID + 1];
	int err;
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

/* A row as text, at most: each byte of the title may become six. */
static size_t row_bytes(const struct db_recording *row)
{
	return ROW_BYTES + 6 * strlen(row->title);
}

/* There is one row more than was asked for when more follow. A page also ends when
 * it becomes too long a message. */
static void got_list(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "recordings");
	const struct member *reader;
	size_t bytes = 0;
	uint32_t i = 0;

	thread_claim(&on_ctl);
	reader = member_by_session(ask->server, ask->session);
	for (; i < n && i < ask->limit; i++) {
		bytes += row_bytes(&rows[i]);
		if (bytes > LIST_BYTES)
			break;
		cJSON_AddItemToArray(list, notice_recording(reader, &rows[i]));
	}
	cJSON_AddBoolToObject(d, "more", i < n);
	command_reply(ask->server, ask->session, ask->id, d, err ? "no_resources" : NULL);
	free(ask);
}

const char *cmd_recording_list(struct command *c)
{
	int64_t before_ms = proto_int(c->d, "before", 0);
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	ask->limit = (uint32_t)proto_int(c->d, "limit", PAGE_ROWS);
	if (db_recordings(c->server->db, c->room->row.id, before_ms,
			  ask->limit + 1, got_list, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}

static void deleted(struct ask *ask, const char *code) RUNS_ON(on_ctl)
{
	command_reply(ask->server, ask->session, ask->id, NULL, code);
	free(ask);
}

/* The row goes last: while there is a file, somebody can see it and try again. */
static void files_deleted(void *arg)
{
	struct ask *ask = arg;
	int err = ask->err;

	thread_claim(&on_ctl);
	if (!err)
		err = db_recording_delete(ask->server->db, ask->recording);
	log_info("recording_deleted", "recording=%s err=%d", ask->recording, err);
	deleted(ask, err ? "no_resources" : NULL);
}

/* On a record thread. */
static void on_files_deleted(void *ctx, int err)
{
	struct ask *ask = ctx;

	ask->err = err;
	if (loop_post_must(ask->server->loop, files_deleted, ask) == 0)
		return;
	/* no answer; the row is still there, and may be deleted again */
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("control_queue_full", "recording=%s", ask->recording);
	free(ask);
}

/* Only a finished recording of the own class may go. */
static void got_row_to_delete(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n)
{
	struct ask *ask = ctx;

	thread_claim(&on_ctl);
	if (!err && (n == 0 || strcmp(rows[0].room, ask->room) != 0 ||
		     strcmp(rows[0].state, "running") == 0)) {
		deleted(ask, "unknown_recording");
		return;
	}
	/* the recorder is gone before the database */
	if (ask->server->draining)
		deleted(ask, "server_draining");
	else if (err || recorder_delete(ask->server->recorder, ask->recording,
					on_files_deleted, ask))
		deleted(ask, "no_resources");
}

const char *cmd_recording_delete(struct command *c)
{
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	snprintf(ask->recording, sizeof(ask->recording), "%s", proto_string(c->d, "id"));
	snprintf(ask->room, sizeof(ask->room), "%s", c->room->row.id);
	if (db_recording(c->server->db, ask->recording, got_row_to_delete, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
