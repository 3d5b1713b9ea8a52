#include "mcu/recording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/audit.h"
#include "mcu/director.h"
#include "mcu/editions.h"
#include "mcu/keeper.h"
#include "mcu/notice.h"
#include "mcu/programme.h"
#include "mcu/takes.h"
#include "mcu/track_tap.h"
#include "mixer/vworker.h"

/* Those that are being finished or rescued keep nobody from recording. */
static uint32_t running_n(const struct server *server)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < server->n_rooms; i++)
		n += server->rooms[i]->recording;
	return n;
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
			vworker_rung_tap(server->vworker, rungs_recorded(room, e),
					 on ? room->base + ID_RECORDING : 0);
	if (bits & EDITION_BIT(EDITION_TRACKS))
		track_tap_room(room, on);
}

/* Tracks have the sound of each, not that of all. */
static void mix_tap(struct room *room, bool on)
{
	if (on && !(room->editions & ~EDITION_BIT(EDITION_TRACKS)))
		return;
	aworker_mix_tap(room->server->aworker, room->base + ID_MIX, on);
}

/* What the server does by itself: whoever asks later who ended it finds that. */
static void act(struct room *room, const char *name, const char *why) RUNS_ON(on_ctl)
{
	char fields[DB_ID + 100], told[40] = "";

	if (!room->recording)
		snprintf(told, sizeof(told), ",\"told\":%u", room->n_told);
	snprintf(fields, sizeof(fields), "{\"id\":\"%s\",\"why\":\"%s\"%s}",
		 room->recording_row.id, why, told);
	audit_own(room->server, name, room->row.id, fields, "ok");
}

static void conf_fill(struct recording_conf *conf, const struct room *room,
		      const struct recording_wish *wish) RUNS_ON(on_ctl)
{
	conf->id = room->base + ID_RECORDING;
	for (enum edition e = 0; e < EDITIONS; e++) {
		struct recording_edition *to = &conf->editions[conf->n_editions];

		if (!(wish->editions & EDITION_BIT(e)))
			continue;
		to->edition = e;
		to->video = rungs_recorded(room, e);
		rungs_recorded_size(room, e, &to->w_px, &to->h_px);
		if (e == EDITION_PUSH && wish->push)
			snprintf(to->target, sizeof(to->target), "%s", wish->push);
		to->target_listed = room->server->conf->n_push_hosts > 0;
		conf->n_editions++;
	}
}

static int take_start(struct room *room, const struct db_recording *row,
		      const struct recording_wish *wish) RUNS_ON(on_ctl)
{
	struct server *server = room->server;
	struct recording_conf conf = {0};
	int err;

	conf_fill(&conf, room, wish);
	snprintf(conf.name, sizeof(conf.name), "%s", row->id);
	err = takes_add(server, row, false, wish->editions);
	if (err)
		return err;
	err = recorder_start(server->recorder, &conf);
	explicit_bzero(&conf, sizeof(conf)); /* it may hold a key to a platform */
	if (err)
		takes_drop(server, row->id);
	for (enum edition e = 0; !err && e < EDITIONS; e++)
		if (wish->editions & EDITION_BIT(e))
			edition_used(server->plugins, server->conf, e, false);
	return err;
}

static void own_close(struct room *room) RUNS_ON(on_ctl)
{
	picture_unrecord(room);
	room->recorded_base = 0;
}

/* It is arranged before the files are begun: they are told its size. */
static int own_open(struct room *room, const char *layout) RUNS_ON(on_ctl)
{
	uint32_t ignored;
	int err;

	room->recorded_base = server_block(room->server);
	err = picture_record(room);
	if (!err) {
		programme_arrange(room);
		if (layout)
			err = director_layout(room, NULL, PICTURE_RECORDING, layout,
					      &ignored);
	}
	if (err)
		own_close(room);
	return err;
}

/* Everybody who is there is told by the notice behind it. */
static void begin(struct room *room, const struct db_recording *row, uint32_t editions)
	RUNS_ON(on_ctl)
{
	struct server *server = room->server;

	for (enum edition e = 0; e < EDITIONS; e++) {
		room->recorded_levels[e] = edition_level(server->conf, &room->ladder, e);
		room->edition_errs[e] = 0;
	}
	room->recording = true;
	room->recording_paused = room->recording_waits = false;
	room->recorded_counts = false;
	room->editions = editions;
	room->recording_row = *row;
	room->recorded_ms = 0;
	room->recorded_at_ms = row->started_ms;
	room->recorded_at_us = clock_us();
	room->n_marks = 0;
	room->n_told = 0;
	room->take = ++server->n_takes;
	for (uint32_t i = 0; i < room->n_members; i++)
		recording_met(room->members[i]);
}

int recording_start(struct room *room, const struct recording_wish *wish)
{
	struct server *server = room->server;
	struct db_recording row;
	int err;

	if (room->recording || running_n(server) >= LIMIT_RECORDINGS)
		return -EBUSY;
	if (!room->media)
		return -ENOENT;
	if (keeper_left(room) <= 0)
		return -EDQUOT;
	row_make(&row, room, wish->title);
	err = wish->own ? own_open(room, wish->layout) : 0;
	if (err)
		return err;
	err = take_start(room, &row, wish);
	if (err) {
		own_close(room);
		return err;
	}
	takes_row_put(server, &row);
	begin(room, &row, wish->editions);
	/* everybody knows before the first frame is written */
	notice_record_state(room, NULL);
	rungs_update(room);
	taps(room, room->editions, true);
	mix_tap(room, true);
	log_info("recording_started", "room=%s recording=%s", room->row.id, row.id);
	return 0;
}

