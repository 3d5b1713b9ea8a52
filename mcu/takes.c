#include "mcu/takes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/notice.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/workshop_seal.h"

#define ASK_AGAIN_US (5 * SEC_US)
#define ASK_LEFT_US  (60 * SEC_US) /* what the recorder had no room to look for */

int takes_add(struct server *server, const struct db_recording *row, bool rescued,
	      uint32_t editions)
{
	struct take *take = calloc(1, sizeof(*take));

	if (!take)
		return -ENOMEM;
	take->row = *row;
	take->rescued = rescued;
	take->pending = editions;
	take->next = server->takes;
	server->takes = take;
	return 0;
}

struct take *takes_find(const struct server *server, const char *id)
{
	struct take *take = server->takes;

	while (take && strcmp(take->row.id, id) != 0)
		take = take->next;
	return take;
}

void takes_inherit(struct server *server, const char *room, const char *heir)
{
	for (struct take *take = server->takes; take; take = take->next)
		if (strcmp(take->row.room, room) == 0)
			snprintf(take->row.room, sizeof(take->row.room), "%s", heir);
}

/* Takes it out of the list and frees it. */
static void take_remove(struct server *server, struct take *gone)
{
	for (struct take **p = &server->takes; *p; p = &(*p)->next) {
		if (*p != gone)
			continue;
		*p = gone->next;
		free(gone);
		return;
	}
}

void takes_drop(struct server *server, const char *id)
{
	struct take *take = takes_find(server, id);

	if (take)
		take_remove(server, take);
}

void takes_row_put(struct server *server, const struct db_recording *row)
{
	if (db_recording_put(server->db, row))
		log_error("recording_row_lost", "recording=%s", row->id);
}

const char *takes_error(enum edition edition, int err)
{
	/* Whatever it is, it is not this server's disk: the platform, or the way to it.
	 */
	bool sent = edition == EDITION_PUSH;

	switch (err) {
	case 0:
		return NULL;
	case -ENOSPC:
		return "disk_full";
	case -EOVERFLOW:
		return "too_slow";
	case -ENODATA:
		return "no_picture";
	case -ETIMEDOUT:
		return sent ? "push_failed" : "stuck";
	case -EPROTO:
		return sent ? "push_failed" : "plugin_failed";
	default:
		return sent ? "push_failed" : "write_failed";
	}
}

/* As long as there is no file and one was left it has not failed. */
static const char *state_of(const struct take *take, bool err)
{
	bool sent = !err && !take->rescued && *take->files[EDITION_PUSH].id;

	if (take->row.bytes)
		return take->rescued || err ? "interrupted" : "ready";
	if (sent)
		return "ready"; /* and nothing but sent */
	return take->left ? "waiting" : "failed";
}

/* The row says of the first edition that there is what older clients know. */
static void row_sum(struct take *take)
{
	struct db_recording *row = &take->row;
	int64_t known_ms = row->duration_ms;
	bool err = false;

	row->bytes = row->duration_ms = 0;
	for (enum edition e = 0; e < EDITIONS && !row->bytes; e++) {
		err |= *take->files[e].err != 0;
		row->bytes = take->files[e].bytes;
		if (row->bytes || !row->duration_ms)
			row->duration_ms = take->files[e].duration_ms;
	}
	/* of a file that was there before its rescue it is told no more */
	if (row->bytes && !row->duration_ms)
		row->duration_ms = known_ms;
	snprintf(row->state, sizeof(row->state), "%s", state_of(take, err));
}

static void finished(struct server *server, struct take *take) RUNS_ON(on_ctl)
{
	const struct db_recording *row = &take->row;

	row_sum(take);
	takes_row_put(server, row);
	log_info("recording_done", "recording=%s state=%s bytes=%lld duration_ms=%lld",
		 row->id, row->state, (long long)row->bytes, (long long)row->duration_ms);
}

static void file_put(struct server *server, struct take *take,
		     const struct recording_result *result) RUNS_ON(on_ctl)
{
	enum edition edition = (enum edition)result->edition;
	const char *ext = edition_extension(server->plugins, server->conf, edition);
	const char *error = takes_error(edition, result->err);
	struct db_recording_file *file = &take->files[edition];

	if (result->id == 0 && result->bytes == 0 && result->err == -ENOENT)
		return; /* it had no such edition */
	snprintf(file->id, sizeof(file->id), "%.32s.%s", result->name,
		 edition_name(edition));
	snprintf(file->recording, sizeof(file->recording), "%.32s", result->name);
	snprintf(file->edition, sizeof(file->edition), "%s", edition_name(edition));
	snprintf(file->ext, sizeof(file->ext), "%s", ext ? ext : "");
	snprintf(file->err, sizeof(file->err), "%s", error ? error : "");
	if (edition != EDITION_PUSH) /* what was sent is no file */
		file->bytes = (int64_t)result->bytes;
	file->duration_ms = result->duration_ms;
	if (db_recording_file_put(server->db, file))
		log_error("recording_row_lost", "recording=%s", file->id);
}

