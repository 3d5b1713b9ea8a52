/* What becomes of the row of a recording that could not be finished for want of
 * room: it says "running" until somebody could.
 */
#include "mcu/takes.h"
#include "mcu/track_tap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcu/audit.h"
#include "mcu/director.h"
#include "mcu/keeper.h"
#include "mcu/notice.h"
#include "mcu/picture.h"
#include "mcu/programme.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/rungs.h"
#include "mcu/workshop_seal.h"
#include "mixer/vworker.h"
#include "recorder/recorder.h"
#include "tests/test.h"

static const struct conf configured;
static struct server server = {.conf = &configured};
static struct room room = {.server = &server, .media = true};
static int64_t put_bytes, put_ms;
static char put[16]; /* state of the row that was written last; empty: none was */
static int start_err, n_ready, n_files, rescue_err, n_asked, n_recovered, n_stops;
static bool left; /* of each result */
static void (*got)(void *ctx, int err, const struct db_recording *rows, uint32_t n);

int db_recording_put(struct db *db, const struct db_recording *row)
{
	(void)db;
	memcpy(put, row->state, sizeof(put));
	put_bytes = row->bytes;
	put_ms = row->duration_ms;
	return 0;
}

static void (*got_one)(void *ctx, int err, const struct db_recording *rows, uint32_t n);
static void *got_ctx;

int db_recording(struct db *db, const char *id,
		 void (*done)(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n),
		 void *ctx)
{
	(void)db;
	CHECK(strcmp(id, "left") == 0);
	got_one = done;
	got_ctx = ctx;
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
	n_asked++;
	return 0;
}

int recorder_start(struct recorder *r, const struct recording_conf *conf)
{
	(void)r;
	(void)conf;
	return start_err;
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

enum family edition_family(enum edition edition)
{
	(void)edition;
	return FAMILY_H264;
}

const char *edition_name(enum edition edition)
{
	static const char *const names[EDITIONS] = {"full", "light", "sound", "mkv",
						    "webm", "live",  "push",  "tracks"};

	return names[edition];
}

int recorder_stop(struct recorder *r, uint32_t id)
{
	(void)r;
	(void)id;
	n_stops++;
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
	n_recovered++;
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

static int n_seal_late;
static char put_before[16]; /* what was written when it was looked at last */

void workshop_seal_late(struct workshop *w, struct server *of, const char *id)
{
	(void)w;
	CHECK(of && *id);
	memcpy(put_before, put, sizeof(put));
	n_seal_late++;
}

static int n_made_anew;

int db_recording_made(struct db *db, const char *id, const char *made, const char *json)
{
	(void)db;
	CHECK(strcmp(id, "left") == 0 && !*made && !*json && n_seal_late == 2);
	n_made_anew++;
	return 0;
}

uint32_t rungs_recorded(const struct room *of, enum edition edition)
{
	(void)of;
	return edition == EDITION_SOUND ? 0 : edition + 1;
}

void rungs_recorded_size(const struct room *of, enum edition edition, uint16_t *w_px,
			 uint16_t *h_px)
{
	(void)of;
	(void)edition;
	*w_px = *h_px = 16;
}

int64_t keeper_left(const struct room *of)
{
	(void)of;
	return INT64_MAX;
}

/* What the server did by itself last. */
static char act[400];

void audit_own(struct server *of, const char *name, const char *room_id,
	       const char *fields, const char *result)
{
	(void)of;
	(void)room_id;
	CHECK(strcmp(result, "ok") == 0);
	snprintf(act, sizeof(act), "%s %s", name, fields);
}

void rungs_update(struct room *of)
{
	(void)of;
}

static int n_own; /* pictures of their own that were opened and are not closed */
static int own_err, layout_err;
static char layout[40]; /* the last that was chosen for one */

uint32_t server_block(struct server *of)
{
	(void)of;
	return 4096;
}

int picture_record(struct room *of)
{
	CHECK(of->recorded_base == 4096);
	n_own += !own_err;
	return own_err;
}

void picture_unrecord(struct room *of)
{
	n_own -= of->recorded_base && n_own;
}

struct room_picture *picture_recorded(const struct room *of)
{
	(void)of;
	return NULL;
}

void programme_arrange(struct room *of)
{
	CHECK(of->recorded_base && n_own == 1);
}

int director_layout(struct room *of, struct member *by, enum picture_kind picture,
		    const char *text, uint32_t *generation)
{
	CHECK(of->recorded_base && !by && picture == PICTURE_RECORDING);
	snprintf(layout, sizeof(layout), "%s", text);
	*generation = 1;
	return layout_err;
}

static uint32_t tapped; /* rungs, a bit each */
static int n_taps;      /* on or off */

void track_tap_room(struct room *of, bool on)
{
	(void)of;
	(void)on;
}

int vworker_rung_tap(struct vworker *w, uint32_t rung, uint32_t to)
{
	(void)w;
	tapped = to ? tapped | 1u << rung : tapped & ~(1u << rung);
	n_taps++;
	return 0;
}

int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on)
{
	(void)w;
	(void)mix;
	(void)on;
	return 0;
}

static int begins(const char *title, uint32_t editions) RUNS_ON(on_ctl)
{
	const struct recording_wish wish = {.title = title, .editions = editions};

	return recording_start(&room, &wish);
}

/* It ended with this: what the row says then. */
static const char *ended(int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.id = room.base + ID_RECORDING, .err = err, .left = left, .bytes = bytes};

	CHECK(begins("Lesson", EDITION_BIT(EDITION_FULL)) == 0);
	CHECK(room.recording && strcmp(put, "running") == 0);
	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	takes_done(&server, &result);
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
	CHECK(takes_recover(&server) == 0);
	got(&server, 0, &row, 1);
	CHECK(!!server.takes == !posted);
	for (uint32_t i = 0; !posted && i < EDITIONS; i++) {
		if (i == EDITION_PUSH) /* it has no file */
			continue;
		CHECK(server.takes);
		result.edition = i;
		takes_done(&server, &result);
	}
	CHECK(!server.takes);
	return put;
}

