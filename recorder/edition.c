#include "recorder/edition.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "recorder/annexb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_US  (2 * SEC_US) /* what a power cut may cost */
#define DISK_US  (1 * SEC_US)
#define HELD_MAX 256 /* sound units; the oldest goes when full */

struct edition {
	const struct rec_env *env;
	const struct aula_recorder_ops *ops;
	struct recording_edition conf;
	struct finish_job *job; /* holds the part too */
	void *self;             /* of the plugin; valid while `open` */
	bool open;
	bool waits; /* for a key frame */
	int err;
	int64_t end_us, last_us; /* in the recording: of all, begin of the last picture */
	int64_t disk_us, sync_us; /* clock_us() of the next looks */
	int64_t spent_us;
	/* Sound that came before the first picture, and the times in the recording. */
	struct {
		struct au *au;
		int64_t at_us;
	} held[HELD_MAX];
	uint32_t n_held;
};

int edition_create(struct edition **out, struct rec_env *env,
		   const struct recording_conf *conf, uint32_t index)
{
	struct edition *e = calloc(1, sizeof(*e));
	struct finish_job *job = finish_job_make(env, conf->name,
						 conf->editions[index].edition);

	if (!e || !job) {
		free(e);
		free(job);
		return -ENOMEM;
	}
	job->result.id = conf->id;
	e->env = env;
	e->conf = conf->editions[index];
	e->ops = env->editions[e->conf.edition].ops;
	e->job = job;
	e->waits = e->conf.video != 0;
	e->last_us = -1;
	*out = e;
	return 0;
}

void edition_drop(struct edition *e)
{
	free(e->job);
	free(e);
}

void edition_fail(struct edition *e, int err)
{
	if (!e->err)
		e->err = err;
}

bool edition_failed(const struct edition *e)
{
	return e->err != 0;
}

uint32_t edition_video(const struct edition *e)
{
	return e->conf.video;
}

int64_t edition_end_us(const struct edition *e)
{
	return e->end_us;
}

int64_t edition_spent_us(const struct edition *e)
{
	return e->spent_us;
}

void edition_rest(struct edition *e)
{
	e->spent_us = 0;
}

void edition_cut(struct edition *e)
{
	e->waits = e->conf.video != 0;
}

static void let_go_of_held(struct edition *e)
{
	for (uint32_t i = 0; i < e->n_held; i++)
		au_put(e->held[i].au);
	e->n_held = 0;
}

void edition_destroy(struct edition *e)
{
	struct finish_job *job = e->job;
	int err;

	if (e->open) {
		err = e->ops->close(e->self);
		if (err)
			edition_fail(e, err);
		job->result.duration_ms = e->end_us / MS_US;
	} else {
		edition_fail(e, -ENODATA);
	}
	job->result.err = e->err;
	let_go_of_held(e);
	free(e);
	finish_post(job);
}

void edition_tell(const struct edition *e)
{
	struct recording_result result = e->job->result;

	result.err = e->err;
	if (e->env->events.ended)
		e->env->events.ended(e->env->events.ctx, &result);
}

/* ---- start ---------------------------------------------------------------------- */

static int disk_full(const struct rec_env *env)
{
	int64_t left = store_free_bytes(env->store);

	if (left < 0)
		return (int)left;
	return (uint64_t)left < env->reserve_bytes ? -ENOSPC : 0;
}

/* RFC 7845, 5.1. No pre-skip: the units come from an encoder that runs already,
 * and their times say where they belong. */
static const uint8_t opus_head[19] = {'O', 'p', 'u',  's',  'H', 'e', 'a', 'd', 1, 1,
				      0,   0,   0x80, 0xbb, 0,   0,   0,   0,   0};

/* `sets` NULL: without video. */
static int plugin_open(struct edition *e, const uint8_t *sets, int sets_len)
{
	const struct aula_track video = {
		.size = sizeof(video),
		.kind = AULA_TRACK_VIDEO,
		.codec = "h264",
		.w_px = e->conf.w_px,
		.h_px = e->conf.h_px,
		.config = sets,
		.config_len = (uint32_t)sets_len,
	};
	const struct aula_track sound = {
		.size = sizeof(sound),
		.kind = AULA_TRACK_AUDIO,
		.codec = "opus",
		.rate_hz = 48000,
		.n_channels = 1,
		.config = opus_head,
		.config_len = sizeof(opus_head),
	};
	const struct aula_track *const tracks[] = {&video, &sound};

	return e->ops->open(&e->self, part_path(e->job->part), sets ? tracks : tracks + 1,
			    sets ? 2 : 1);
}