/* Nothing more comes of it, but of what was left: see late(). */
static void take_over(struct server *server, struct take *take) RUNS_ON(on_ctl)
{
	struct room *room = room_by_id(server, take->row.room);

	if (take->elsewhere)
		log_info("recording_elsewhere", "recording=%s", take->row.id);
	else
		finished(server, take);
	if (room && !take->elsewhere)
		notice_recording_ready(room, &take->row, take->files, EDITIONS);
	take_remove(server, take);
}

/* The row is the other server's, if there is one. */
static bool elsewhere(const struct recording_result *result)
{
	return result->id == 0 && (result->err == -EBUSY || result->err == -EALREADY);
}

static bool expects(const struct take *take, const struct recording_result *result)
{
	return take && result->edition < EDITIONS && take->rescued == (result->id == 0) &&
	       take->pending & EDITION_BIT(result->edition);
}

static void rescue(struct server *server, const struct db_recording *from)
	RUNS_ON(on_ctl);

struct late_letter {
	struct server *server;
	struct recording_result result;
	struct take take;
};

/* Of what there was before nothing could be made: of this file it may. True: nothing,
 * because it was no file to make anything of, so that the row tells of a lesser one. */
static bool made_anew(struct server *server, const struct db_recording *row,
		      enum edition edition) RUNS_ON(on_ctl)
{
	bool none = strcmp(row->made, "none") == 0;

	if (edition == EDITION_TRACKS || (!none && strcmp(row->made, "failed") != 0))
		return false;
	if (db_recording_made(server->db, row->id, "", ""))
		log_error("recording_row_lost", "recording=%s", row->id);
	return none;
}

/* What only came to an end early by what was mended since is whole. */
static bool is_whole(const struct take *take)
{
	bool err = take->rescued || strcmp(take->row.state, "interrupted") != 0;

	for (enum edition e = 0; e < EDITIONS; e++)
		err |= *take->files[e].err;
	return !err;
}

/* The row tells of the first edition that there is now. Its state stays when there was
 * one before, unless all of it is whole by now. */
static void mend(struct server *server, struct take *take,
		 const struct recording_result *result) RUNS_ON(on_ctl)
{
	struct db_recording *row = &take->row;
	struct db_recording was = *row;
	bool told = was.bytes && strcmp(was.state, "failed") != 0;
	bool whole = result->again && is_whole(take);

	if (result->bytes && made_anew(server, row, (enum edition)result->edition))
		told = false;
	row_sum(take);
	if (told)
		snprintf(row->state, sizeof(row->state), "%s",
			 whole ? "ready" : was.state);
	if (told && !whole && row->bytes == was.bytes)
		return;
	takes_row_put(server, row);
	log_info("recording_mended", "recording=%s state=%s bytes=%lld", row->id,
		 row->state, (long long)row->bytes);
}

/* All that there is of it is known now. */
static void got_late_files(void *ctx, int err, const struct db_recording_file *rows,
			   uint32_t n)
{
	struct late_letter *letter = ctx;
	struct server *server = letter->server;
	struct take *take = &letter->take;
	struct room *room;

	thread_claim(&on_ctl);
	room = room_by_id(server, take->row.room);
	for (uint32_t i = 0; !err && i < n; i++) {
		enum edition e = edition_by_name(rows[i].edition);

		if (e < EDITIONS && !*take->files[e].id &&
		    strcmp(rows[i].recording, take->row.id) == 0)
			take->files[e] = rows[i];
	}
	take->rescued = letter->result.interrupted;
	mend(server, take, &letter->result);
	if (room)
		notice_recording_ready(room, &take->row, take->files, EDITIONS);
	/* behind the rows: what waits is looked for in them */
	if (letter->result.bytes)
		workshop_seal_late(server->workshop, server, take->row.id);
	free(letter);
}

/* False: it is done with, and the letter is not taken. */
static bool take_up(struct late_letter *letter, const struct db_recording *row)
	RUNS_ON(on_ctl)
{
	struct server *server = letter->server;
	struct take *take = &letter->take;
	bool runs = strcmp(row->state, "running") == 0;

	if (runs && *row->origin)
		return false; /* a cut: who makes it tells */
	take->row = *row;
	take->left = letter->result.left || letter->result.left_beside;
	file_put(server, take, &letter->result);
	if (runs) { /* nobody had the room to ask for it, see rescue() */
		rescue(server, row);
		return false;
	}
	if (db_recording_files(server->db, row->room, row->started_ms,
			       row->started_ms + 1, got_late_files, letter))
		got_late_files(letter, -ENOBUFS, NULL, 0);
	return true;
}

static void got_late(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct late_letter *letter = ctx;

	thread_claim(&on_ctl);
	if (err || n != 1 || letter->server->draining || !take_up(letter, rows))
		free(letter);
}

