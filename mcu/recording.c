#include "mcu/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/editions.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mixer/vworker.h"

/* A recording whose row is not final yet: it runs, is being finished, or (rescued)
 * was left by a server that died. */
struct take {
	struct take *next;
	struct db_recording row;
	bool rescued;
	bool elsewhere;     /* another server works on it, or has */
	bool later;         /* there was no room for the work: the next start does it */
	uint32_t pending;   /* editions that are not there yet, a bit each */
	int errs[EDITIONS]; /* of those that are */
	struct db_recording_file files[EDITIONS]; /* `id` empty: none */
};

/* Those that are being finished or rescued keep nobody from recording. */
static uint32_t running_n(const struct server *server)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < server->n_rooms; i++)
		n += server->rooms[i]->recording;
	return n;
}

static int take_add(struct server *server, const struct db_recording *row, bool rescued,
		    uint32_t pending)
{
	struct take *take = calloc(1, sizeof(*take));

	if (!take)
		return -ENOMEM;
	take->row = *row;
	take->rescued = rescued;
	take->pending = pending;
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

/* Of the editions in `bits`. */
static void taps(struct room *room, uint32_t bits, bool on) RUNS_ON(on_ctl)
{
	struct server *server = room->server;

	for (enum edition e = 0; e < EDITIONS; e++)
		if (bits & EDITION_BIT(e) && rungs_recorded(room, e))
			vworker_rung_tap(server->vworker, rungs_recorded(room, e), on);
}

static void mix_tap(struct room *room, bool on)
{
	aworker_mix_tap(room->server->aworker, room->base + ID_MIX, on);
}

static void conf_fill(struct recording_conf *conf, const struct room *room,
		      uint32_t editions) RUNS_ON(on_ctl)
{
	conf->id = room->base + ID_RECORDING;
	for (enum edition e = 0; e < EDITIONS; e++) {
		struct recording_edition *to = &conf->editions[conf->n_editions];

		if (!(editions & EDITION_BIT(e)))
			continue;
		to->edition = e;
		to->video = rungs_recorded(room, e);
		if (to->video)
			edition_size(edition_level(room->server->conf, &room->ladder, e),
				     &to->w_px, &to->h_px);
		conf->n_editions++;
	}
}

static int take_start(struct room *room, const struct db_recording *row,
		      uint32_t editions) RUNS_ON(on_ctl)
{
	struct server *server = room->server;
	struct recording_conf conf = {0};
	int err;

	conf_fill(&conf, room, editions);
	snprintf(conf.name, sizeof(conf.name), "%s", row->id);
	err = take_add(server, row, false, editions);
	if (err)
		return err;
	err = recorder_start(server->recorder, &conf);
	if (err)
		take_remove(server, server->takes);
	return err;
}

int recording_start(struct room *room, const char *title, uint32_t editions)
{
	struct server *server = room->server;
	struct db_recording row;
	int err;

	if (room->recording || running_n(server) >= LIMIT_RECORDINGS)
		return -EBUSY;
	if (!room->media)
		return -ENOENT;
	row_make(&row, room, title);
	err = take_start(room, &row, editions);
	if (err)
		return err;
	row_put(server, &row);
	for (enum edition e = 0; e < EDITIONS; e++)
		room->recorded_levels[e] = edition_level(server->conf, &room->ladder, e);
	room->recording = true;
	room->recording_paused = false;
	room->recorded_counts = false;
	room->editions = editions;
	room->recording_row = row;
	room->recorded_ms = 0;
	room->recorded_at_ms = row.started_ms;
	room->n_marks = 0;
	/* everybody knows before the first frame is written */
	notice_record_state(room, NULL);
	rungs_update(room);
	taps(room, editions, true);
	mix_tap(room, true);
	log_info("recording_started", "room=%s recording=%s", room->row.id, row.id);
	return 0;
}

static void stopped(struct room *room, const char *error) RUNS_ON(on_ctl)
{
	taps(room, room->editions, false);
	mix_tap(room, false);
	room->recording = false;
	room->recording_paused = false;
	room->recorded_counts = false;
	room->editions = 0;
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

/* ---- pauses and marks --------------------------------------------------------- */

int64_t recording_at_ms(const struct room *room)
{
	int64_t since_ms = clock_wall_ms() - room->recorded_at_ms;

	if (!room->recorded_counts || since_ms < 0)
		return room->recorded_ms;
	return room->recorded_ms + since_ms;
}

int recording_pause(struct room *room)
{
	int err;

	if (!room->recording)
		return -ENOENT;
	if (room->recording_paused)
		return -EALREADY;
	err = recorder_pause(room->server->recorder, room->base + ID_RECORDING);
	if (err)
		return err;
	room->recorded_ms = recording_at_ms(room);
	room->recorded_counts = false;
	room->recording_paused = true;
	taps(room, room->editions, false);
	mix_tap(room, false);
	notice_record_state(room, NULL);
	log_info("recording_paused", "room=%s recording=%s", room->row.id,
		 room->recording_row.id);
	return 0;
}

int recording_resume(struct room *room)
{
	int err;

	if (!room->recording)
		return -ENOENT;
	if (!room->recording_paused)
		return -EALREADY;
	err = recorder_resume(room->server->recorder, room->base + ID_RECORDING);
	if (err)
		return err;
	room->recording_paused = false;
	room->recorded_at_ms = clock_wall_ms();
	mix_tap(room, true);
	taps(room, room->editions, true); /* and so there is a key frame */
	notice_record_state(room, NULL);
	log_info("recording_resumed", "room=%s recording=%s", room->row.id,
		 room->recording_row.id);
	return 0;
}

int recording_mark(struct room *room, const char *text, struct db_mark *mark)
{
	if (!room->recording)
		return -ENOENT;
	if (room->n_marks == LIMIT_MARKS)
		return -ENOSPC;
	memset(mark, 0, sizeof(*mark));
	rand_token(mark->id, 20);
	snprintf(mark->recording, sizeof(mark->recording), "%s", room->recording_row.id);
	snprintf(mark->text, sizeof(mark->text), "%s", text);
	mark->at_ms = recording_at_ms(room);
	mark->made_ms = clock_wall_ms();
	if (db_mark_put(room->server->db, mark))
		return -ENOBUFS;
	room->n_marks++;
	return 0;
}

/* ---- what the recorder tells ---------------------------------------------------- */

void recording_started(struct server *server, uint32_t id, int64_t at_ms)
{
	struct room *room = room_by_number(server, id);
	struct take *take;

	if (!room || !room->recording || room->recording_paused)
		return; /* stopped meanwhile */
	room->recorded_ms = at_ms;
	room->recorded_at_ms = clock_wall_ms();
	room->recorded_counts = true;
	if (at_ms == 0) {
		take = take_find(server, room->recording_row.id);
		room->recording_row.started_ms = room->recorded_at_ms;
		if (take)
			take->row.started_ms = room->recorded_at_ms;
		row_put(server, &room->recording_row);
	}
	notice_record_state(room, NULL);
	log_info("recording_runs", "room=%s recording=%s at_ms=%lld", room->row.id,
		 room->recording_row.id, (long long)at_ms);
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

/* The row says of the first edition that there is what older clients know. */
static void row_sum(struct take *take)
{
	struct db_recording *row = &take->row;
	int64_t known_ms = row->duration_ms;
	int err = 0;

	row->bytes = row->duration_ms = 0;
	for (enum edition e = 0; e < EDITIONS && !row->bytes; e++) {
		if (!err)
			err = take->errs[e];
		row->bytes = take->files[e].bytes;
		row->duration_ms = take->files[e].duration_ms;
	}
	/* of a file that was there before its rescue it is told no more */
	if (row->bytes && !row->duration_ms)
		row->duration_ms = known_ms;
	snprintf(row->state, sizeof(row->state), "%s",
		 row->bytes == 0        ? "failed"
		 : take->rescued || err ? "interrupted"
					: "ready");
}

static void finished(struct server *server, struct take *take)
{
	const struct db_recording *row = &take->row;

	row_sum(take);
	row_put(server, row);
	log_info("recording_done", "recording=%s state=%s bytes=%lld duration_ms=%lld",
		 row->id, row->state, (long long)row->bytes, (long long)row->duration_ms);
}

static void file_put(struct server *server, struct take *take,
		     const struct recording_result *result) RUNS_ON(on_ctl)
{
	enum edition edition = (enum edition)result->edition;
	const char *ext = edition_extension(server->plugins, server->conf, edition);
	const char *error = error_name(result->err);
	struct db_recording_file *file = &take->files[edition];

	if (result->id == 0 && result->bytes == 0 && result->err == -ENOENT)
		return; /* it had no such edition */
	snprintf(file->id, sizeof(file->id), "%.32s.%s", result->name,
		 edition_name(edition));
	snprintf(file->recording, sizeof(file->recording), "%.32s", result->name);
	snprintf(file->edition, sizeof(file->edition), "%s", edition_name(edition));
	snprintf(file->ext, sizeof(file->ext), "%s", ext ? ext : "");
	snprintf(file->err, sizeof(file->err), "%s", error ? error : "");
	file->bytes = (int64_t)result->bytes;
	file->duration_ms = result->duration_ms;
	if (db_recording_file_put(server->db, file))
		log_error("recording_row_lost", "recording=%s", file->id);
}

/* One edition is over while the recording may go on: its rung is let go. What was too
 * slow has cost the others their pictures up to the next key frame, which comes when
 * they are tapped anew. */
static void edition_over(struct room *room, const struct recording_result *result)
	RUNS_ON(on_ctl)
{
	uint32_t bit = EDITION_BIT(result->edition);

	if (!(room->editions & bit))
		return;
	taps(room, result->err == -EOVERFLOW ? room->editions : bit, false);
	room->editions &= ~bit;
	rungs_update(room);
	if (!room->editions) {
		stopped(room, error_name(result->err));
		return;
	}
	if (!room->recording_paused)
		taps(room, room->editions, true);
	notice_record_state(room, error_name(result->err));
}

/* Nothing more comes of it. */
static void take_over(struct server *server, struct take *take) RUNS_ON(on_ctl)
{
	struct room *room = room_by_id(server, take->row.room);

	if (take->elsewhere)
		log_info("recording_elsewhere", "recording=%s", take->row.id);
	else if (take->later)
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

void recording_ended(struct server *server, const struct recording_result *result)
{
	const struct take *take = take_find(server, result->name);
	struct room *room = take ? room_by_id(server, take->row.room) : NULL;

	if (room && room->recording && strcmp(room->recording_row.id, take->row.id) == 0)
		edition_over(room, result);
}

void recording_done(struct server *server, const struct recording_result *result)
{
	struct take *take = take_find(server, result->name);

	/* a part that nobody asked for has no row; one that runs is not rescued */
	if (!expects(take, result)) {
		log_warn("recording_unknown", "recording=%s err=%d", result->name,
			 result->err);
		return;
	}
	take->pending &= ~EDITION_BIT(result->edition);
	take->errs[result->edition] = result->err;
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
		if (edition_extension(server->plugins, server->conf, e))
			bits |= EDITION_BIT(e);
	return bits;
}

/* Without a rescue there is no file: the row says so, and can be deleted. */
static void rescue(struct server *server, const struct db_recording *from) RUNS_ON(on_ctl)
{
	struct db_recording row = *from;
	int err;

	if (take_find(server, row.id))
		return; /* it was started since we asked: it is ours */
	err = take_add(server, &row, true, editions_all(server));
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