static void edition_ended(uint32_t edition, int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = room.base + ID_RECORDING,
					  .edition = edition,
					  .err = err,
					  .left = left,
					  .bytes = bytes,
					  .duration_ms = 5};

	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	takes_done(&server, &result);
}

/* Three editions: one that fails leaves the others, the row waits for the last one and
 * says of the first that there is what older clients know. */
static void several(void) RUNS_ON(on_ctl)
{
	uint32_t all = EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT) |
		       EDITION_BIT(EDITION_SOUND);
	int ready = n_ready;

	n_files = 0;
	CHECK(begins(NULL, all) == 0 && room.editions == all);
	edition_ended(EDITION_FULL, -EIO, 0);
	CHECK(room.recording && room.editions == (all & ~EDITION_BIT(EDITION_FULL)));
	edition_ended(EDITION_FULL, 0, 9); /* was told already */
	CHECK(recording_pause(&room) == 0 && recording_pause(&room) == -EALREADY);
	CHECK(room.recording_paused && recording_resume(&room) == 0);
	CHECK(recording_resume(&room) == -EALREADY);
	recording_stop(&room, "stopped");
	CHECK(recording_pause(&room) == -ENOENT);
	edition_ended(EDITION_LIGHT, 0, 7);
	CHECK(strcmp(put, "running") == 0 && n_ready == ready);
	edition_ended(EDITION_SOUND, 0, 3);
	CHECK(strcmp(put, "interrupted") == 0 && n_ready == ready + 1 && n_files == 3);
	CHECK(!server.takes && put_bytes == 7);

	CHECK(begins(NULL, all) == 0);
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

	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
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
	recording_stop(&room, "stopped");
	edition_ended(EDITION_FULL, 0, 7);
	CHECK(!server.takes);
}

