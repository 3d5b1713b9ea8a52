#include "mcu/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mixer/vworker.h"

/* A recording whose row is not final yet: it runs, is being finished, or (rescued)
 * was left by a server that died. */
struct take {
	struct take *next;
	struct db_recording row;
	bool rescued;
};

/* Those that are being finished or rescued keep nobody from recording. */
static uint32_t running_n(const struct server *server)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < server->n_rooms; i++)
		n += server->rooms[i]->recording;
	return n;
}

static int take_add(struct server *server, const struct db_recording *row, bool rescued)
{
	struct take *take = calloc(1, sizeof(*take));

	if (!take)
		return -ENOMEM;
	take->row = *row;
	take->rescued = rescued;
	take->next = server->takes;
	server->takes = take;
	return 0;
}

static struct take *take_find(const struct server *server, const char *id)
{
	struct take *take = server->takes;

	while (take && strcmp(take->row.id, id) != 0)
		take = take->next;
	return take;
}

void recording_inherit(struct server *server, const char *room, const char *heir)
{
	for (struct take *take = server->takes; take; take = take->next)
		if (strcmp(take->row.room, room) == 0)
			snprintf(take->row.room, sizeof(take->row.room), "%s", heir);
}

/* Takes it out of the list; the row is the caller's copy. */
static bool take_remove(struct server *server, const char *id, bool rescued,
			struct db_recording *row)
{
	for (struct take **p = &server->takes; *p; p = &(*p)->next) {
		struct take *take = *p;

		if (strcmp(take->row.id, id) != 0 || take->rescued != rescued)
			continue;
		*row = take->row;
		*p = take->next;
		free(take);
		return true;
	}
	return false;
}

static void row_put(struct server *server, const struct db_recording *row)
{
	if (db_recording_put(server->db, row))
		log_error("recording_row_lost", "recording=%s", row->id);
}

static void row_make(struct db_recording *row, const struct room *room, const char *title)
{
	memset(row, 0, sizeof(*row));
	rand_token(row->id, 20);
	snprintf(row->room, sizeof(row->room), "%s", room->row.id);
	snprintf(row->file, sizeof(row->file), "%s", row->id);
	snprintf(row->title, sizeof(row->title), "%s",
		 title && *title ? title : room->row.title);
	snprintf(row->state, sizeof(row->state), "running");
	row->started_ms = clock_wall_ms();
}

static void taps(struct room *room, bool on)
{
	vworker_rung_tap(room->server->vworker, rungs_recorded(room), on);
	aworker_mix_tap(room->server->aworker, room->base + ID_MIX, on);
}

int recording_start(struct room *room, const char *title)
{
	struct server *server = room->server;
	struct recording_conf conf = {.id = room->base + ID_RECORDING};
	struct db_recording row;
	int err;

	if (room->recording || running_n(server) >= LIMIT_RECORDINGS)
		return -EBUSY;
	row_make(&row, room, title);
	rungs_recorded_size(&conf.w_px, &conf.h_px);
	snprintf(conf.name, sizeof(conf.name), "%s", row.id);
	err = take_add(server, &row, false);
	if (err)
		return err;
	err = recorder_start(server->recorder, &conf);
	if (err) {
		take_remove(server, row.id, false, &row);
		return err;
	}
	row_put(server, &row);
	room->recording = true;
	room->recording_row = row;
	/* everybody knows before the first frame is written */
	notice_record_state(room, NULL);
	rungs_update(room);
	taps(room, true);
	log_info("recording_started", "room=%s recording=%s", room->row.id, row.id);
	return 0;
}

static void stopped(struct room *room, const char *error) RUNS_ON(on_ctl)
{
	taps(room, false);
	room->recording = false;
	rungs_update(room);
	notice_record_state(room, error);
}

void recording_stop(struct room *room)
{
	if (!room->recording)
		return;
	stopped(room, NULL);
	recorder_stop(room->server->recorder, room->base + ID_RECORDING);
	log_info("recording_stopped", "room=%s recording=%s", room->row.id,
		 room->recording_row.id);
}

