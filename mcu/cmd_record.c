/* cmd_record.c - recordings: start, stop, pause, mark, list, delete. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/editions.h"
#include "mcu/notice.h"
#include "mcu/notice_made.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/workshop.h"
#include "signaling/session.h"

#define PAGE_ROWS  50
#define ROW_BYTES  640 /* of a row without its title, its link included */
#define FILE_BYTES 320 /* of one of its editions */
#define MADE_BYTES 320 /* of what was made of it, without the files */
#define LIST_BYTES \
	(128 << 10) /* of a page: half of what a connection may have waiting \
		     */

static const char *bad_edition(struct command *c, const char *text, const char *why)
{
	c->field = "editions";
	snprintf(c->why, sizeof(c->why), "%.40s%s", text, why);
	return "bad_field";
}

/* Those that are wanted, or the usual ones. */
static const char *read_editions(struct command *c, uint32_t *bits) RUNS_ON(on_ctl)
{
	const struct server *server = c->server;
	const cJSON *item, *list = cJSON_GetObjectItemCaseSensitive(c->d, "editions");

	*bits = list ? 0 : editions_usual(server->plugins, server->conf);
	cJSON_ArrayForEach(item, list)
	{
		enum edition e = edition_by_name(item->valuestring);

		if (e == EDITIONS)
			return bad_edition(c, item->valuestring,
					   " is none of full, light, sound");
		if (!edition_extension(server->plugins, server->conf, e))
			return bad_edition(c, item->valuestring,
					   ": this server has no plugin for it");
		*bits |= EDITION_BIT(e);
	}
	return *bits ? NULL : bad_edition(c, "", "there must be one");
}

const char *cmd_record_start(struct command *c)
{
	struct room *room = c->room;
	const char *code;
	uint32_t editions;
	int err;

	thread_claim(&on_ctl);
	code = read_editions(c, &editions);
	if (code)
		return code;
	err = recording_start(room, proto_string(c->d, "title"), editions);
	if (err == -ENOENT)
		return "nobody_there";
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

static const char *code_of(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -ENOENT:
		return "not_recording";
	case -EALREADY:
		return "no_change";
	default:
		return "no_resources";
	}
}

const char *cmd_record_pause(struct command *c)
{
	thread_claim(&on_ctl);
	return code_of(recording_pause(c->room));
}

const char *cmd_record_resume(struct command *c)
{
	thread_claim(&on_ctl);
	return code_of(recording_resume(c->room));
}

static cJSON *json_mark(const struct db_mark *mark)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", mark->id);
	cJSON_AddNumberToObject(d, "at_ms", (double)mark->at_ms);
	cJSON_AddStringToObject(d, "text", mark->text);
	return d;
}

const char *cmd_record_mark(struct command *c)
{
	const char *text = proto_string(c->d, "text");
	char clean[LIMIT_MARK_BYTES + 1] = "";
	struct db_mark mark;
	int err;

	thread_claim(&on_ctl);
	if (text && *text && proto_text(clean, sizeof(clean), text)) {
		c->field = "text";
		return "bad_field";
	}
	err = recording_mark(c->room, clean, &mark);
	if (err)
		return err == -ENOSPC ? "too_many_marks" : code_of(err);
	c->reply = json_mark(&mark);
	return NULL;
}

/* Who asked, until the database and the record thread answered. */
struct ask {
	struct workshop_hold hold; /* of a removal, from then on that `held` is true */
	bool held;
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	uint32_t limit;            /* rows of a list */
	struct db_recording *rows; /* of the list, until their files are known; owned */
	uint32_t n;
	char room[DB_ID + 1];
	char recording[DB_ID + 1]; /* of a removal */
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

/* A row as text, at most: each byte of the title may become six, and each of what was
 * made of it three, since keys come to it. */
static size_t row_bytes(const struct db_recording *row)
{
	size_t made = strlen(row->made_json);

	return ROW_BYTES + 6 * strlen(row->title) + (made ? MADE_BYTES + 3 * made : 0);
}

static void ask_free(struct ask *ask)
{
	free(ask->rows);
	free(ask);
}

/* Those of one recording stand behind each other, in the order of the rows. */
static uint32_t files_of(const struct db_recording *row,
			 const struct db_recording_file **files, uint32_t *left)
{
	const struct db_recording_file *at = *files;
	uint32_t rest = *left, n = 0;

	/* some may be of a row that was not there yet when the rows were read */
	while (rest && strcmp(at->recording, row->id) != 0) {
		at++;
		rest--;
	}
	if (!rest)
		return 0; /* it has none: what is left is of the rows behind it */
	while (n < rest && strcmp(at[n].recording, row->id) == 0)
		n++;
	*files = at;
	*left = rest - n;
	return n;
}

/* There is one row more than was asked for when more follow. A page also ends when
 * it becomes too long a message. */
static void got_files(void *ctx, int err, const struct db_recording_file *files,
		      uint32_t n_files)
{
	struct ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "recordings");
	const struct member *reader;
	size_t bytes = 0;
	uint32_t i = 0;

