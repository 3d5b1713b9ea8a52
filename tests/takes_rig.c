#include "tests/takes_rig.h"

#include <stdio.h>
#include <string.h>

#include "mcu/audit.h"
#include "mcu/director.h"
#include "mcu/keeper.h"
#include "mcu/notice.h"
#include "mcu/picture.h"
#include "mcu/programme.h"
#include "mcu/rungs.h"
#include "mcu/track_tap.h"
#include "mcu/workshop_seal.h"
#include "mixer/vworker.h"
#include "recorder/recorder.h"
#include "tests/test.h"

static const struct conf configured;

struct takes_rig rig = {.server = {.conf = &configured},
			.room = {.server = &rig.server, .media = true}};

int db_recording_put(struct db *db, const struct db_recording *row)
{
	(void)db;
	memcpy(rig.put, row->state, sizeof(rig.put));
	rig.put_bytes = row->bytes;
	rig.put_ms = row->duration_ms;
	return 0;
}

int db_recording(struct db *db, const char *id,
		 void (*done)(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n),
		 void *ctx)
{
	(void)db;
	CHECK(strcmp(id, "left") == 0);
	rig.got_one = done;
	rig.got_ctx = ctx;
	return 0;
}

int db_recording_files(struct db *db, const char *room, int64_t from_ms,
		       int64_t before_ms,
		       void (*done)(void *ctx, int err,
				    const struct db_recording_file *rows, uint32_t n),
		       void *ctx)
{
	(void)db;
	(void)room;
	CHECK(before_ms == from_ms + 1);
	done(ctx, 0, rig.others, rig.n_others);
	return 0;
}

int db_recordings_running(struct db *db,
			  void (*done)(void *ctx, int err,
				       const struct db_recording *rows, uint32_t n),
			  void *ctx)
{
	(void)db;
	(void)ctx;
	rig.got = done;
	rig.n_asked++;
	return 0;
}

int recorder_start(struct recorder *r, const struct recording_conf *conf)
{
	(void)r;
	(void)conf;
	return rig.start_err;
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
	CHECK(strcmp(file->recording, rig.room.recording_row.id) == 0 ||
	      strcmp(file->recording, "left") == 0);
	rig.n_files++;
	rig.file = *file;
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

void edition_used(struct plugin_set *plugins, const struct conf *conf,
		  enum edition edition, bool failed)
{
	(void)plugins;
	(void)conf;
	(void)edition;
	(void)failed;
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

enum edition edition_by_name(const char *name)
{
	enum edition e = 0;

	while (e < EDITIONS && strcmp(edition_name(e), name) != 0)
		e++;
	return e;
}

int recorder_stop(struct recorder *r, uint32_t id)
{
	(void)r;
	(void)id;
	rig.n_stops++;
	return 0;
}

int recorder_rescue(struct recorder *r, const char *name)
{
	(void)r;
	(void)name;
	return rig.rescue_err;
}

int recorder_recover(struct recorder *r)
{
	(void)r;
	rig.n_recovered++;
	return 0;
}

struct room *room_by_id(struct server *of, const char *id)
{
	(void)of;
	(void)id;
	return &rig.room;
}

struct room *room_by_number(struct server *of, uint32_t id)
{
	(void)of;
	(void)id;
	return &rig.room;
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
	snprintf(rig.told, sizeof(rig.told), "%s", row->state);
	rig.n_told = 0;
	for (uint32_t i = 0; i < n; i++)
		rig.n_told += *files[i].id != 0;
	rig.n_ready++;
}

void workshop_seal_late(struct workshop *w, struct server *of, const char *id)
{
	(void)w;
	CHECK(of && *id);
	memcpy(rig.put_before, rig.put, sizeof(rig.put));
	rig.n_seal_late++;
}

int db_recording_made(struct db *db, const char *id, const char *made, const char *json)
{
	(void)db;
	CHECK(strcmp(id, "left") == 0 && !*made && !*json && rig.n_seal_late == 2);
	rig.n_made_anew++;
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

void audit_own(struct server *of, const char *name, const char *room_id,
	       const char *fields, const char *result)
{
	(void)of;
	(void)room_id;
	CHECK(strcmp(result, "ok") == 0);
	snprintf(rig.act, sizeof(rig.act), "%s %s", name, fields);
}

void rungs_update(struct room *of)
{
	(void)of;
}

uint32_t server_block(struct server *of)
{
	(void)of;
	return 4096;
}

int picture_record(struct room *of)
{
	CHECK(of->recorded_base == 4096);
	rig.n_own += !rig.own_err;
	return rig.own_err;
}

void picture_unrecord(struct room *of)
{
	rig.n_own -= of->recorded_base && rig.n_own;
}

struct room_picture *picture_recorded(const struct room *of)
{
	(void)of;
	return NULL;
}

void programme_arrange(struct room *of)
{
	CHECK(of->recorded_base && rig.n_own == 1);
}

int director_layout(struct room *of, struct member *by, enum picture_kind picture,
		    const char *text, uint32_t *generation)
{
	CHECK(of->recorded_base && !by && picture == PICTURE_RECORDING);
	snprintf(rig.layout, sizeof(rig.layout), "%s", text);
	*generation = 1;
	return rig.layout_err;
}

void track_tap_room(struct room *of, bool on)
{
	(void)of;
	(void)on;
}

int vworker_rung_tap(struct vworker *w, uint32_t rung, uint32_t to)
{
	(void)w;
	rig.tapped = to ? rig.tapped | 1u << rung : rig.tapped & ~(1u << rung);
	rig.n_taps++;
	return 0;
}

int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on)
{
	(void)w;
	(void)mix;
	(void)on;
	return 0;
}

int rig_begins(const char *title, uint32_t editions) RUNS_ON(on_ctl)
{
	const struct recording_wish wish = {.title = title, .editions = editions};

	return recording_start(&rig.room, &wish);
}

void rig_ends(uint32_t edition, int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = rig.room.base + ID_RECORDING,
					  .edition = edition,
					  .err = err,
					  .left = rig.left,
					  .bytes = bytes,
					  .duration_ms = 5};

	snprintf(result.name, sizeof(result.name), "%s", rig.room.recording_row.id);
	takes_done(&rig.server, &result);
}
