#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/thread.h"
#include "recorder/recording.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one recording may have waiting. Full: the recording is ended. */
#define QUEUE_US    (2 * SEC_US)
#define QUEUE_BYTES (16 << 20)
#define QUEUE_UNITS 400

#define LETTERS      (LIMIT_RECORDINGS * QUEUE_UNITS + 256)
#define FINISH_QUEUE 1024
#define SYNC_QUEUE   64

_Static_assert(RECORDING_NAME_MAX == STORE_NAME_MAX, "one limit for names");
_Static_assert(EDITION_NAME_MAX == STORE_EDITION_MAX, "one limit for names of editions");
_Static_assert(EDITIONS_MAX == STORE_KINDS, "one kind of file for each edition");

/* The place of a recording. `id` is taken by recorder_start() and given back by
 * the record thread; `stop_id` and `slow_id` name the recording they are for, so
 * that a late one does not hit another in the same lane. */
struct lane {
	_Atomic uint32_t id; /* 0: free */
	_Atomic uint32_t stop_id, slow_id;
	_Atomic int32_t n_units; /* that wait, or are being written */
	_Atomic int64_t n_bytes;
	_Atomic int64_t oldest_us; /* media time of the unit being written */
	struct recording *rec OWNED_BY(on_rec);
};

struct recorder {
	struct rec_env env;
	struct worker *writer;
	struct lane lanes[LIMIT_RECORDINGS];
};

struct letter {
	struct recorder *r;
	struct lane *lane;
	uint32_t id;
	struct au *au; /* of a unit */
	uint32_t video;
	struct recording_conf conf; /* of a start */
};

/* ---- on the record thread --------------------------------------------------------- */

static void lane_end(struct lane *lane) RUNS_ON(on_rec)
{
	recording_destroy(lane->rec);
	lane->rec = NULL;
	count_add(COUNT_REC_ACTIVE, -1);
	atomic_store(&lane->id, 0);
}

/* Ends what is to be ended. */
static void lane_settle(struct lane *lane) RUNS_ON(on_rec)
{
	bool empty;
	uint32_t id;

	if (!lane->rec)
		return;
	id = recording_id(lane->rec);
	empty = atomic_load(&lane->n_units) == 0;
	if (empty && atomic_load(&lane->slow_id) == id) {
		recording_slow(lane->rec);
		atomic_store(&lane->slow_id, 0);
	}
	if (empty)
		recording_caught_up(lane->rec);
	if (!recording_settle(lane->rec) || (empty && atomic_load(&lane->stop_id) == id))
		lane_end(lane);
}

static bool lane_has(const struct lane *lane, uint32_t id) RUNS_ON(on_rec)
{
	return lane->rec && recording_id(lane->rec) == id;
}

static void on_unit(void *arg)
{
	struct letter *letter = arg;
	struct lane *lane = letter->lane;
	size_t len = letter->au->len;

	thread_claim(&on_rec);
	atomic_store(&lane->oldest_us, letter->au->pts_us);
	if (lane_has(lane, letter->id))
		recording_unit(lane->rec, letter->video, letter->au);
	else
		au_put(letter->au);
	atomic_fetch_sub(&lane->n_bytes, (int64_t)len);
	atomic_fetch_sub(&lane->n_units, 1);
	lane_settle(lane);
	free(letter);
}

static void on_start(void *arg)
{
	struct letter *letter = arg;
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
			.id = letter->id,
			.edition = letter->conf.editions[i].edition,
			.err = err};

		memcpy(result.name, letter->conf.name, sizeof(result.name));
		count_add(COUNT_REC_ERRORS, 1);
		r->env.events.done(r->env.events.ctx, &result);
	}
	free(letter);
}

static void on_pause(void *arg)
{
	struct letter *letter = arg;

	thread_claim(&on_rec);
	if (lane_has(letter->lane, letter->id))
		recording_halt(letter->lane->rec);
	free(letter);
}

static void on_resume(void *arg)
{
	struct letter *letter = arg;

	thread_claim(&on_rec);
	if (lane_has(letter->lane, letter->id))
		recording_go_on(letter->lane->rec);
	free(letter);
}

static void on_stop(void *arg)
{
	thread_claim(&on_rec);
	lane_settle(arg);
}

static void on_tick(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_rec);
	for (int i = 0; i < LIMIT_RECORDINGS; i++) {
		if (r->lanes[i].rec)
			recording_tick(r->lanes[i].rec);
		lane_settle(&r->lanes[i]);
	}
}

static void on_last(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_rec);
	for (int i = 0; i < LIMIT_RECORDINGS; i++)
		if (r->lanes[i].rec)
			lane_end(&r->lanes[i]);
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

static void on_finish_last(void *ctx)
{
	struct recorder *r = ctx;

	thread_claim(&on_finish);
	finish_last(&r->env);
}

struct removal {
	struct store *store;
	char name[RECORDING_NAME_MAX + 1];
	void (*done)(void *ctx, int err);
	void *ctx;
};

static void on_delete(void *arg)
{
	struct removal *removal = arg;
	int err = store_delete(removal->store, removal->name);

	if (err)
		log_warn("recording_not_deleted", "name=%s err=%d", removal->name, err);
	removal->done(removal->ctx, err);
	free(removal);
}

