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

/* There was no room for the work itself: the part is still there. */
static bool not_tried(int err)
{
	return err == -ENOBUFS || err == -ENOMEM;
}

/* The row stays "running": the next start asks for the part again, or got_late(), once
 * the recorder had room for it. */
static void left_for_later(const struct db_recording *row, int err)
{
	log_warn("recording_left",
		 "recording=%s err=%d hint=\"the next start finishes it\"", row->id, err);
}

/* The row says of the first edition that there is what older clients know. */
static void row_sum(struct take *take)
{
	struct db_recording *row = &take->row;
	int64_t known_ms = row->duration_ms;
	bool sent;
	int err = 0;

	row->bytes = row->duration_ms = 0;
	for (enum edition e = 0; e < EDITIONS && !row->bytes; e++) {
		if (!err)
			err = take->errs[e];
		row->bytes = take->files[e].bytes;
		if (row->bytes || !row->duration_ms)
			row->duration_ms = take->files[e].duration_ms;
	}
	sent = !row->bytes && !err && !take->rescued && *take->files[EDITION_PUSH].id;
	/* of a file that was there before its rescue it is told no more */
	if (row->bytes && !row->duration_ms)
		row->duration_ms = known_ms;
	snprintf(row->state, sizeof(row->state), "%s",
		 sent                   ? "ready" /* and nothing but sent */
		 : row->bytes == 0      ? "failed"
		 : take->rescued || err ? "interrupted"
					: "ready");
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

/* Of an edition that was left the next start puts the file's row, see late(). But as long
 * as there is none at all, the recording has not failed. */
static bool is_for_later(const struct take *take)
{
	bool some = false;

	for (enum edition e = 0; e < EDITIONS; e++)
		some |= take->files[e].bytes > 0;
	return take->later || (take->left && !some);
}

/* Nothing more comes of it. */
static void take_over(struct server *server, struct take *take) RUNS_ON(on_ctl)
{
	struct room *room = room_by_id(server, take->row.room);

	if (take->elsewhere)
		log_info("recording_elsewhere", "recording=%s", take->row.id);
	else if (is_for_later(take))
		left_for_later(&take->row, -ENOBUFS);
	else
		finished(server, take);
	if (room && strcmp(take->row.state, "running") != 0)
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

/* The row tells of this file. */
static void mend(struct server *server, struct take *take,
		 const struct recording_result *result) RUNS_ON(on_ctl)
{
	struct db_recording *row = &take->row;
	struct room *room = room_by_id(server, row->room);

	row->bytes = (int64_t)result->bytes;
	if (result->duration_ms)
		row->duration_ms = result->duration_ms;
	snprintf(row->state, sizeof(row->state), "interrupted");
	takes_row_put(server, row);
	log_info("recording_mended", "recording=%s bytes=%lld", row->id,
		 (long long)row->bytes);
	if (room)
		notice_recording_ready(room, row, take->files, EDITIONS);
}

static void got_late(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct late_letter *letter = ctx;
	struct server *server = letter->server;
	struct recording_result result = letter->result;
	struct take take = {.rescued = true};
	bool runs, told;

	thread_claim(&on_ctl);
	free(letter);
	if (err || n != 1 || server->draining)
		return;
	runs = strcmp(rows[0].state, "running") == 0;
	if (runs && *rows[0].origin)
		return; /* a cut: who makes it tells */
	take.row = rows[0];
	file_put(server, &take, &result);
	if (runs) { /* it was left without any file, see left_for_later() */
		rescue(server, &take.row);
		return;
	}
	/* as it was, the row tells of a file that is there */
	told = take.row.bytes && strcmp(take.row.state, "failed") != 0;
	if (made_anew(server, &take.row, (enum edition)result.edition))
		told = false;
	if (!told)
		mend(server, &take, &result);
	/* behind the rows: what waits is looked for in them */
	workshop_seal_late(server->workshop, server, take.row.id);
}

/* There is a file now of what an earlier server left: its row was final already. */
static int late(struct server *server, const struct recording_result *result)
{
	struct late_letter *letter = malloc(sizeof(*letter));
	int err;

	if (!letter)
		return -ENOMEM;
	*letter = (struct late_letter){server, *result};
	err = db_recording(server->db, result->name, got_late, letter);
	if (err)
		free(letter);
	return err;
}

void takes_done(struct server *server, const struct recording_result *result)
{
	struct take *take = takes_find(server, result->name);

	if (result->id == 0 && result->edition == EDITION_PUSH)
		return;
	/* a part that nobody asked for has no row; one that runs is not rescued */
	if (!take && result->id == 0 && result->bytes && result->edition < EDITIONS &&
	    late(server, result) == 0)
		return;
	if (!expects(take, result)) {
		log_warn("recording_unknown", "recording=%s err=%d", result->name,
			 result->err);
		return;
	}
	take->pending &= ~EDITION_BIT(result->edition);
	take->errs[result->edition] = result->err;
	take->left |= result->left && result->edition != EDITION_PUSH;
	if (elsewhere(result))
		take->elsewhere = true;
	else if (result->bytes == 0 && not_tried(result->err))
		take->later = true;
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
	if (not_tried(err)) {
		left_for_later(&row, err);
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