void recording_met(struct member *member)
{
	struct room *room = member->room;

	if (!room->recording || member->told_of == room->take)
		return;
	member->told_of = room->take;
	room->n_told++;
}

static void stopped(struct room *room, const char *why, const char *error) RUNS_ON(on_ctl)
{
	taps(room, room->editions, false);
	mix_tap(room, false);
	room->recording = false;
	room->recording_paused = room->recording_waits = false;
	room->recorded_counts = false;
	room->editions = 0;
	own_close(room);
	rungs_update(room);
	notice_record_state(room, error);
	act(room, "record.over", why);
}

static void stop(struct room *room, const char *why, const char *error) RUNS_ON(on_ctl)
{
	if (!room->recording)
		return;
	stopped(room, why, error);
	recorder_stop(room->server->recorder, room->base + ID_RECORDING);
	log_info("recording_stopped", "room=%s recording=%s why=%s", room->row.id,
		 room->recording_row.id, why);
}

void recording_stop(struct room *room, const char *why)
{
	stop(room, why, NULL);
}

void recording_stop_why(struct room *room, const char *error)
{
	stop(room, error, error);
}

/* ---- pauses and marks --------------------------------------------------------- */

int64_t recording_at_ms(const struct room *room)
{
	/* not by the wall clock: that may be set while it runs */
	int64_t since_us = clock_us() - room->recorded_at_us;

	if (!room->recorded_counts || since_us < 0)
		return room->recorded_ms;
	return room->recorded_ms + since_us / MS_US;
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
	if (!room->media)
		return -EAGAIN;
	err = recorder_resume(room->server->recorder, room->base + ID_RECORDING);
	if (err)
		return err;
	room->recording_paused = room->recording_waits = false;
	room->recorded_at_ms = clock_wall_ms();
	room->recorded_at_us = clock_us();
	notice_record_state(room, NULL); /* everybody knows before a frame is written */
	mix_tap(room, true);
	taps(room, room->editions, true); /* and so there is a key frame */
	log_info("recording_resumed", "room=%s recording=%s", room->row.id,
		 room->recording_row.id);
	return 0;
}

void recording_alone(struct room *room, bool groups)
{
	if (!room->recording)
		return;
	if (!groups) {
		recording_stop(room, "empty");
		return;
	}
	if (room->recording_paused)
		return; /* by a lecturer, who will say when it goes on */
	if (recording_pause(room)) {
		recording_stop(room, "error");
		return;
	}
	room->recording_waits = true;
	act(room, "record.pause", "groups");
}

/* There was no memory for its picture when somebody came back. */
static void own_again(struct room *room) RUNS_ON(on_ctl)
{
	if (picture_record(room) == 0)
		programme_arrange(room);
}

void recording_second(struct room *room)
{
	if (room->recorded_base && room->media && !picture_recorded(room))
		own_again(room);
	if (room->recording_waits && room->n_members && recording_resume(room) == 0)
		act(room, "record.resume", "groups");
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
	room->recorded_at_us = clock_us();
	room->recorded_counts = true;
	if (at_ms == 0) {
		take = takes_find(server, room->recording_row.id);
		room->recording_row.started_ms = room->recorded_at_ms;
		if (take)
			take->row.started_ms = room->recorded_at_ms;
		takes_row_put(server, &room->recording_row);
	}
	notice_record_state(room, NULL);
	log_info("recording_runs", "room=%s recording=%s at_ms=%lld", room->row.id,
		 room->recording_row.id, (long long)at_ms);
}

/* Its rung is let go, unless another one is made of it, too. */
static void untap(struct room *room, enum edition gone) RUNS_ON(on_ctl)
{
	uint32_t left = room->editions & ~EDITION_BIT(gone);
	bool alone = true;

	for (enum edition e = 0; e < EDITIONS && gone != EDITION_TRACKS; e++)
		if (left & EDITION_BIT(e) &&
		    rungs_recorded(room, e) == rungs_recorded(room, gone))
			alone = false;
	if (alone)
		taps(room, EDITION_BIT(gone), false);
}

/* One edition is over while the recording may go on. */
static void edition_over(struct room *room, const struct recording_result *result)
	RUNS_ON(on_ctl)
{
	enum edition edition = (enum edition)result->edition;
	const char *error = takes_error(edition, result->err);

	if (!(room->editions & EDITION_BIT(edition)))
		return;
	untap(room, edition);
	room->editions &= ~EDITION_BIT(edition);
	room->edition_errs[edition] = result->err;
	if (!room->editions) {
		stop(room, error ? error : "over", error);
		return;
	}
	rungs_update(room);
	notice_record_state(room, error);
}

void recording_ended(struct server *server, const struct recording_result *result)
{
	const struct take *take = takes_find(server, result->name);
	struct room *room = take ? room_by_id(server, take->row.room) : NULL;

	if (room && room->recording && strcmp(room->recording_row.id, take->row.id) == 0)
		edition_over(room, result);
}