void recording_started(struct server *server, uint32_t id)
{
	struct room *room = room_by_number(server, id);
	struct take *take;

	if (!room || !room->recording)
		return; /* stopped meanwhile */
	take = take_find(server, room->recording_row.id);
	room->recording_row.started_ms = clock_wall_ms();
	if (take)
		take->row.started_ms = room->recording_row.started_ms;
	row_put(server, &room->recording_row);
	notice_record_state(room, NULL);
	log_info("recording_runs", "room=%s recording=%s", room->row.id,
		 room->recording_row.id);
}

static const char *error_name(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -ENOSPC:
		return "disk_full";
	case -EOVERFLOW:
		return "too_slow";
	case -ENODATA:
		return "no_picture";
	default:
		return "write_failed";
	}
}

/* There was no room for the work itself: the part is still there. */
static bool not_tried(int err)
{
	return err == -ENOBUFS || err == -ENOMEM;
}

/* The row stays "running": the next start asks for the part again. */
static void left_for_later(const struct db_recording *row, int err)
{
	log_warn("recording_left",
		 "recording=%s err=%d hint=\"the next start finishes it\"", row->id, err);
}

static void finished(struct server *server, struct db_recording *row,
		     const struct recording_result *result)
{
	snprintf(row->state, sizeof(row->state), "%s",
		 result->bytes == 0    ? "failed"
		 : result->interrupted ? "interrupted"
		 : result->err         ? "interrupted"
				       : "ready");
	row_put(server, row);
	log_info("recording_done",
		 "recording=%s state=%s bytes=%lld duration_ms=%lld err=%d", row->id,
		 row->state, (long long)row->bytes, (long long)row->duration_ms,
		 result->err);
}

void recording_done(struct server *server, const struct recording_result *result)
{
	struct db_recording row;
	struct room *room;

	/* a part that nobody asked for has no row; one that runs is not rescued */
	if (!take_remove(server, result->name, result->id == 0, &row)) {
		log_warn("recording_unknown", "recording=%s err=%d", result->name,
			 result->err);
		return;
	}
	if (result->id == 0 && (result->err == -EBUSY || result->err == -EALREADY)) {
		log_info("recording_elsewhere", "recording=%s err=%d", row.id,
			 result->err);
		return; /* the row is the other server's */
	}
	row.bytes = (int64_t)result->bytes;
	row.duration_ms = result->duration_ms;
	if (result->bytes == 0 && not_tried(result->err))
		left_for_later(&row, result->err);
	else
		finished(server, &row, result);
	room = room_by_id(server, row.room);
	if (!room)
		return;
	if (room->recording && strcmp(room->recording_row.id, row.id) == 0)
		stopped(room, error_name(result->err));
	if (strcmp(row.state, "running") != 0)
		notice_recording_ready(room, &row);
}

/* ---- after a crash ----------------------------------------------------------- */

/* Without a rescue there is no file: the row says so, and can be deleted. */
static void rescue(struct server *server, const struct db_recording *from)
{
	struct db_recording row = *from;
	int err;

	if (take_find(server, row.id))
		return; /* it was started since we asked: it is ours */
	err = take_add(server, &row, true);
	if (!err)
		err = recorder_rescue(server->recorder, row.id);
	if (!err)
		return;
	take_remove(server, row.id, true, &row);
	if (not_tried(err)) {
		left_for_later(&row, err);
		return;
	}
	log_error("rescue_failed", "recording=%s err=%d", row.id, err);
	snprintf(row.state, sizeof(row.state), "failed");
	row_put(server, &row);
}

static void got_running(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (server->draining)
		return;
	if (err)
		log_error("recordings_unread", "err=%d", err);
	for (uint32_t i = 0; i < n; i++)
		rescue(server, &rows[i]);
	/* and those without a row */
	if (recorder_recover(server->recorder))
		log_error("recovery_failed", "dir=%s", server->conf->recordings_dir);
}

int recording_recover(struct server *server)
{
	return db_recordings_running(server->db, got_running, server);
}

void recording_forget(struct server *server)
{
	while (server->takes) {
		struct take *take = server->takes;

		server->takes = take->next;
		free(take);
	}
}