	thread_claim(&on_ctl);
	reader = member_by_session(ask->server, ask->session);
	for (; i < ask->n && i < ask->limit; i++) {
		uint32_t n = files_of(&ask->rows[i], &files, &n_files);
		cJSON *item;

		bytes += row_bytes(&ask->rows[i]) + n * FILE_BYTES;
		if (bytes > LIST_BYTES)
			break;
		item = notice_recording(reader, &ask->rows[i], files, n);
		notice_made(item, ask->server, reader, &ask->rows[i]);
		cJSON_AddItemToArray(list, item);
		if (n)
			files += n;
	}
	cJSON_AddBoolToObject(d, "more", i < ask->n);
	command_reply(ask->server, ask->session, ask->id, d, err ? "no_resources" : NULL);
	ask_free(ask);
}

/* The rows are kept while the database looks for their files. */
static void got_list(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct ask *ask = ctx;

	thread_claim(&on_ctl);
	if (!err && n) {
		ask->rows = malloc(n * sizeof(*rows));
		err = ask->rows ? 0 : -ENOMEM;
	}
	if (!err && n) {
		memcpy(ask->rows, rows, n * sizeof(*rows));
		ask->n = n;
		err = db_recording_files(ask->server->db, ask->room,
					 rows[n - 1].started_ms, rows[0].started_ms + 1,
					 got_files, ask);
		if (!err)
			return;
		ask->n = 0;
	}
	got_files(ask, err, NULL, 0);
}

const char *cmd_recording_list(struct command *c)
{
	int64_t before_ms = proto_int(c->d, "before", 0);
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	ask->limit = (uint32_t)proto_int(c->d, "limit", PAGE_ROWS);
	snprintf(ask->room, sizeof(ask->room), "%s", c->room->row.id);
	if (db_recordings(c->server->db, c->room->row.id, before_ms, ask->limit + 1,
			  got_list, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}

static void deleted(struct ask *ask, const char *code) RUNS_ON(on_ctl)
{
	if (ask->held)
		workshop_release(ask->server->workshop);
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
	workshop_release(ask->server->workshop);
	free(ask);
}

/* Nobody works on it any more. */
static void delete_files(struct workshop_hold *hold)
{
	struct ask *ask = (struct ask *)hold; /* hold is its first field */

	thread_claim(&on_ctl);
	/* the recorder is gone before the database */
	if (ask->server->draining)
		deleted(ask, "server_draining");
	else if (recorder_delete(ask->server->recorder, ask->recording, on_files_deleted,
				 ask))
		deleted(ask, "no_resources");
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
	if (err || ask->server->draining) {
		deleted(ask, err ? "no_resources" : "server_draining");
		return;
	}
	ask->held = true;
	ask->hold.ready = delete_files;
	workshop_hold(ask->server->workshop, &ask->hold, ask->recording);
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

static void got_marks(void *ctx, int err, const struct db_mark *rows, uint32_t n)
{
	struct ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "marks");

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, json_mark(&rows[i]));
	command_reply(ask->server, ask->session, ask->id, d, err ? "no_resources" : NULL);
	ask_free(ask);
}

const char *cmd_recording_marks(struct command *c)
{
	struct ask *ask;

	if (ask_make(&ask, c))
		return "no_resources";
	if (db_marks(c->server->db, c->room->row.id, proto_string(c->d, "id"), got_marks,
		     ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
