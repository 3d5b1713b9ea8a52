/* cmd_share.c - links to recordings for those who have no place in the class. */
#include "mcu/cmd_library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/notice_library.h"
#include "mcu/notice_share.h"
#include "mcu/room.h"
#include "mcu/share.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* What is made, until its password is what it is stored as. */
struct making {
	struct library_ask *ask;
	struct db_share share;
};

static void made(struct making *making, int err) RUNS_ON(on_ctl)
{
	struct library_ask *ask = making->ask;
	struct server *server = ask->server;

	if (!err && server->draining)
		err = -ESHUTDOWN;
	if (!err)
		err = db_share_put(server->db, &making->share);
	log_info("share_made", "share=%s recording=%s err=%d", making->share.id,
		 making->share.recording, err);
	library_answer(ask, err ? NULL : notice_share(server, &making->share),
		       err ? "no_resources" : NULL);
	free(making);
}

static void locked(void *ctx, int err)
{
	thread_claim(&on_ctl);
	made(ctx, err);
}

static void got_others(void *ctx, int err, const struct db_share *rows, uint32_t n)
{
	struct making *making = ctx;
	struct library_ask *ask = making->ask;
	const char *code = err                 ? "no_resources"
			   : n >= LIMIT_SHARES ? "too_many_shares"
					       : NULL;

	(void)rows;
	thread_claim(&on_ctl);
	if (code || ask->server->draining) {
		library_answer(ask, NULL, code ? code : "server_draining");
		free(making);
	} else if (!*ask->text) {
		made(making, 0);
	} else {
		err = share_lock(ask->server->shares, &making->share, ask->text, locked,
				 making);
		explicit_bzero(ask->text, sizeof(ask->text));
		if (err)
			made(making, err);
	}
}

/* One that runs, or has no file, or is in the trash is shown to nobody. */
static void share_found(struct library_ask *ask, const struct db_recording *row)
{
	struct making *making;
	int64_t now_ms = clock_wall_ms();

	thread_claim(&on_ctl);
	if (row->bytes == 0 || row->deleted_ms || strcmp(row->state, "running") == 0) {
		library_answer(ask, NULL, "unknown_recording");
		return;
	}
	making = calloc(1, sizeof(*making));
	if (!making) {
		library_answer(ask, NULL, "no_resources");
		return;
	}
	making->ask = ask;
	rand_token(making->share.id, SHARE_ID);
	memcpy(making->share.recording, row->id, sizeof(row->id));
	making->share.download = ask->on;
	making->share.made_ms = now_ms;
	making->share.expires_ms = now_ms + ask->days * DAY_MS;
	if (db_shares(ask->server->db, row->id, now_ms, got_others, making)) {
		free(making);
		library_answer(ask, NULL, "no_resources");
	}
}

/* Characters of UTF-8. */
static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

const char *cmd_recording_share(struct command *c)
{
	const char *password = proto_string(c->d, "password");
	size_t n = password ? characters(password) : 0;
	struct library_ask *ask;

	thread_claim(&on_ctl);
	if (password && (n < SHARE_PASSWORD_MIN || n > SHARE_PASSWORD_MAX)) {
		c->field = "password";
		snprintf(c->why, sizeof(c->why), "it has %d to %d characters",
			 SHARE_PASSWORD_MIN, SHARE_PASSWORD_MAX);
		return "bad_field";
	}
	ask = library_ask(c, share_found);
	if (!ask)
		return "no_resources";
	ask->days = (uint32_t)proto_int(c->d, "days", SHARE_DAYS_USUAL);
	ask->on = proto_bool(c->d, "download", false);
	snprintf(ask->text, sizeof(ask->text), "%s", password ? password : "");
	return NULL;
}

static void got_shares(void *ctx, int err, const struct db_share *rows, uint32_t n)
{
	struct library_ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "shares");

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, notice_share(ask->server, &rows[i]));
	library_answer(ask, d, err ? "no_resources" : NULL);
}

static void list_found(struct library_ask *ask, const struct db_recording *row)
{
	thread_claim(&on_ctl);
	if (db_shares(ask->server->db, row->id, clock_wall_ms(), got_shares, ask))
		library_answer(ask, NULL, "no_resources");
}

const char *cmd_recording_shares(struct command *c)
{
	thread_claim(&on_ctl);
	return library_ask(c, list_found) ? NULL : "no_resources";
}

/* ---- taken back ------------------------------------------------------------------ */

struct taking {
	struct server *server;
	char session[SESSION_TOKEN + 1];
	int64_t id;
	char room[DB_ID + 1], share[DB_ID + 1];
};

static void taken(struct taking *taking, const char *code) RUNS_ON(on_ctl)
{
	command_reply(taking->server, taking->session, taking->id, NULL, code);
	free(taking);
}

/* Only a link to a recording of the own class. */
static void got_its_recording(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n)
{
	struct taking *taking = ctx;

	thread_claim(&on_ctl);
	if (!err && (n == 0 || strcmp(rows[0].room, taking->room) != 0)) {
		taken(taking, "unknown_share");
		return;
	}
	if (!err)
		err = db_share_delete(taking->server->db, taking->share);
	log_info("share_ended", "share=%s err=%d", taking->share, err);
	taken(taking, err ? "no_resources" : NULL);
}

static void got_share(void *ctx, int err, const struct db_share *rows, uint32_t n)
{
	struct taking *taking = ctx;

	thread_claim(&on_ctl);
	if (!err && n == 0)
		taken(taking, "unknown_share");
	else if (err || db_recording(taking->server->db, rows[0].recording,
				     got_its_recording, taking))
		taken(taking, "no_resources");
}

const char *cmd_recording_unshare(struct command *c)
{
	struct taking *taking = calloc(1, sizeof(*taking));

	thread_claim(&on_ctl);
	if (!taking)
		return "no_resources";
	taking->server = c->server;
	taking->id = c->id;
	snprintf(taking->session, sizeof(taking->session), "%s",
		 session_token(c->member->session));
	snprintf(taking->room, sizeof(taking->room), "%s", c->room->row.id);
	snprintf(taking->share, sizeof(taking->share), "%s", proto_string(c->d, "id"));
	if (db_share(c->server->db, taking->share, got_share, taking)) {
		free(taking);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
