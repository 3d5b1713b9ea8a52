/* What becomes of the row of a recording that could not be finished for want of
 * room: it says "running" until somebody could.
 */
#include "mcu/recording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcu/notice.h"
#include "mcu/room.h"
#include "mcu/rungs.h"
#include "mixer/vworker.h"
#include "recorder/recorder.h"
#include "tests/test.h"

static struct server server;
static struct room room = {.server = &server, .media = true};
static int64_t put_bytes, put_ms;
static char put[16]; /* state of the row that was written last; empty: none was */
static int n_ready, n_files, rescue_err;
static void (*got)(void *ctx, int err, const struct db_recording *rows, uint32_t n);

int db_recording_put(struct db *db, const struct db_recording *row)
{
	(void)db;
	memcpy(put, row->state, sizeof(put));
	put_bytes = row->bytes;
	put_ms = row->duration_ms;
	return 0;
}

int db_recordings_running(struct db *db,
			  void (*done)(void *ctx, int err,
				       const struct db_recording *rows, uint32_t n),
			  void *ctx)
{
	(void)db;
	(void)ctx;
	got = done;
	return 0;
}

int recorder_start(struct recorder *r, const struct recording_conf *conf)
{
	(void)r;
	(void)conf;
	return 0;
}

int recorder_pause(struct recorder *r, uint32_t id)
{
	(void)r;
	(void)id;
	return 0;
}

int recorder_resume(struct recorder *r, uint32_t id)
{
	(void)r;
	(void)id;
	return 0;
}

int db_recording_file_put(struct db *db, const struct db_recording_file *file)
{
	(void)db;
	CHECK(strcmp(file->recording, room.recording_row.id) == 0 ||
	      strcmp(file->recording, "left") == 0);
	n_files++;
	return 0;
}

int db_mark_put(struct db *db, const struct db_mark *mark)
{
	(void)db;
	(void)mark;
	return 0;
}

void editions_make(struct recorder_edition out[EDITIONS_MAX],
		   const struct plugin_set *plugins, const struct conf *conf)
{
	(void)out;
	(void)plugins;
	(void)conf;
}

const char *edition_extension(const struct plugin_set *plugins, const struct conf *conf,
			      enum edition edition)
{
	(void)plugins;
	(void)conf;
	return edition < EDITIONS ? "mp4" : NULL;
}

enum level edition_level(const struct conf *conf, const struct ladder *ladder,
			 enum edition edition)
{
	(void)conf;
	(void)ladder;
	return edition == EDITION_SOUND ? LEVELS : LEVEL_MAIN;
}

void edition_size(enum level level, uint16_t *w_px, uint16_t *h_px)
{
	(void)level;
	*w_px = *h_px = 16;
}

const char *edition_name(enum edition edition)
{
	static const char *const names[EDITIONS] = {"full", "light", "sound"};

	return names[edition];
}

int recorder_stop(struct recorder *r, uint32_t id)
{
	(void)r;
	(void)id;
	return 0;
}

int recorder_rescue(struct recorder *r, const char *name)
{
	(void)r;
	(void)name;
	return rescue_err;
}

int recorder_recover(struct recorder *r)
{
	(void)r;
	return 0;
}

struct room *room_by_id(struct server *of, const char *id)
{
	(void)of;
	(void)id;
	return &room;
}

struct room *room_by_number(struct server *of, uint32_t id)
{
	(void)of;
	(void)id;
	return &room;
}

void notice_record_state(const struct room *of, const char *error)
{
	(void)of;
	(void)error;
}

void notice_recording_ready(const struct room *of, const struct db_recording *row,
			    const struct db_recording_file *files, uint32_t n)
{
	CHECK(files && n == EDITIONS);
	(void)of;
	(void)row;
	n_ready++;
}

uint32_t rungs_recorded(const struct room *of, enum edition edition)
{
	(void)of;
	return edition == EDITION_SOUND ? 0 : edition + 1;
}

void rungs_update(struct room *of)
{
	(void)of;
}

int vworker_rung_tap(struct vworker *w, uint32_t rung, bool on)
{
	(void)w;
	(void)rung;
	(void)on;
	return 0;
}

int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on)
{
	(void)w;
	(void)mix;
	(void)on;
	return 0;
}

/* It ended with this: what the row says then. */
static const char *ended(int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.id = room.base + ID_RECORDING, .err = err, .bytes = bytes};

	CHECK(recording_start(&room, "Lesson", EDITION_BIT(EDITION_FULL)) == 0);
	CHECK(room.recording && strcmp(put, "running") == 0);
	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	recording_done(&server, &result);
	CHECK(!room.recording && !server.takes);
	return put;
}

/* What the row of a server that died says after a try to finish it. */
static const char *rescued(int posted, int err) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "running"};
	struct recording_result result = {.name = "left", .interrupted = true};

	result.err = err;
	put[0] = '\0';
	rescue_err = posted;
	CHECK(recording_recover(&server) == 0);
	got(&server, 0, &row, 1);
	CHECK(!!server.takes == !posted);
	for (uint32_t i = 0; !posted && i < EDITIONS; i++) {
		CHECK(server.takes);
		result.edition = i;
		recording_done(&server, &result);
	}
	CHECK(!server.takes);
	return put;
}

static void edition_ended(uint32_t edition, int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = room.base + ID_RECORDING,
					  .edition = edition,
					  .err = err,
					  .bytes = bytes,
					  .duration_ms = 5};

	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	recording_done(&server, &result);
}

/* Three editions: one that fails leaves the others, the row waits for the last one and
 * says of the first that there is what older clients know. */