/* There is more to tell now of what was left: its row was told already. */
static int late(struct server *server, const struct recording_result *result)
{
	struct late_letter *letter = calloc(1, sizeof(*letter));
	int err;

	if (!letter)
		return -ENOMEM;
	letter->server = server;
	letter->result = *result;
	err = db_recording(server->db, result->name, got_late, letter);
	if (err)
		free(letter);
	return err;
}

/* What an earlier server left of a recording whose row is final: the log of the recorder
 * says what it was. */
static void not_asked_for(const struct recording_result *result)
{
	if (result->empty || result->err == -ENOENT)
		log_debug("recording_nothing_left", "recording=%s", result->name);
	else
		log_warn("recording_not_rescued", "recording=%s err=%d", result->name,
			 result->err);
}

static void note_left(struct take *take, const struct recording_result *result)
{
	uint32_t bit = EDITION_BIT(result->edition);

	take->left &= ~bit;
	if (result->left && result->edition != EDITION_PUSH)
		take->left |= bit;
}

/* Of what was left, while others of its editions are finished or behind all of them; or
 * a part that nobody asked for, or one without a row. */
static void unexpected(struct server *server, struct take *take,
		       const struct recording_result *result) RUNS_ON(on_ctl)
{
	bool known = result->id == 0 && result->edition < EDITIONS;

	if (known && take && result->again) {
		note_left(take, result);
		file_put(server, take, result);
		return;
	}
	/* one that runs is not rescued */
	if (known && !take && (result->bytes || result->again) &&
	    late(server, result) == 0)
		return;
	if (known && !take)
		not_asked_for(result);
	else
		log_warn("recording_unknown", "recording=%s err=%d", result->name,
			 result->err);
}

void takes_done(struct server *server, const struct recording_result *result)
{
	struct take *take = takes_find(server, result->name);

	if (result->id == 0 && result->edition == EDITION_PUSH)
		return;
	if (!expects(take, result)) {
		unexpected(server, take, result);
		return;
	}
	/* that there was no picture is none of its faults */
	if (!take->rescued && result->err && result->err != -ENODATA)
		edition_used(server->plugins, server->conf, (enum edition)result->edition,
			     true);
	take->pending &= ~EDITION_BIT(result->edition);
	note_left(take, result);
	if (elsewhere(result))
		take->elsewhere = true;
	else
		file_put(server, take, result);
	recording_ended(server, result);
	if (!take->pending)
		take_over(server, take);
}

/* ---- after a crash ----------------------------------------------------------- */

/* Of all editions that the recorder looks for. */
static uint32_t editions_all(const struct server *server) RUNS_ON(on_ctl)
{
	uint32_t bits = 0;

	for (enum edition e = 0; e < EDITIONS; e++)
		if (e != EDITION_PUSH && /* it leaves nothing behind */
		    edition_extension(server->plugins, server->conf, e))
			bits |= EDITION_BIT(e);
	return bits;
}

/* Without a rescue there is no file: the row says so, and can be deleted. */
static void rescue(struct server *server, const struct db_recording *from) RUNS_ON(on_ctl)
{
	struct db_recording row = *from;
	int err;

	if (takes_find(server, row.id))
		return; /* it was started since we asked: it is ours */
	err = takes_add(server, &row, true, editions_all(server));
	if (!err) {
		err = recorder_rescue(server->recorder, row.id);
		if (err)
			take_remove(server, server->takes);
	}
	if (!err)
		return;
	if (err == -ENOBUFS || err == -ENOMEM) { /* for want of room, which will be */
		log_warn("recording_left",
			 "recording=%s err=%d hint=\"it is tried again\"", row.id, err);
		server->takes_ask_us = clock_us() + ASK_LEFT_US;
		return;
	}
	log_error("rescue_failed", "recording=%s err=%d", row.id, err);
	snprintf(row.state, sizeof(row.state), "failed");
	takes_row_put(server, &row);
}

static void got_running(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (server->draining)
		return;
	if (err) {
		/* what would be finished now had no row */
		log_error("recordings_unread", "err=%d", err);
		server->takes_ask_us = clock_us() + ASK_AGAIN_US;
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		rescue(server, &rows[i]);
	/* and those without a row */
	if (recorder_recover(server->recorder))
		log_error("recovery_failed", "dir=%s", server->conf->recordings_dir);
}

int takes_recover(struct server *server)
{
	int err = db_recordings_running(server->db, got_running, server);

	server->takes_ask_us = err ? clock_us() + ASK_AGAIN_US : 0;
	return err;
}

void takes_second(struct server *server)
{
	if (server->draining || !server->takes_ask_us ||
	    clock_us() < server->takes_ask_us)
		return;
	if (takes_recover(server))
		log_error("recordings_unread", "err=%d", -ENOBUFS);
}

void takes_forget(struct server *server)
{
	while (server->takes) {
		struct take *take = server->takes;

		server->takes = take->next;
		free(take);
	}
}
