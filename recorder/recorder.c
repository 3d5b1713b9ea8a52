#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/finish.h"
#include "recorder/lane.h"
#include "recorder/recording.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one recording may have waiting for the record thread, which never waits itself.
 * Full: all its editions are ended. */
#define QUEUE_UNITS 400

#define LETTERS      (LIMIT_RECORDINGS * QUEUE_UNITS + LANE_SENT_ALL + 256)
#define FINISH_QUEUE 1024
#define SYNC_QUEUE   (LIMIT_RECORDINGS * EDITIONS_MAX)

_Static_assert(RECORDING_NAME_MAX == STORE_NAME_MAX, "one limit for names");
_Static_assert(EDITION_NAME_MAX == STORE_EDITION_MAX, "one limit for names of editions");
_Static_assert(EDITIONS_MAX == STORE_KINDS, "one kind of file for each edition");

/* ---- on the record thread --------------------------------------------------------- */

/* Ends what is to be ended. */
static void lane_settle(struct lane *lane) RUNS_ON(on_rec)
{
	uint32_t id;
	bool empty;

	if (!lane->rec)
		return;
	id = recording_id(lane->rec);
	empty = atomic_load(&lane->n_units) == 0 && atomic_load(&lane->n_sent) == 0;
	if (empty && atomic_load(&lane->slow_id) == id)
		recording_end(lane->rec, -EOVERFLOW);
	if (empty && atomic_load(&lane->stop_id) == id)
		recording_end(lane->rec, 0);
	if (recording_settle(lane->rec))
		return;
	lane->rec = NULL;
	count_add(COUNT_REC_ACTIVE, -1);
	atomic_store(&lane->id, 0);
}

bool lane_has(const struct lane *lane, uint32_t id) RUNS_ON(on_rec)
{
	return lane->rec && recording_id(lane->rec) == id;
}

struct unit_note {
	struct lane *lane;
	struct au *au;
	uint32_t id, video;
};

static void on_unit(void *arg)
{
	const struct unit_note *note = arg;
	struct lane *lane = note->lane;
	size_t len = note->au->len;

	thread_claim(&on_rec);
	if (lane_has(lane, note->id))
		recording_unit(lane->rec, note->video, note->au);
	else
		au_put(note->au);
	atomic_fetch_sub(&lane->n_bytes, (int64_t)len);
	atomic_fetch_sub(&lane->n_units, 1);
}

struct start_letter {
	struct recorder *r;
	struct lane *lane;
	struct recording_conf conf;
};

static void on_start(void *arg)
{
	struct start_letter *letter = arg;
	struct recorder *r = letter->r;
	struct lane *lane = letter->lane;
	int err;

	thread_claim(&on_rec);
	err = recording_create(&lane->rec, &r->env, &letter->conf);
	if (err) {
		count_add(COUNT_REC_ACTIVE, -1);
		atomic_store(&lane->id, 0);
	}
	for (uint32_t i = 0; err && i < letter->conf.n_editions; i++) {
		struct recording_result result = {
			.id = letter->conf.id,
			.edition = letter->conf.editions[i].edition,
			.err = err};

		memcpy(result.name, letter->conf.name, sizeof(result.name));
		count_add(COUNT_REC_ERRORS, 1);
		r->env.events.done(r->env.events.ctx, &result);
	}
	free(letter);
}

struct tell_note {
	struct lane *lane;
	uint32_t id;
};

static void on_pause(void *arg)
{
	const struct tell_note *note = arg;

	thread_claim(&on_rec);
	if (lane_has(note->lane, note->id))
		recording_halt(note->lane->rec);
}

static void on_resume(void *arg)
{
	const struct tell_note *note = arg;

	thread_claim(&on_rec);
	if (lane_has(note->lane, note->id))
		recording_go_on(note->lane->rec);
}

static void on_tick(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_rec);
	for (int i = 0; i < LIMIT_RECORDINGS; i++)
		lane_settle(&r->lanes[i]);
}

static bool on_last(void *ctx)
{
	struct recorder *r = ctx;
	bool left = false;

	thread_claim(&on_rec);
	for (int i = 0; i < LIMIT_RECORDINGS; i++) {
		if (r->lanes[i].rec)
			recording_end(r->lanes[i].rec, 0);
		lane_settle(&r->lanes[i]);
		left |= r->lanes[i].rec != NULL;
	}
	return !left;
}

/* ---- on the finisher -------------------------------------------------------------- */

static void on_recover(void *arg)
{
	thread_claim(&on_finish);
	finish_recover(arg);
}

static void on_finish_tick(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_finish);
	finish_tick(&r->env);
}

static bool on_finish_last(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_finish);
	return finish_last(&r->env);
}

struct removal {
	struct rec_env *env;
	char name[RECORDING_NAME_MAX + 1];
	void (*done)(void *ctx, int err);
	void *ctx;
};