static void several(void) RUNS_ON(on_ctl)
{
	uint32_t all = EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT) |
		       EDITION_BIT(EDITION_SOUND);
	int ready = n_ready;

	n_files = 0;
	CHECK(recording_start(&room, NULL, all) == 0 && room.editions == all);
	edition_ended(EDITION_FULL, -EIO, 0);
	CHECK(room.recording && room.editions == (all & ~EDITION_BIT(EDITION_FULL)));
	edition_ended(EDITION_FULL, 0, 9); /* was told already */
	CHECK(recording_pause(&room) == 0 && recording_pause(&room) == -EALREADY);
	CHECK(room.recording_paused && recording_resume(&room) == 0);
	CHECK(recording_resume(&room) == -EALREADY);
	recording_stop(&room);
	CHECK(recording_pause(&room) == -ENOENT);
	edition_ended(EDITION_LIGHT, 0, 7);
	CHECK(strcmp(put, "running") == 0 && n_ready == ready);
	edition_ended(EDITION_SOUND, 0, 3);
	CHECK(strcmp(put, "interrupted") == 0 && n_ready == ready + 1 && n_files == 3);
	CHECK(!server.takes && put_bytes == 7);

	CHECK(recording_start(&room, NULL, all) == 0);
	for (uint32_t i = 0; i < EDITIONS; i++)
		edition_ended(i, -ENOSPC, 7);
	CHECK(!room.recording && strcmp(put, "interrupted") == 0 && !server.takes);
}

static int64_t marked_at_ms(void) RUNS_ON(on_ctl)
{
	struct db_mark mark;

	CHECK(recording_mark(&room, "", &mark) == 0);
	return mark.at_ms;
}

/* Its time is that of its files: it begins with their first frame, and goes on with the
 * first one after a pause. */
static void counts_from_the_first_frame(void) RUNS_ON(on_ctl)
{
	uint32_t id = room.base + ID_RECORDING;

	CHECK(recording_start(&room, NULL, EDITION_BIT(EDITION_FULL)) == 0);
	room.recorded_at_ms -= 5000;
	CHECK(marked_at_ms() == 0);
	recording_started(&server, id, 0);
	room.recorded_at_ms -= 5000;
	CHECK(marked_at_ms() >= 5000);
	CHECK(recording_pause(&room) == 0);
	CHECK(room.recorded_ms >= 5000 && recording_resume(&room) == 0);
	room.recorded_at_ms -= 5000;
	CHECK(marked_at_ms() == room.recorded_ms);
	recording_started(&server, id, 4000);
	CHECK(marked_at_ms() >= 4000 && marked_at_ms() < room.recorded_ms + 5000);
	recording_stop(&room);
	edition_ended(EDITION_FULL, 0, 7);
	CHECK(!server.takes);
}

/* Without its members there is nothing that could be recorded. */
static void nobody_there(void) RUNS_ON(on_ctl)
{
	room.media = false;
	CHECK(recording_start(&room, NULL, EDITION_BIT(EDITION_FULL)) == -ENOENT);
	CHECK(!room.recording && !server.takes);
	room.media = true;
}

/* Its rung is let go at once; the row waits for its file. */
static void ends_before_it_is_done(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = room.base + ID_RECORDING,
					  .edition = EDITION_LIGHT,
					  .err = -EOVERFLOW};

	CHECK(recording_start(&room, NULL,
			      EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT)) ==
	      0);
	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	n_files = 0;
	recording_ended(&server, &result);
	CHECK(room.recording && room.editions == EDITION_BIT(EDITION_FULL));
	CHECK(n_files == 0 && strcmp(put, "running") == 0);
	edition_ended(EDITION_LIGHT, -EOVERFLOW, 3);
	CHECK(room.recording && n_files == 1);
	snprintf(result.name, sizeof(result.name), "another");
	result.edition = EDITION_FULL;
	recording_ended(&server, &result);
	CHECK(room.recording);
	recording_stop(&room);
	edition_ended(EDITION_FULL, 0, 7);
	CHECK(!server.takes && strcmp(put, "interrupted") != 0);
}

/* Its file was finished before the server died: how long it is was told then. */
static void whole_before_it_died(void) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "running", .duration_ms = 70};
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9};

	rescue_err = 0;
	CHECK(recording_recover(&server) == 0);
	got(&server, 0, &row, 1);
	for (uint32_t i = 0; i < EDITIONS; i++) {
		result.edition = i;
		recording_done(&server, &result);
		result.bytes = 0;
		result.err = -ENOENT;
	}
	CHECK(!server.takes && strcmp(put, "interrupted") == 0);
	CHECK(put_bytes == 9 && put_ms == 70);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_WARN);
	CHECK(strcmp(ended(0, 7), "ready") == 0 && n_ready == 1);
	CHECK(strcmp(ended(-ENOSPC, 7), "interrupted") == 0 && n_ready == 2);
	CHECK(strcmp(ended(-ENODATA, 0), "failed") == 0 && n_ready == 3);
	CHECK(strcmp(ended(-ENOMEM, 7), "interrupted") == 0 && n_ready == 4);
	CHECK(strcmp(ended(-ENOBUFS, 0), "running") == 0 && n_ready == 4);
	CHECK(strcmp(ended(-ENOMEM, 0), "running") == 0 && n_ready == 4);
	CHECK(strcmp(rescued(0, -ENOENT), "failed") == 0);
	CHECK(strcmp(rescued(0, -ENOMEM), "") == 0);
	CHECK(strcmp(rescued(0, -EBUSY), "") == 0);
	CHECK(strcmp(rescued(-ENOBUFS, 0), "") == 0);
	CHECK(strcmp(rescued(-ENOMEM, 0), "") == 0);
	CHECK(strcmp(rescued(-ENOTSUP, 0), "failed") == 0);
	several();
	counts_from_the_first_frame();
	nobody_there();
	ends_before_it_is_done();
	whole_before_it_died();
	return 0;
}