/* Its own picture is there as long as it, and gone with whatever could not be begun. */
static void own_picture(void) RUNS_ON(on_ctl)
{
	struct recording_wish wish = {.editions = EDITION_BIT(EDITION_FULL), .own = true};

	CHECK(recording_start(&room, &wish) == 0 && n_own == 1 && !layout[0]);
	CHECK(room.recorded_base == 4096);
	recording_stop(&room, "stopped");
	CHECK(n_own == 0 && !room.recorded_base);
	edition_ended(EDITION_FULL, 0, 7);
	wish.layout = "grid";
	layout_err = -EIO;
	CHECK(recording_start(&room, &wish) == -EIO && strcmp(layout, "grid") == 0);
	CHECK(!room.recording && !server.takes && n_own == 0 && !room.recorded_base);
	layout_err = 0;
	own_err = -ENOMEM;
	CHECK(recording_start(&room, &wish) == -ENOMEM && n_own == 0);
	own_err = 0;
	start_err = -EBUSY;
	CHECK(recording_start(&room, &wish) == -EBUSY);
	CHECK(!room.recording && !server.takes && n_own == 0 && !room.recorded_base);
	start_err = 0;
	CHECK(recording_start(&room, &wish) == 0 && n_own == 1);
	edition_ended(EDITION_FULL, -ENOSPC, 7); /* it ends by itself */
	CHECK(!room.recording && n_own == 0 && !server.takes);
}

/* Without its members there is nothing that could be recorded. */
static void nobody_there(void) RUNS_ON(on_ctl)
{
	room.media = false;
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == -ENOENT);
	CHECK(!room.recording && !server.takes);
	room.media = true;
}

/* Its rung is let go at once; the row waits for its file. */
static void ends_before_it_is_done(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = room.base + ID_RECORDING,
					  .edition = EDITION_LIGHT,
					  .err = -EOVERFLOW};

	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT)) == 0);
	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	n_files = n_taps = 0;
	recording_ended(&server, &result);
	CHECK(room.recording && room.editions == EDITION_BIT(EDITION_FULL));
	/* the other one goes on as it was */
	CHECK(n_taps == 1 && tapped == 1u << rungs_recorded(&room, EDITION_FULL));
	CHECK(n_files == 0 && strcmp(put, "running") == 0);
	edition_ended(EDITION_LIGHT, -EOVERFLOW, 3);
	CHECK(room.recording && n_files == 1);
	snprintf(result.name, sizeof(result.name), "another");
	result.edition = EDITION_FULL;
	recording_ended(&server, &result);
	CHECK(room.recording);
	recording_stop(&room, "stopped");
	edition_ended(EDITION_FULL, 0, 7);
	CHECK(!server.takes && strcmp(put, "interrupted") != 0);
	/* the only one: the class can begin another while it is finished */
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
	snprintf(result.name, sizeof(result.name), "%s", room.recording_row.id);
	n_stops = 0;
	recording_ended(&server, &result);
	CHECK(!room.recording && n_stops == 1 && server.takes);
	edition_ended(EDITION_FULL, -ENOSPC, 7);
	CHECK(!server.takes && strcmp(put, "interrupted") == 0);
}

/* Its file was finished before the server died: how long it is was told then. */
static void whole_before_it_died(void) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "running", .duration_ms = 70};
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9};

	rescue_err = 0;
	CHECK(takes_recover(&server) == 0);
	got(&server, 0, &row, 1);
	for (uint32_t i = 0; i < EDITIONS; i++) {
		result.edition = i;
		takes_done(&server, &result);
		result.bytes = 0;
		result.err = -ENOENT;
	}
	CHECK(!server.takes && strcmp(put, "interrupted") == 0);
	CHECK(put_bytes == 9 && put_ms == 70);
}