static void on_delete(void *arg)
{
	struct removal *removal = arg;
	int err;

	thread_claim(&on_finish);
	err = finish_delete(removal->env, removal->name);
	if (err)
		log_warn("recording_not_deleted", "name=%s err=%d", removal->name, err);
	removal->done(removal->ctx, err);
	free(removal);
}

/* ---- from any thread ----------------------------------------------------------------
 */

struct lane *lane_of(struct recorder *r, uint32_t id)
{
	for (int i = 0; id && i < LIMIT_RECORDINGS; i++)
		if (atomic_load(&r->lanes[i].id) == id &&
		    atomic_load(&r->lanes[i].stop_id) != id)
			return &r->lanes[i];
	return NULL;
}

static struct lane *lane_take(struct recorder *r, uint32_t id)
{
	for (int i = 0; i < LIMIT_RECORDINGS; i++) {
		uint32_t none = 0;

		if (!atomic_compare_exchange_strong(&r->lanes[i].id, &none, id))
			continue;
		/* they may be of an earlier recording with this id */
		atomic_store(&r->lanes[i].stop_id, 0);
		atomic_store(&r->lanes[i].slow_id, 0);
		return &r->lanes[i];
	}
	return NULL;
}

static int conf_check(const struct recorder *r, const struct recording_conf *conf)
{
	uint32_t seen = 0;

	if (!conf->id || !memchr(conf->name, 0, sizeof(conf->name)) ||
	    !store_name_ok(conf->name) || !conf->n_editions ||
	    conf->n_editions > EDITIONS_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < conf->n_editions; i++) {
		const struct recording_edition *e = &conf->editions[i];

		if (e->edition >= EDITIONS_MAX || seen & 1u << e->edition ||
		    (e->video && (!e->w_px || !e->h_px)) ||
		    !memchr(e->target, 0, sizeof(e->target)))
			return -EINVAL;
		if (!r->env.editions[e->edition].ops)
			return -ENOTSUP;
		seen |= 1u << e->edition;
	}
	return 0;
}

int recorder_start(struct recorder *r, const struct recording_conf *conf)
{
	struct start_letter *letter;
	struct lane *lane;
	int err = conf_check(r, conf);

	if (err)
		return err;
	if (lane_of(r, conf->id))
		return -EEXIST;
	letter = malloc(sizeof(*letter));
	if (!letter)
		return -ENOMEM;
	lane = lane_take(r, conf->id);
	if (!lane) {
		free(letter);
		return -EBUSY;
	}
	*letter = (struct start_letter){.r = r, .lane = lane, .conf = *conf};
	count_add(COUNT_REC_ACTIVE, 1);
	if (worker_post(r->env.writer, on_start, letter) < 0) {
		count_add(COUNT_REC_ACTIVE, -1);
		count_add(COUNT_REJECT_QUEUE, 1);
		atomic_store(&lane->id, 0);
		free(letter);
		return -ENOBUFS;
	}
	return 0;
}

/* Counts the unit in, unless the queue is full with it. */
static bool lane_admit(struct lane *lane, const struct au *au)
{
	int32_t n = atomic_fetch_add(&lane->n_units, 1) + 1;
	int64_t bytes = atomic_fetch_add(&lane->n_bytes, (int64_t)au->len) +
			(int64_t)au->len;

	return n <= QUEUE_UNITS && bytes <= LANE_BYTES;
}

int recorder_push(struct recorder *r, uint32_t id, uint32_t video, struct au *au)
{
	struct lane *lane = lane_of(r, id);
	const struct unit_note note = {lane, au, id, video};

	if (!lane || atomic_load(&lane->slow_id) == id) {
		au_put(au);
		return lane ? -EOVERFLOW : -ENOENT;
	}
	if (lane_admit(lane, au) &&
	    worker_note(r->env.writer, on_unit, &note, sizeof(note), false) == 0)
		return 0;
	/* the record thread ends it when what waits is written */
	atomic_store(&lane->slow_id, id);
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("recording_too_slow", "id=%u", id);
	atomic_fetch_sub(&lane->n_bytes, (int64_t)au->len);
	atomic_fetch_sub(&lane->n_units, 1);
	au_put(au);
	return -EOVERFLOW;
}

int recorder_stop(struct recorder *r, uint32_t id)
{
	struct lane *lane = lane_of(r, id);

	if (!lane)
		return -ENOENT;
	atomic_store(&lane->stop_id, id);
	worker_ring(r->env.writer);
	return 0;
}

static int tell(struct recorder *r, uint32_t id, void (*fn)(void *note))
{
	const struct tell_note note = {lane_of(r, id), id};

	if (!note.lane)
		return -ENOENT;
	if (worker_note(r->env.writer, fn, &note, sizeof(note), true) == 0)
		return 0;
	count_add(COUNT_REJECT_QUEUE, 1);
	return -ENOBUFS;
}

