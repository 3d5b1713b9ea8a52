/* cmd_library.c - recordings that are kept: list, search, rename, keep, cut, join.
 */
#include "mcu/cmd_library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/keeper.h"
#include "mcu/notice.h"
#include "mcu/notice_library.h"
#include "mcu/notice_made.h"
#include "mcu/room.h"
#include "mcu/workshop_cut.h"
#include "mcu/workshop_join.h"
#include "mcu/workshop_parts.h"

#define PAGE_ROWS   50
#define ROW_BYTES   1200 /* of a row without its title; links, what it is joined of */
#define FILE_BYTES  320  /* of one of its editions */
#define MADE_BYTES  320  /* of what was made of it, without the files */
#define EARLY_BYTES 2200 /* of what is there of it before the rest */
#define LIST_BYTES \
	(128 << 10) /* of a page: half of what a connection may have waiting \
		     */

/* ---- the list ----------------------------------------------------------------- */

/* Who asked, until the database answered: first how much there is, then the rows, then
 * their files. */
struct ask {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	char room[DB_ID + 1];
	char text[DB_SEARCH + 1], state[16];
	struct db_recordings_wish wish; /* its texts are the ones above */
	uint32_t limit;                 /* rows that were asked for: one fewer */
	int64_t used_bytes;
	struct db_recording *rows; /* until their files are known; owned */
	uint32_t n;
};

static void ask_free(struct ask *ask)
{
	free(ask->rows);
	free(ask);
}

/* A row as text, at most: each byte of the title may become six, and each of what was
 * made of it three, since keys come to it. */