/* It is not over while everybody is in groups; what a lecturer paused goes on by one. */
static void waits_for_groups(void) RUNS_ON(on_ctl)
{
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
	recording_alone(&room, true);
	CHECK(room.recording && room.recording_paused && room.recording_waits);
	CHECK(strncmp(act, "record.pause {", 14) == 0 && strstr(act, "\"groups\""));
	recording_second(&room);
	room.media = false;
	CHECK(recording_resume(&room) == -EAGAIN && room.recording_waits);
	room.media = true;
	room.n_members = 1;
	recording_second(&room);
	CHECK(room.recording && !room.recording_paused && !room.recording_waits);
	CHECK(strncmp(act, "record.resume {", 15) == 0);
	room.n_members = 0;
	CHECK(recording_pause(&room) == 0);
	recording_alone(&room, true);
	room.n_members = 1;
	recording_second(&room);
	CHECK(room.recording_paused && !room.recording_waits);
	room.n_members = 0;
	recording_alone(&room, false);
	CHECK(!room.recording && strncmp(act, "record.over {", 13) == 0);
	CHECK(strstr(act, room.recording_row.id) && strstr(act, "\"why\":\"empty\""));
	edition_ended(EDITION_FULL, 0, 7);
	recording_alone(&room, true);
	CHECK(!room.recording && !server.takes);
}

/* Each member is told once, however often it comes and goes. */
static void who_was_told(void) RUNS_ON(on_ctl)
{
	struct member a = {.room = &room}, b = {.room = &room};

	room.members[0] = &a;
	room.n_members = 1;
	recording_met(&b);
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == 0 && room.n_told == 1);
	recording_met(&b);
	recording_met(&a);
	recording_met(&b);
	CHECK(room.n_told == 2);
	recording_stop_why(&room, "quota_full");
	CHECK(strstr(act, "\"why\":\"quota_full\",\"told\":2}"));
	edition_ended(EDITION_FULL, 0, 7);
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL)) == 0 && room.n_told == 1);
	room.n_members = 0;
	recording_stop(&room, "stopped");
	edition_ended(EDITION_FULL, 0, 7);
}

/* Something of an edition stays for the next start: without any file the recording is not
 * over, with another one's it is. */
static void one_is_left(void) RUNS_ON(on_ctl)
{
	int ready = n_ready;

	left = true;
	CHECK(strcmp(ended(-ENOSPC, 0), "running") == 0 && n_ready == ready);
	CHECK(begins(NULL, EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_SOUND)) == 0);
	edition_ended(EDITION_FULL, -ENOSPC, 0);
	left = false;
	edition_ended(EDITION_SOUND, 0, 3);
	CHECK(!server.takes && strcmp(put, "interrupted") == 0 && n_ready == ready + 1);
}

/* Its row was final when the file came. */
static void mended_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {.id = "left", .state = "failed"};

	n_files = 0;
	put[0] = '\0';
	takes_done(&server, &result);
	CHECK(n_files == 0 && got_one);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_files == 1 && strcmp(put, "interrupted") == 0);
	CHECK(put_bytes == 9 && put_ms == 70);
	CHECK(strcmp(put_before, "interrupted") == 0); /* else it finds none */
	/* another edition's is what the row says */
	put[0] = '\0';
	snprintf(row.state, sizeof(row.state), "ready");
	row.bytes = 5;
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_files == 2 && !put[0] && !server.takes);
	CHECK(n_seal_late == 2); /* each file that came, whatever the row says */
}

/* Of what was there, nothing could be made; the row told of that. */
static void made_of_it_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {
		.id = "left", .state = "interrupted", .made = "none", .bytes = 5};

	put[0] = '\0';
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_made_anew == 1 && strcmp(put, "interrupted") == 0 && put_bytes == 9);
	n_seal_late = 2;
	put[0] = '\0';
	snprintf(row.made, sizeof(row.made), "failed");
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_made_anew == 2 && !put[0]);
	result.edition = EDITION_TRACKS;
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	snprintf(row.made, sizeof(row.made), "ready");
	result.edition = EDITION_FULL;
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_made_anew == 2 && !put[0]);
}

