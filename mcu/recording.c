#include "mcu/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mixer/vworker.h"

/* A recording that runs or is being finished: its row is not final yet. */
struct take {
	struct take *next;
	struct db_recording row;
};

static uint32_t takes_n(const struct server *server)
{
	uint32_t n = 0;

	for (const struct take *take = server->takes; take; take = take->next)
		n++;
	return n;
}

static int take_add(struct server *server, const struct db_recording *row)
{
	struct take *take = calloc(1, sizeof(*take));

	if (!take)
		return -ENOMEM;
	take->row = *row;
	take->next = server->takes;
	server->takes = take;
	return 0;
}

/* Takes it out of the list; the row is the caller's copy. */
static bool take_remove(struct server *server, const char *id, struct db_recording *row)
{
	for (struct take **p = &server->takes; *p; p = &(*p)->next) {
		struct take *take = *p;

		if (strcmp(take->row.id, id) != 0)
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
	vworker_rung_tap(room->server->vworker, room->base + ID_RUNG_H264, on);
	aworker_mix_tap(room->server->aworker, room->base + ID_MIX, on);
}

int recording_start(struct room *room, const char *title)
{
	struct server *server = room->server;
	struct recording_conf conf = {.id = room->base + ID_RECORDING,
				      .w_px = server->conf->view_w,
				      .h_px = server->conf->view_h};
	struct db_recording row;
	int err;

	if (room->recording || takes_n(server) >= LIMIT_RECORDINGS)
		return -EBUSY;
	row_make(&row, room, title);
	snprintf(conf.name, sizeof(conf.name), "%s", row.id);
	err = take_add(server, &row);
	if (err)
		return err;
	err = recorder_start(server->recorder, &conf);
	if (err) {
		take_remove(server, row.id, &row);
		return err;
	}
	row_put(server, &row);
	room->recording = true;
	room->recording_row = row;
	/* everybody knows before the first frame is written */
	notice_record_state(room, NULL);
	programme_rungs(room);
	taps(room, true);
	log_info("recording_started", "room=%s recording=%s", room->row.id, row.id);
	return 0;
}

static void stopped(struct room *room, const char *error) RUNS_ON(on_ctl)
{
	taps(room, false);
	room->recording = false;
	programme_rungs(room);
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

void recording_done(struct server *server, const struct recording_result *result)
{
	struct db_recording row;
	struct room *room;

	if (!take_remove(server, result->name, &row)) {
		log_warn("recording_unknown", "recording=%s", result->name);
		return;
	}
	row.bytes = (int64_t)result->bytes;
	row.duration_ms = result->duration_ms;
	snprintf(row.state, sizeof(row.state), "%s",
		 result->bytes == 0    ? "failed" :
		 result->interrupted   ? "interrupted" :
		 result->err	       ? "interrupted" :
					 "ready");
	row_put(server, &row);
	log_info("recording_done", "recording=%s state=%s bytes=%lld duration_ms=%lld err=%d",
		 row.id, row.state, (long long)row.bytes, (long long)row.duration_ms,
		 result->err);
	room = room_by_id(server, row.room);
	if (!room)
		return;
	if (room->recording && strcmp(room->recording_row.id, row.id) == 0)
		stopped(room, error_name(result->err));
	notice_recording_ready(room, &row);
}

/* ---- after a crash ----------------------------------------------------------- */

static bool part_exists(const struct server *server, const char *id)
{
	char path[CONF_PATH + 64];

	snprintf(path, sizeof(path), "%s/%s.part.mp4", server->conf->recordings_dir, id);
	return access(path, F_OK) == 0;
}

static void got_rows(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (server->draining)
		return;
	if (err)
		log_error("recordings_unread", "err=%d", err);
	for (uint32_t i = 0; i < n; i++) {
		struct db_recording row = rows[i];

		if (strcmp(row.state, "running") != 0)
			continue;
		if (part_exists(server, row.id) && take_add(server, &row) == 0)
			continue;
		snprintf(row.state, sizeof(row.state), "failed");
		row_put(server, &row);
	}
	if (recorder_recover(server->recorder))
		log_error("recovery_failed", "dir=%s", server->conf->recordings_dir);
}

int recording_recover(struct server *server)
{
	return db_recordings(server->db, NULL, got_rows, server);
}

void recording_forget(struct server *server)
{
	while (server->takes) {
		struct take *take = server->takes;

		server->takes = take->next;
		free(take);
	}
}