static size_t row_bytes(const struct db_recording *row)
{
	size_t made = strlen(row->made_json);

	return ROW_BYTES + 6 * strlen(row->title) +
	       (made ? MADE_BYTES + 3 * made : EARLY_BYTES);
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

static void add_quota(cJSON *d, const struct ask *ask)
{
	uint32_t quota_mb = ask->server->conf->recording_quota_mb;
	cJSON *quota = cJSON_AddObjectToObject(d, "quota");

	cJSON_AddNumberToObject(quota, "used_bytes", (double)ask->used_bytes);
	if (quota_mb)
		cJSON_AddNumberToObject(quota, "limit_bytes", quota_mb * 1048576.0);
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
	if (ask->wish.trash && reader && !member_may(reader, CAP_RECORD))
		reader = NULL; /* who asked may record no more */
	for (; i < ask->n && i < ask->limit; i++) {
		const struct db_recording *row = &ask->rows[i];
		uint32_t n = files_of(row, &files, &n_files);
		cJSON *item;

		bytes += row_bytes(row) + n * FILE_BYTES;
		if (bytes > LIST_BYTES)
			break;
		item = notice_recording(reader, true, row, files, n);
		notice_library_row(item, ask->server, row);
		if (notice_plays(files, n))
			notice_made(item, ask->server, reader, row);
		cJSON_AddItemToArray(list, item);
		if (n) /* without any row there is no pointer to move */
			files += n;
	}
	cJSON_AddBoolToObject(d, "more", i < ask->n);
	add_quota(d, ask);
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

static void got_usage(void *ctx, int err, const struct db_usage *rows, uint32_t n)
{
	struct ask *ask = ctx;

	thread_claim(&on_ctl);
	for (uint32_t i = 0; !err && i < n; i++)
		ask->used_bytes += rows[i].bytes;
	if (!err)
		err = db_recordings(ask->server->db, &ask->wish, got_list, ask);
	if (err)
		got_files(ask, err, NULL, 0);
}

static bool is_state(const char *text)
{
	static const char *const states[] = {"running", "waiting", "ready", "interrupted",
					     "failed"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(text, states[i]) == 0)
			return true;
	return false;
}

static const char *bad_state(struct command *c)
{
	c->field = "state";
	snprintf(c->why, sizeof(c->why),
		 "a recording is running, ready, interrupted or failed");
	return "bad_field";
}

const char *cmd_recording_list(struct command *c)
{
	const char *text = proto_string(c->d, "q"), *state = proto_string(c->d, "state");
	bool trash = proto_bool(c->d, "trash", false);
	struct ask *ask;

	thread_claim(&on_ctl);
	if (state && !is_state(state))
		return bad_state(c);
	if (trash && !member_may(c->member, CAP_RECORD))
		return "forbidden"; /* it was taken from them */
	ask = calloc(1, sizeof(*ask));
	if (!ask)
		return "no_resources";
	ask->server = c->server;
	ask->id = c->id;
	snprintf(ask->session, sizeof(ask->session), "%s",
		 session_token(c->member->session));
	snprintf(ask->room, sizeof(ask->room), "%s", c->room->row.id);
	snprintf(ask->text, sizeof(ask->text), "%s", text ? text : "");
	snprintf(ask->state, sizeof(ask->state), "%s", state ? state : "");
	ask->limit = (uint32_t)proto_int(c->d, "limit", PAGE_ROWS);
	ask->wish = (struct db_recordings_wish){
		.room = ask->room,
		.before_ms = proto_int(c->d, "before", 0),
		.from_ms = proto_int(c->d, "from_ms", 0),
		.to_ms = proto_int(c->d, "to_ms", 0),
		.text = ask->text,
		.state = ask->state,
		.trash = trash,
		.now_ms = clock_wall_ms(),
		.limit = ask->limit + 1,
	};
	if (db_recordings_usage(c->server->db, keeper_class(c->room)->row.id, got_usage,
				ask)) {
		ask_free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}

/* ---- one recording --------------------------------------------------------------- */

void library_answer(struct library_ask *ask, cJSON *d, const char *code)
{
	command_reply(ask->server, ask->session, ask->id, d, code);
	free(ask);
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct library_ask *ask = ctx;

	thread_claim(&on_ctl);
	if (err)
		library_answer(ask, NULL, "no_resources");
	else if (n == 0 || strcmp(rows[0].room, ask->room) != 0)
		library_answer(ask, NULL, "unknown_recording");
	else if (ask->server->draining)
		library_answer(ask, NULL, "server_draining");
	else
		ask->found(ask, &rows[0]);
}

struct library_ask *library_ask_new(const struct command *c)
{
	struct library_ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return NULL;
	ask->server = c->server;
	ask->id = c->id;
	snprintf(ask->session, sizeof(ask->session), "%s",
		 session_token(c->member->session));
	snprintf(ask->room, sizeof(ask->room), "%s", c->room->row.id);
	return ask;
}

struct library_ask *library_ask(struct command *c,
				void (*found)(struct library_ask *ask,
					      const struct db_recording *row))
{
	struct library_ask *ask = library_ask_new(c);

	if (!ask)
		return NULL;
	ask->found = found;
	snprintf(ask->recording, sizeof(ask->recording), "%s", proto_string(c->d, "id"));
	if (db_recording(c->server->db, ask->recording, got_row, ask)) {
		free(ask);
		return NULL;
	}
	c->later = true;
	return ask;
}

void library_changed(struct library_ask *ask, const struct db_recording *row, cJSON *d,
		     int err)
{
	if (err)
		cJSON_Delete(d);
	else
		notice_library_changed(ask->server, row, d);
	library_answer(ask, NULL, err ? "no_resources" : NULL);
}

cJSON *library_gone(const struct server *server, const struct db_recording *row)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "deleted_ms", (double)row->deleted_ms);
	cJSON_AddNumberToObject(d, "gone_ms", (double)keeper_gone_ms(server->conf, row));
	return d;
}

static void rename_found(struct library_ask *ask, const struct db_recording *row)
{
	cJSON *d = cJSON_CreateObject();

	thread_claim(&on_ctl);
	cJSON_AddStringToObject(d, "title", ask->text);
	library_changed(ask, row, d,
			db_recording_rename(ask->server->db, row->id, ask->text));
}

/* A title is one line. */
static const char *read_title(struct command *c, char out[LIMIT_TITLE * 4 + 1])
{
	const char *title = proto_string(c->d, "title");

	if (proto_text(out, LIMIT_TITLE * 4 + 1, title) == 0 && !strpbrk(out, "\n\r\t"))
		return NULL;
	c->field = "title";
	return "bad_field";
}

const char *cmd_recording_rename(struct command *c)
{
	char title[LIMIT_TITLE * 4 + 1];
	const char *code = read_title(c, title);
	struct library_ask *ask;

	thread_claim(&on_ctl);
	if (code)
		return code;
	ask = library_ask(c, rename_found);
	if (!ask)
		return "no_resources";
	snprintf(ask->text, sizeof(ask->text), "%s", title);
	return NULL;
}

static void keep_found(struct library_ask *ask, const struct db_recording *found)
{
	struct db_recording row = *found;
	cJSON *d;

	thread_claim(&on_ctl);
	row.kept = ask->on;
	d = library_gone(ask->server, &row);
	cJSON_AddBoolToObject(d, "keep", ask->on);
	library_changed(ask, &row, d,
			db_recording_keep(ask->server->db, row.id, ask->on));
}

const char *cmd_recording_keep(struct command *c)
{
	struct library_ask *ask;

	thread_claim(&on_ctl);
	ask = library_ask(c, keep_found);
	if (!ask)
		return "no_resources";
	ask->on = proto_bool(c->d, "keep", true);
	return NULL;
}

/* ---- cuts -------------------------------------------------------------------------- */

static void trim_part(void *ctx, int err, const struct workshop_part *part, uint32_t n)
{
	struct library_ask *ask = ctx;
	struct workshop_cut cut = {ask->from_ms, ask->to_ms, ask->text};
	char id[DB_ID + 1];
	cJSON *d;

	(void)n;
	thread_claim(&on_ctl);
	if (!err && strcmp(part->room, ask->room) != 0)
		err = -ENOENT;
	if (!err && ask->server->draining) {
		library_answer(ask, NULL, "server_draining");
		return;
	}
	if (!err)
		err = workshop_cut(ask->server, part, &cut, id);
	if (err) {
		library_answer(ask, NULL, workshop_refusal(err));
		return;
	}
	d = cJSON_CreateObject();
	cJSON_AddStringToObject(d, "id", id);
	library_answer(ask, d, NULL);
}

const char *cmd_recording_trim(struct command *c)
{
	char title[LIMIT_TITLE * 4 + 1] = "";
	const char *text = proto_string(c->d, "title"), *code;
	struct library_ask *ask;

	thread_claim(&on_ctl);
	code = text && *text ? read_title(c, title) : NULL;
	if (code)
		return code;
	ask = library_ask_new(c);
	if (!ask)
		return "no_resources";
	snprintf(ask->recording, sizeof(ask->recording), "%s", proto_string(c->d, "id"));
	ask->from_ms = proto_int(c->d, "from_ms", 0);
	ask->to_ms = proto_int(c->d, "to_ms", 0);
	snprintf(ask->text, sizeof(ask->text), "%s", title);
	if (workshop_parts_find(c->server, &ask->recording, 1, trim_part, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}

/* ---- one of several ---------------------------------------------------------------- */

static void join_done(void *ctx, const char *code, const char *id)
{
	struct library_ask *ask = ctx;
	cJSON *d = NULL;

	thread_claim(&on_ctl);
	if (!code) {
		d = cJSON_CreateObject();
		cJSON_AddStringToObject(d, "id", id);
	}
	library_answer(ask, d, code);
}

/* Each of them once. */
static bool read_ids(const cJSON *list, char ids[LIMIT_JOINS][DB_ID + 1], uint32_t *n)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		size_t len = strlen(item->valuestring);

		if (len < 1 || len > DB_ID || strchr(item->valuestring, ' '))
			return false;
		for (uint32_t i = 0; i < *n; i++)
			if (strcmp(ids[i], item->valuestring) == 0)
				return false;
		memcpy(ids[(*n)++], item->valuestring, len + 1);
	}
	return true;
}

const char *cmd_recording_join(struct command *c)
{
	char title[LIMIT_TITLE * 4 + 1] = "", ids[LIMIT_JOINS][DB_ID + 1];
	const char *text = proto_string(c->d, "title"), *code;
	struct library_ask *ask;
	uint32_t n = 0;
	int err;

	thread_claim(&on_ctl);
	code = text && *text ? read_title(c, title) : NULL;
	if (code)
		return code;
	if (!read_ids(cJSON_GetObjectItemCaseSensitive(c->d, "ids"), ids, &n)) {
		c->field = "ids";
		return "bad_field";
	}
	ask = library_ask_new(c);
	if (!ask)
		return "no_resources";
	err = workshop_join(c->server, &(struct workshop_join){
					       .room = ask->room,
					       .ids = ids,
					       .n = n,
					       .title = title,
					       .done = join_done,
					       .ctx = ask,
				       });
	if (err) {
		free(ask);
		return workshop_refusal(err);
	}
	c->later = true;
	return NULL;
}