static void start(struct edition *e, const struct au *first) RUNS_ON(on_rec)
{
	struct finish_job *job = e->job;
	uint8_t sets[ANNEXB_SETS_MAX];
	int len = 0, err;

	if (e->conf.video)
		len = annexb_sets(first->data, first->len, sets);
	if (len < 0) {
		log_warn("recording_key_frame", "id=%u err=%d", job->result.id, len);
		return; /* not decodable by itself whatever it says: the next one */
	}
	err = disk_full(e->env);
	if (!err)
		err = part_create(&job->part, e->env->store, job->result.name,
				  e->conf.edition);
	if (!err) {
		err = plugin_open(e, e->conf.video ? sets : NULL, len);
		if (err)
			part_set_aside(job->part);
	}
	if (err) {
		part_put(job->part);
		job->part = NULL;
		edition_fail(e, err);
		return;
	}
	e->open = true;
	e->sync_us = clock_us() + SYNC_US;
}

/* ---- units ---------------------------------------------------------------------- */

static void write_unit(struct edition *e, const struct au *au, int64_t at_us)
	RUNS_ON(on_rec)
{
	bool sound = au->codec == CODEC_OPUS;
	const struct aula_packet packet = {
		.size = sizeof(packet),
		.track = e->conf.video && sound,
		.flags = au->flags & AU_KEY || sound ? AULA_PACKET_KEY : 0,
		.pts_us = at_us,
		.duration_us = au->duration_us,
		.data = au->data,
		.len = au->len,
	};
	int64_t from_us = clock_us();
	int err;

	if (e->err)
		return;
	err = e->ops->write(e->self, &packet);
	e->spent_us += clock_us() - from_us;
	if (err) {
		count_add(COUNT_PLUGIN_ERRORS, 1);
		edition_fail(e, err);
		return;
	}
	count_add(COUNT_REC_BYTES, (int64_t)au->len);
	if (at_us + au->duration_us > e->end_us)
		e->end_us = at_us + au->duration_us;
}

static void hold(struct edition *e, struct au *au, int64_t at_us)
{
	if (e->n_held == HELD_MAX) {
		au_put(e->held[0].au);
		memmove(e->held, e->held + 1, (HELD_MAX - 1) * sizeof(e->held[0]));
		e->n_held--;
	}
	e->held[e->n_held].au = au_get(au);
	e->held[e->n_held++].at_us = at_us;
}

/* The first one stands from the beginning, so that all editions have one clock. */
static void picture(struct edition *e, const struct au *au, int64_t at_us) RUNS_ON(on_rec)
{
	bool first = !e->open;

	if (e->waits && !(au->flags & AU_KEY))
		return;
	if (first)
		start(e, au);
	if (!e->open)
		return;
	if (first)
		at_us = 0;
	else if (at_us <= e->last_us)
		at_us = e->last_us + 1;
	e->waits = false;
	e->last_us = at_us;
	write_unit(e, au, at_us);
	for (uint32_t i = 0; first && i < e->n_held; i++)
		write_unit(e, e->held[i].au, e->held[i].at_us);
	if (first)
		let_go_of_held(e);
}

static void sound(struct edition *e, struct au *au, int64_t at_us) RUNS_ON(on_rec)
{
	if (!e->open && e->conf.video) {
		hold(e, au, at_us);
		return;
	}
	if (!e->open)
		start(e, au);
	if (e->open)
		write_unit(e, au, at_us);
}

void edition_unit(struct edition *e, struct au *au, int64_t at_us)
{
	if (e->err)
		return;
	if (au->codec == CODEC_OPUS)
		sound(e, au, at_us);
	else
		picture(e, au, at_us);
}

void edition_tick(struct edition *e)
{
	int64_t now_us = clock_us();

	if (e->err || !e->open)
		return;
	if (now_us >= e->disk_us) {
		e->disk_us = now_us + DISK_US;
		edition_fail(e, disk_full(e->env));
	}
	if (now_us >= e->sync_us) {
		e->sync_us = now_us + SYNC_US;
		edition_fail(e, part_sync(e->job->part, e->env->syncer));
	}
}