/* ---- from any thread ----------------------------------------------------------------
 */

/* One that was told to stop is gone for everybody but the record thread, so that
 * its id may be used again at once. */
static struct lane *lane_of(struct recorder *r, uint32_t id)
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
		    (e->video && (!e->w_px || !e->h_px)))
			return -EINVAL;
		if (!r->env.editions[e->edition].ops)
			return -ENOTSUP;
		seen |= 1u << e->edition;
	}
	return 0;
}

int recorder_start(struct recorder *r, const struct recording_conf *conf)
{
	struct letter *letter;
	struct lane *lane;
	int err = conf_check(r, conf);

	if (err)
		return err;
	if (lane_of(r, conf->id))
		return -EEXIST;
	letter = calloc(1, sizeof(*letter));
	if (!letter)
		return -ENOMEM;
	lane = lane_take(r, conf->id);
	if (!lane) {
		free(letter);
		return -EBUSY;
	}
	*letter = (struct letter){.r = r, .lane = lane, .id = conf->id, .conf = *conf};
	count_add(COUNT_REC_ACTIVE, 1);
	if (worker_post(r->writer, on_start, letter) < 0) {
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
	int64_t bytes;
	int32_t n;

	/* stored before the unit is counted: who counts the next one sees it */
	if (atomic_load(&lane->n_units) == 0)
		atomic_store(&lane->oldest_us, au->pts_us);
	n = atomic_fetch_add(&lane->n_units, 1) + 1;
	bytes = atomic_fetch_add(&lane->n_bytes, (int64_t)au->len) + (int64_t)au->len;
	return n <= QUEUE_UNITS && bytes <= QUEUE_BYTES &&
	       au->pts_us - atomic_load(&lane->oldest_us) <= QUEUE_US;
}

int recorder_push(struct recorder *r, uint32_t id, uint32_t video, struct au *au)
{
	struct lane *lane = lane_of(r, id);
	struct letter *letter = NULL;

	if (!lane || atomic_load(&lane->slow_id) == id) {
		au_put(au);
		return lane ? -EOVERFLOW : -ENOENT;
	}
	if (lane_admit(lane, au))
		letter = malloc(sizeof(*letter));
	if (letter) {
		*letter = (struct letter){
			.r = r, .lane = lane, .id = id, .au = au, .video = video};
		if (worker_post(r->writer, on_unit, letter) == 0)
			return 0;
	}
	/* the record thread ends who is to blame when what waits is written */
	atomic_store(&lane->slow_id, id);
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("recording_too_slow", "id=%u", id);
	atomic_fetch_sub(&lane->n_bytes, (int64_t)au->len);
	atomic_fetch_sub(&lane->n_units, 1);
	free(letter);
	au_put(au);
	return -EOVERFLOW;
}

int recorder_stop(struct recorder *r, uint32_t id)
{
	struct lane *lane = lane_of(r, id);

	if (!lane)
		return -ENOENT;
	atomic_store(&lane->stop_id, id);
	/* full: the tick sees it within a second */
	if (worker_post(r->writer, on_stop, lane) < 0)
		count_add(COUNT_REJECT_QUEUE, 1);
	return 0;
}

static int tell(struct recorder *r, uint32_t id, void (*fn)(void *arg))
{
	struct lane *lane = lane_of(r, id);
	struct letter *letter;

	if (!lane)
		return -ENOENT;
	letter = malloc(sizeof(*letter));
	if (!letter)
		return -ENOMEM;
	*letter = (struct letter){.r = r, .lane = lane, .id = id};
	if (worker_post(r->writer, fn, letter) == 0)
		return 0;
	count_add(COUNT_REJECT_QUEUE, 1);
	free(letter);
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
	*removal = (struct removal){.store = r->env.store, .done = done, .ctx = ctx};
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

/* By who writes: a long rescue does not hold it up, a disk that hangs does. */
int recorder_free_bytes(struct recorder *r, void (*done)(void *ctx, int64_t bytes),
			void *ctx)
{
	struct probe *probe = malloc(sizeof(*probe));

	if (!probe)
		return -ENOMEM;
	*probe = (struct probe){r->env.store, done, ctx};
	if (worker_post(r->writer, on_probe, probe) == 0)
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
		err = worker_create(&r->writer, &writer);
	return err;
}

static int env_init(struct rec_env *env, const struct recorder_conf *conf)
{
	struct store_kind kinds[STORE_KINDS] = {{"", ""}};

	memcpy(env->editions, conf->editions, sizeof(env->editions));
	for (uint32_t i = 0; i < EDITIONS_MAX; i++) {
		const struct recorder_edition *e = &conf->editions[i];

		if (!e->ops)
			continue;
		if (!memchr(e->name, 0, sizeof(e->name)) || !store_name_ok(e->name) ||
		    strlen(e->ops->extension) >= sizeof(kinds[i].extension))
			return -EINVAL;
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
	worker_destroy(r->writer);       /* its end fills the finisher */
	worker_destroy(r->env.finisher); /* writes all that is left */
	worker_destroy(r->env.syncer);
	store_destroy(r->env.store);
	free(r);
}
