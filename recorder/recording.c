#include "recorder/recording.h"

#include "base/clock.h"
#include "base/log.h"
#include "recorder/annexb.h"
#include "recorder/edition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MAX 64 /* sound units; the oldest goes when full */

struct recording {
	struct rec_env *env;
	uint32_t id;
	struct edition *editions[EDITIONS_MAX]; /* NULL: it has ended */
	enum { WAITING, RUNNING, PAUSED } state;
	/* While it runs: the media time of its zero, and where it began or went on. */
	int64_t zero_us, base_us;
	int64_t end_us; /* how far it has come */
	bool told;      /* that it began or went on: the first unit is written */
	/* Sound that came before its picture, which takes longer to encode. */
	struct au *held[HELD_MAX];
	uint32_t n_held;
};

#define EACH_EDITION(rec, e) \
	for (uint32_t i_ = 0; i_ < EDITIONS_MAX; i_++) \
		for (struct edition *e = (rec)->editions[i_]; e; e = NULL)

static void let_go_of_held(struct recording *rec)
{
	for (uint32_t i = 0; i < rec->n_held; i++)
		au_put(rec->held[i]);
	rec->n_held = 0;
}

static int editions_create(struct recording *rec, const struct recording_conf *conf)
	RUNS_ON(on_rec)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < conf->n_editions; i++)
		err = edition_create(&rec->editions[i], rec->env, conf, i);
	return err;
}

int recording_create(struct recording **out, struct rec_env *env,
		     const struct recording_conf *conf)
{
	struct recording *rec = calloc(1, sizeof(*rec));

	if (!rec)
		return -ENOMEM;
	rec->env = env;
	rec->id = conf->id;
	if (editions_create(rec, conf)) {
		EACH_EDITION(rec, e)
		edition_drop(e);
		free(rec);
		return -ENOMEM;
	}
	*out = rec;
	return 0;
}

void recording_destroy(struct recording *rec)
{
	EACH_EDITION(rec, e)
	edition_destroy(e);
	let_go_of_held(rec);
	free(rec);
}

uint32_t recording_id(const struct recording *rec)
{
	return rec->id;
}

/* ---- units ---------------------------------------------------------------------- */

static bool wants(const struct recording *rec, uint32_t video) RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_video(e) == video && !edition_failed(e))
		return true;
	return false;
}

static bool has_video(const struct recording *rec) RUNS_ON(on_rec)
{
	EACH_EDITION(rec, e)
	if (edition_video(e) && !edition_failed(e))
		return true;
	return false;
}

/* Once, when something was written: the edition that it began with may have failed. */
static void tell(struct recording *rec) RUNS_ON(on_rec)
{
	if (rec->told || rec->end_us <= rec->base_us)
		return;
	rec->told = true;
	rec->env->events.started(rec->env->events.ctx, rec->id, rec->base_us / MS_US);
}

/* To each that wants it. Does not take the unit. */
static void give(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec)
{
	bool sound = au->codec == CODEC_OPUS;
	int64_t at_us = au->pts_us - rec->zero_us;

	/* another encoder's key frame may be of the moment before */
	if (au->flags & AU_KEY && !sound && at_us < rec->base_us)
		at_us = rec->base_us;
	if (at_us < rec->base_us)
		return;
	EACH_EDITION(rec, e)
	{
		if (!sound && edition_video(e) != video)
			continue;
		edition_unit(e, au, at_us);
		if (edition_end_us(e) > rec->end_us)
			rec->end_us = edition_end_us(e);
	}
	tell(rec);
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

/* Can the recording begin, or go on, with this one? */
static bool begins(const struct recording *rec, uint32_t video, const struct au *au)
	RUNS_ON(on_rec)
{
	uint8_t sets[ANNEXB_SETS_MAX];

	if (au->codec == CODEC_OPUS)
		return !has_video(rec);
	return au->flags & AU_KEY && wants(rec, video) &&
	       annexb_sets(au->data, au->len, sets) >= 0;
}

static void begin(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec)
{
	rec->base_us = rec->end_us;
	rec->zero_us = au->pts_us - rec->base_us;
	rec->state = RUNNING;
	rec->told = false;
	give(rec, video, au);
	for (uint32_t i = 0; i < rec->n_held; i++)
		give(rec, 0, rec->held[i]);
	let_go_of_held(rec);
}

void recording_unit(struct recording *rec, uint32_t video, struct au *au)
{
	bool known = au->codec == CODEC_H264 || au->codec == CODEC_OPUS;

	if (!known || !au->len || rec->state == PAUSED) {
		au_put(au);
		return;
	}
	if (rec->state == RUNNING) {
		give(rec, video, au);
	} else if (begins(rec, video, au)) {
		begin(rec, video, au);
	} else if (au->codec == CODEC_OPUS) {
		hold(rec, au);
		return;
	}
	au_put(au);
}

/* ---- what happens to it ---------------------------------------------------------- */

void recording_halt(struct recording *rec)
{
	rec->state = PAUSED;
	let_go_of_held(rec);
	EACH_EDITION(rec, e)
	edition_cut(e);
}

void recording_go_on(struct recording *rec)
{
	if (rec->state == PAUSED)
		rec->state = WAITING;
}

void recording_tick(struct recording *rec)
{
	EACH_EDITION(rec, e)
	edition_tick(e);
}

void recording_caught_up(struct recording *rec)
{
	EACH_EDITION(rec, e)
	edition_rest(e);
}

void recording_slow(struct recording *rec)
{
	struct edition *worst = NULL;
	int64_t all_us = 0;
	bool alone;

	EACH_EDITION(rec, e)
	{
		all_us += edition_spent_us(e);
		if (!worst || edition_spent_us(e) > edition_spent_us(worst))
			worst = e;
	}
	alone = worst && 2 * edition_spent_us(worst) > all_us;
	EACH_EDITION(rec, e)
	{
		if (!alone || e == worst)
			edition_fail(e, -EOVERFLOW);
		edition_cut(e);
		edition_rest(e);
	}
}

bool recording_settle(struct recording *rec)
{
	bool left = false;

	EACH_EDITION(rec, e)
	left |= !edition_failed(e);
	for (uint32_t i = 0; i < EDITIONS_MAX; i++) {
		if (!rec->editions[i] || !edition_failed(rec->editions[i]))
			continue;
		if (left)
			edition_tell(rec->editions[i]);
		edition_destroy(rec->editions[i]);
		rec->editions[i] = NULL;
	}
	return left;
}
