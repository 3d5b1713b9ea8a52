#include "recorder/recording.h"

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
#define HELD_MAX 64 /* sound units; the oldest goes when full */

enum { VIDEO, SOUND, N_TRACKS };

struct recording {
	const struct rec_env *env;
	struct recording_conf conf;
	struct finish_job *job; /* holds the part too */
	void *self;             /* of the plugin; valid while `open` */
	bool open;
	int err;
	int64_t start_us, end_us; /* of the media's clock; valid while `open` */
	int64_t disk_us, sync_us; /* clock_us() of the next looks */
	/* Sound that came before its picture, which takes longer to encode. */
	struct au *held[HELD_MAX];
	uint32_t n_held;
};

int recording_create(struct recording **out, struct rec_env *env,
		     const struct recording_conf *conf)
{
	struct recording *rec = calloc(1, sizeof(*rec));
	struct finish_job *job = calloc(1, sizeof(*job));

	if (!rec || !job) {
		free(rec);
		free(job);
		return -ENOMEM;
	}
	job->env = env;
	job->result.id = conf->id;
	snprintf(job->result.name, sizeof(job->result.name), "%s", conf->name);
	store_path(env->store, conf->name, job->result.path);
	rec->env = env;
	rec->conf = *conf;
	rec->job = job;
	*out = rec;
	return 0;
}

void recording_fail(struct recording *rec, int err)
{
	if (!rec->err)
		rec->err = err;
}

bool recording_failed(const struct recording *rec)
{
	return rec->err != 0;
}

uint32_t recording_id(const struct recording *rec)
{
	return rec->conf.id;
}

static void let_go_of_held(struct recording *rec)
{
	for (uint32_t i = 0; i < rec->n_held; i++)
		au_put(rec->held[i]);
	rec->n_held = 0;
}

void recording_destroy(struct recording *rec)
{
	struct finish_job *job = rec->job;
	int err;

	if (rec->open) {
		err = rec->env->ops->close(rec->self);
		if (err)
			recording_fail(rec, err);
		job->result.duration_ms = (rec->end_us - rec->start_us) / MS_US;
	} else {
		recording_fail(rec, -ENODATA);
	}
	job->result.err = rec->err;
	let_go_of_held(rec);
	free(rec);
	finish_post(job);
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

static int plugin_open(struct recording *rec, const uint8_t *sets, int sets_len)
{
	const struct aula_track video = {
		.size = sizeof(video),
		.kind = AULA_TRACK_VIDEO,
		.codec = "h264",
		.w_px = rec->conf.w_px,
		.h_px = rec->conf.h_px,
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
	const struct aula_track *const tracks[N_TRACKS] = {&video, &sound};

	return rec->env->ops->open(&rec->self, part_path(rec->job->part), tracks,
				   N_TRACKS);
}

static void start(struct recording *rec, const struct au *key) RUNS_ON(on_rec)
{
	uint8_t sets[ANNEXB_SETS_MAX];
	int len = annexb_sets(key->data, key->len, sets), err;

	if (len < 0) {
		log_warn("recording_key_frame", "id=%u err=%d", rec->conf.id, len);
		return; /* not decodable by itself whatever it says: the next one */
	}
	err = disk_full(rec->env);
	if (!err)
		err = part_create(&rec->job->part, rec->env->store, rec->conf.name);
	if (!err) {
		err = plugin_open(rec, sets, len);
		if (err)
			part_set_aside(rec->job->part);
	}
	if (err) {
		part_put(rec->job->part);
		rec->job->part = NULL;
		recording_fail(rec, err);
		return;
	}
	rec->open = true;
	rec->start_us = rec->end_us = key->pts_us;
	rec->sync_us = clock_us() + SYNC_US;
}

/* ---- units ---------------------------------------------------------------------- */

static void write_unit(struct recording *rec, const struct au *au) RUNS_ON(on_rec)
{
	const struct aula_packet packet = {
		.size = sizeof(packet),
		.track = au->codec == CODEC_H264 ? VIDEO : SOUND,
		.flags = au->flags & AU_KEY || au->codec == CODEC_OPUS ? AULA_PACKET_KEY
								       : 0,
		.pts_us = au->pts_us - rec->start_us,
		.duration_us = au->duration_us,
		.data = au->data,
		.len = au->len,
	};
	int err;

	if (packet.pts_us < 0 || rec->err)
		return; /* sound of before the first picture */
	err = rec->env->ops->write(rec->self, &packet);
	if (err) {
		count_add(COUNT_PLUGIN_ERRORS, 1);
		recording_fail(rec, err);
		return;
	}
	count_add(COUNT_REC_BYTES, (int64_t)au->len);
	if (au->pts_us + au->duration_us > rec->end_us)
		rec->end_us = au->pts_us + au->duration_us;
}

/* Takes the unit. */
static void hold(struct recording *rec, struct au *au)
{
	if (rec->n_held == HELD_MAX) {
		au_put(rec->held[0]);
		memmove(rec->held, rec->held + 1, (HELD_MAX - 1) * sizeof(rec->held[0]));
		rec->n_held--;
	}
	rec->held[rec->n_held++] = au;
}

static void first_picture(struct recording *rec, const struct au *key) RUNS_ON(on_rec)
{
	start(rec, key);
	if (!rec->open)
		return;
	write_unit(rec, key);
	for (uint32_t i = 0; i < rec->n_held; i++)
		write_unit(rec, rec->held[i]);
	let_go_of_held(rec);
	if (!rec->err)
		rec->env->events.started(rec->env->events.ctx, rec->conf.id);
}

void recording_unit(struct recording *rec, struct au *au)
{
	if (rec->err || !au->len ||
	    (au->codec != CODEC_H264 && au->codec != CODEC_OPUS)) {
		au_put(au);
		return;
	}
	if (!rec->open && au->codec == CODEC_OPUS) {
		hold(rec, au);
		return;
	}
	if (rec->open)
		write_unit(rec, au);
	else if (au->flags & AU_KEY)
		first_picture(rec, au);
	au_put(au);
}

void recording_tick(struct recording *rec)
{
	int64_t now_us = clock_us();

	if (rec->err || !rec->open)
		return;
	if (now_us >= rec->disk_us) {
		rec->disk_us = now_us + DISK_US;
		recording_fail(rec, disk_full(rec->env));
	}
	if (now_us >= rec->sync_us) {
		rec->sync_us = now_us + SYNC_US;
		recording_fail(rec, part_sync(rec->job->part, rec->env->syncer));
	}
}
