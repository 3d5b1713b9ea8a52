/* cmd_trash.c - recordings thrown away, brought back, and gone for good.
 */
#include "mcu/cmd_library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/audit.h"
#include "mcu/keeper.h"
#include "mcu/room.h"

static bool is_running(const struct db_recording *row)
{
	return strcmp(row->state, "running") == 0;
}

static void removed(void *ctx, int err)
{
	struct library_ask *ask = ctx;

	thread_claim(&on_ctl);
	library_answer(ask, NULL,
		       !err                ? NULL
		       : err == -ESHUTDOWN ? "server_draining"
					   : "no_resources");
}

/* One that runs stays; a cut that is being made is given up. */
static void delete_found(struct library_ask *ask, const struct db_recording *found)
{
	struct db_recording row = *found;
	int err;

	thread_claim(&on_ctl);
	if (is_running(&row) && !*row.origin) {
		library_answer(ask, NULL, "unknown_recording");
		return;
	}
	if (ask->on || row.deleted_ms || is_running(&row) ||
	    ask->server->conf->recording_grace_days == 0) {
		keeper_remove(ask->server, &row, removed, ask);
		return;
	}
	row.deleted_ms = clock_wall_ms();
	err = db_recording_trash(ask->server->db, row.id, row.deleted_ms);
	log_info("recording_trashed", "recording=%s err=%d", row.id, err);
	library_changed(ask, &row, library_gone(ask->server, &row), err);
}

const char *cmd_recording_delete(struct command *c)
{
	struct library_ask *ask;

	thread_claim(&on_ctl);
	ask = library_ask(c, delete_found);
	if (!ask)
		return "no_resources";
	ask->on = proto_bool(c->d, "now", false);
	return NULL;
}

static void restore_found(struct library_ask *ask, const struct db_recording *found)
{
	struct db_recording row = *found;

	thread_claim(&on_ctl);
	if (!row.deleted_ms) {
		library_answer(ask, NULL, "no_change");
		return;
	}
	row.deleted_ms = 0;
	log_info("recording_restored", "recording=%s", row.id);
	library_changed(ask, &row, library_gone(ask->server, &row),
			db_recording_trash(ask->server->db, row.id, 0));
}

const char *cmd_recording_restore(struct command *c)
{
	thread_claim(&on_ctl);
	return library_ask(c, restore_found) ? NULL : "no_resources";
}

/* ---- all of it at once ---------------------------------------------------------------
 */

/* What is being removed, one after the other. What cannot be is passed over, and the
 * sweep tries it again when its time is over. */
struct emptying {
	struct server *server;
	char session[SESSION_TOKEN + 1]; /* of who asked */
	int64_t id;
	char room[DB_ID + 1];
	int64_t asked_ms;  /* what is thrown away later stays */
	int64_t before_ms; /* the next page; 0: from the newest */
	int64_t oldest_ms; /* of this page */
	bool stays;        /* one of this page does */
	char ids[KEEPER_ROWS][DB_ID + 1];
	uint32_t n, at;
	bool more;
	uint32_t n_gone, n_left;
	int err; /* of the last that could not be removed */
};

static void emptied(struct emptying *e, int err) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "deleted", e->n_gone);
	log_info("trash_emptied", "room=%s deleted=%u left=%u err=%d", e->room, e->n_gone,
		 e->n_left, err);
	command_reply(e->server, e->session, e->id, d,
		      !err                ? NULL
		      : err == -ESHUTDOWN ? "server_draining"
					  : "no_resources");
	free(e);
}

static void empty_next(struct emptying *e) RUNS_ON(on_ctl);

/* Each is a deletion of its own to whoever asks later. */
static void act(const struct emptying *e, int err) RUNS_ON(on_ctl)
{
	char fields[100];

	snprintf(fields, sizeof(fields), "{\"id\":\"%s\",\"why\":\"empty_trash\"}",
		 e->ids[e->at]);
	audit_own(e->server, "recording.delete", e->room, fields,
		  err ? "no_resources" : "ok");
}

static void one_gone(void *ctx, int err)
{
	struct emptying *e = ctx;

	thread_claim(&on_ctl);
	if (err != -ESHUTDOWN)
		act(e, err);
	if (err) {
		e->err = err;
		e->n_left++;
		e->stays = true;
	} else {
		e->n_gone++;
	}
	e->at++;
	empty_next(e);
}

/* As it is now: somebody may have taken it out of the trash since the list was read. */
static void got_one(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct emptying *e = ctx;

	thread_claim(&on_ctl);
	if (err) {
		one_gone(e, err);
	} else if (n && rows[0].deleted_ms && rows[0].deleted_ms <= e->asked_ms) {
		keeper_remove(e->server, &rows[0], one_gone, e);
	} else {
		e->stays = true;
		e->at++;
		empty_next(e);
	}
}

static void got_page(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct emptying *e = ctx;

	thread_claim(&on_ctl);
	if (err) {
		emptied(e, err);
		return;
	}
	e->at = e->n = 0;
	for (; e->n < n && e->n < KEEPER_ROWS; e->n++)
		memcpy(e->ids[e->n], rows[e->n].id, sizeof(e->ids[0]));
	e->more = n == KEEPER_ROWS;
	e->oldest_ms = n ? rows[n - 1].started_ms : 0;
	e->stays = false;
	empty_next(e);
}

static int list_trash(struct emptying *e) RUNS_ON(on_ctl)
{
	const struct db_recordings_wish wish = {
		.room = e->room,
		.before_ms = e->before_ms,
		.text = "",
		.state = "",
		.trash = true,
		.limit = KEEPER_ROWS,
	};

	return db_recordings(e->server->db, &wish, got_page, e);
}

/* What stays is not asked for again; a cut may have begun when another one did, so as
 * long as nothing stays the next page is what is there now. */
static int ask_page(struct emptying *e) RUNS_ON(on_ctl)
{
	if (e->stays)
		e->before_ms = e->oldest_ms;
	return list_trash(e);
}

static void empty_next(struct emptying *e)
{
	int err;

	if (e->server->draining || (e->at == e->n && !e->more)) {
		emptied(e, e->server->draining ? -ESHUTDOWN : e->err);
		return;
	}
	err = e->at < e->n ? db_recording(e->server->db, e->ids[e->at], got_one, e)
			   : ask_page(e);
	if (err)
		emptied(e, err);
}
const char *cmd_recording_empty_trash(struct command *c)
{
	struct emptying *e = calloc(1, sizeof(*e));

	thread_claim(&on_ctl);
	if (!e)
		return "no_resources";
	e->server = c->server;
	e->id = c->id;
	e->asked_ms = clock_wall_ms();
	snprintf(e->session, sizeof(e->session), "%s", session_token(c->member->session));
	snprintf(e->room, sizeof(e->room), "%s", c->room->row.id);
	if (list_trash(e)) {
		free(e);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