int recorder_pause(struct recorder *r, uint32_t id)
{
	return tell(r, id, on_pause);
}

int recorder_resume(struct recorder *r, uint32_t id)
{
	return tell(r, id, on_resume);
}

int recorder_recover(struct recorder *r)
{
	return worker_post(r->env.finisher, on_recover, &r->env);
}

int recorder_rescue(struct recorder *r, const char *name)
{
	return store_name_ok(name) ? finish_rescue(&r->env, name) : -EINVAL;
}

int recorder_delete(struct recorder *r, const char *name,
		    void (*done)(void *ctx, int err), void *ctx)
{
	struct removal *removal;

	if (!store_name_ok(name))
		return -EINVAL;
	removal = malloc(sizeof(*removal));
	if (!removal)
		return -ENOMEM;
	*removal = (struct removal){.env = &r->env, .done = done, .ctx = ctx};
	memcpy(removal->name, name, strlen(name) + 1);
	if (worker_post(r->env.finisher, on_delete, removal) == 0)
		return 0;
	count_add(COUNT_REJECT_QUEUE, 1);
	free(removal);
	return -ENOBUFS;
}

/* ---- its disk ------------------------------------------------------------------------
 */

struct probe {
	const struct store *store;
	void (*done)(void *ctx, int64_t bytes);
	void *ctx;
};

static void on_probe(void *arg)
{
	struct probe *probe = arg;

	probe->done(probe->ctx, store_free_bytes(probe->store));
	free(probe);
}

/* By who writes through: a long rescue does not hold it up, a disk that hangs does. */
int recorder_free_bytes(struct recorder *r, void (*done)(void *ctx, int64_t bytes),
			void *ctx)
{
	struct probe *probe = malloc(sizeof(*probe));

	if (!probe)
		return -ENOMEM;
	*probe = (struct probe){r->env.store, done, ctx};
	if (worker_post(r->env.syncer, on_probe, probe) == 0)
		return 0;
	count_add(COUNT_REJECT_QUEUE, 1);
	free(probe);
	return -ENOBUFS;
}

/* ---- life ----------------------------------------------------------------------------
 */

static int workers_create(struct recorder *r)
{
	const struct worker_conf finisher = {
		.role = &on_finish,
		.name = "rec-finish",
		.size = FINISH_QUEUE,
		.background = true,
		.tick = on_finish_tick,
		.last = on_finish_last,
		.ctx = r,
	};
	const struct worker_conf syncer = {.name = "rec-sync", .size = SYNC_QUEUE};
	const struct worker_conf writer = {
		.role = &on_rec,
		.name = "rec",
		.size = LETTERS,
		.tick = on_tick,
		.last = on_last,
		.ctx = r,
	};
	int err = worker_create(&r->env.finisher, &finisher);

	if (!err)
		err = worker_create(&r->env.syncer, &syncer);
	if (!err)
		err = worker_create(&r->env.writer, &writer);
	return err;
}

static int env_init(struct rec_env *env, const struct recorder_conf *conf)
{
	struct store_kind kinds[STORE_KINDS] = {{"", "", false}};

	memcpy(env->editions, conf->editions, sizeof(env->editions));
	for (uint32_t i = 0; i < EDITIONS_MAX; i++) {
		const struct recorder_edition *e = &conf->editions[i];

		if (!e->ops)
			continue;
		if (!memchr(e->name, 0, sizeof(e->name)) || !store_name_ok(e->name))
			return -EINVAL;
		if (e->ops->flags & AULA_RECORDER_REMOTE)
			continue; /* there are no files of it */
		if (strlen(e->ops->extension) >= sizeof(kinds[i].extension))
			return -EINVAL;
		kinds[i].folder = e->ops->flags & AULA_RECORDER_FOLDER;
		snprintf(kinds[i].edition, sizeof(kinds[i].edition), "%s",
			 i ? e->name : "");
		snprintf(kinds[i].extension, sizeof(kinds[i].extension), "%s",
			 e->ops->extension);
	}
	return store_create(&env->store, conf->dir, kinds);
}

int recorder_create(struct recorder **out, const struct recorder_conf *conf,
		    const struct recorder_events *events)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->env.events = *events;
	r->env.reserve_bytes = conf->reserve_bytes;
	r->env.part_us = conf->part_us;
	err = env_init(&r->env, conf);
	if (!err)
		err = workers_create(r);
	if (err) {
		recorder_destroy(r);
		return err;
	}
	*out = r;
	return 0;
}

void recorder_destroy(struct recorder *r)
{
	if (!r)
		return;
	worker_destroy(r->env.writer);   /* its end fills the finisher */
	worker_destroy(r->env.finisher); /* writes all that is left */
	worker_destroy(r->env.syncer);
	store_put(r->env.store);
	free(r);
}