/* There was no file at all, so the row still says that it runs: it is finished as at the
 * next start. */
static void rescued_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {.id = "left", .state = "running", .origin = "of"};
	int ready = n_ready;

	n_files = 0;
	put[0] = '\0';
	rescue_err = 0;
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	CHECK(n_files == 0 && !server.takes); /* a cut is another's */
	row.origin[0] = '\0';
	takes_done(&server, &result);
	got_one(got_ctx, 0, &row, 1);
	/* how long it is is not told again */
	CHECK(n_files == 1 && !put[0] && server.takes);
	result.duration_ms = 0;
	for (uint32_t i = 0; i < EDITIONS; i++) {
		result.edition = i;
		if (i != EDITION_PUSH)
			takes_done(&server, &result);
		result.bytes = 0;
		result.err = -ENOENT;
	}
	CHECK(!server.takes && strcmp(put, "interrupted") == 0 && put_bytes == 9);
	CHECK(n_files == 2 && n_ready == ready + 1);
}

/* Nothing is finished before it is known whose it is. */
static void database_in_trouble(void) RUNS_ON(on_ctl)
{
	n_recovered = n_asked = 0;
	CHECK(takes_recover(&server) == 0 && n_asked == 1);
	got(&server, -EIO, NULL, 0);
	takes_second(&server);
	CHECK(n_recovered == 0 && n_asked == 1 && server.takes_ask_us);
	server.takes_ask_us = 1;
	takes_second(&server);
	got(&server, 0, NULL, 0);
	takes_second(&server);
	CHECK(n_recovered == 1 && n_asked == 2);
}

static void names_of_errors(void)
{
	static const struct {
		int err;
		const char *file, *sent;
	} names[] = {
		{-ENOSPC, "disk_full", "disk_full"},
		{-EOVERFLOW, "too_slow", "too_slow"},
		{-ENODATA, "no_picture", "no_picture"},
		{-ETIMEDOUT, "stuck", "push_failed"},
		{-EPROTO, "plugin_failed", "push_failed"},
		{-ECONNRESET, "write_failed", "push_failed"},
	};

	CHECK(!takes_error(EDITION_FULL, 0) && !takes_error(EDITION_PUSH, 0));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK(strcmp(takes_error(EDITION_LIVE, names[i].err), names[i].file) ==
		      0);
		CHECK(strcmp(takes_error(EDITION_PUSH, names[i].err), names[i].sent) ==
		      0);
	}
}

/* What is only sent has no file, and is no failure. */
static void only_sent(void) RUNS_ON(on_ctl)
{
	CHECK(begins(NULL, EDITION_BIT(EDITION_PUSH)) == 0);
	recording_stop(&room, "stopped");
	edition_ended(EDITION_PUSH, 0, 1000);
	CHECK(strcmp(put, "ready") == 0 && put_bytes == 0 && put_ms == 5);
	CHECK(begins(NULL, EDITION_BIT(EDITION_PUSH)) == 0);
	edition_ended(EDITION_PUSH, -EIO, 1000);
	CHECK(!room.recording && strcmp(put, "failed") == 0 && put_bytes == 0);
	CHECK(room.edition_errs[EDITION_PUSH] == -EIO && !server.takes);
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
	names_of_errors();
	several();
	counts_from_the_first_frame();
	nobody_there();
	own_picture();
	ends_before_it_is_done();
	whole_before_it_died();
	waits_for_groups();
	who_was_told();
	only_sent();
	one_is_left();
	mended_later();
	made_of_it_later();
	rescued_later();
	database_in_trouble();
	return 0;
}
