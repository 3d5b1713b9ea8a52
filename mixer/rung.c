#include "mixer/rung.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mixer/cputime.h"
#include "mixer/encoder.h"
#include "mixer/keygate.h"
#include "mixer/scale.h"

#include <errno.h>
#include <stdlib.h>

/* A frame that says less than this part of its share refines nothing any more. */
#define SHARP_PART 12

_Static_assert((int)RUNG_QUICK == (int)ENCODER_EVEN &&
		       (int)RUNG_EVEN == (int)ENCODER_LIGHT &&
		       (int)RUNG_HARD == (int)ENCODER_HARD,
	       "an effort of a rung is one of its encoder");

struct rung {
	struct rung_conf conf;
	struct encoder *enc;
	struct picture *scaled; /* NULL until the canvas has another size */
	struct keygate gate;
	uint32_t tapped; /* as what; 0: it is not */
	bool dirty;      /* the canvas changed since the last frame encoded */
	uint32_t refine; /* frames to encode though nothing changed */
	bool started;
	int64_t last_us;  /* pts of the last frame encoded */
	int64_t due_us;   /* of the next one by the rung's own rate */
	int64_t moved_us; /* pts of the last change or key frame */
	struct rung_stats stats;
};

static int open_encoder(struct encoder **out, const struct rung_conf *conf)
{
	const struct encoder_conf enc = {.codec = conf->codec,
					 .w_px = conf->w_px,
					 .h_px = conf->h_px,
					 .fps = conf->fps,
					 .bps = conf->bps,
					 .vbv_ms = conf->vbv_ms,
					 .effort = (enum encoder_effort)conf->effort,
					 .high = conf->high,
					 .screen = conf->screen};

	return conf->effort <= RUNG_HARD ? encoder_create(out, &enc) : -EINVAL;
}

int rung_create(struct rung **out, uint32_t id, uint32_t view,
		const struct rung_conf *conf)
{
	struct rung *rung = calloc(1, sizeof(*rung));
	int err;

	if (!rung)
		return -ENOMEM;
	rung->stats.rung = id;
	rung->stats.view = view;
	rung->conf = *conf;
	rung->gate.period_us = conf->key_ms * MS_US;
	err = open_encoder(&rung->enc, conf);
	if (err) {
		free(rung);
		return err;
	}
	count_add(COUNT_ENCODERS, 1);
	*out = rung;
	return 0;
}

static bool same_coding(const struct rung_conf *a, const struct rung_conf *b)
{
	return a->w_px == b->w_px && a->h_px == b->h_px && a->fps == b->fps &&
	       a->bps == b->bps && a->vbv_ms == b->vbv_ms && a->effort == b->effort &&
	       a->high == b->high && a->screen == b->screen;
}

int rung_retune(struct rung *rung, const struct rung_conf *conf)
{
	struct encoder *enc = NULL;
	int err;

	if (conf->codec != rung->conf.codec)
		return -EINVAL;
	if (!same_coding(conf, &rung->conf)) {
		err = open_encoder(&enc, conf);
		if (err)
			return err;
		encoder_destroy(rung->enc);
		picture_destroy(rung->scaled);
		rung->enc = enc;
		rung->scaled = NULL;
		rung->started = false;
		rung->dirty = true;
		rung->refine = RUNG_REFINE_FRAMES;
	}
	rung->conf = *conf;
	rung->gate.period_us = conf->key_ms * MS_US;
	return 0;
}

void rung_destroy(struct rung *rung)
{
	if (!rung)
		return;
	count_add(COUNT_ENCODERS, -1);
	encoder_destroy(rung->enc);
	picture_destroy(rung->scaled);
	free(rung);
}

uint32_t rung_id(const struct rung *rung)
{
	return rung->stats.rung;
}

uint32_t rung_view(const struct rung *rung)
{
	return rung->stats.view;
}

void rung_moved(struct rung *rung, uint32_t view)
{
	rung->stats.view = view;
	rung->dirty = true;
	rung->refine = RUNG_REFINE_FRAMES;
}

void rung_stats(const struct rung *rung, struct rung_stats *out)
{
	*out = rung->stats;
}

void rung_key(struct rung *rung)
{
	keygate_ask(&rung->gate);
}

void rung_tap(struct rung *rung, uint32_t to)
{
	/* nothing before a key frame can be recorded */
	if (to && !rung->tapped)
		keygate_ask_urgently(&rung->gate);
	rung->tapped = to;
}

static bool worth_it(const struct rung *rung, const struct rung_frame *frame)
{
	int64_t slack = frame->tick_us / 2; /* ticks of two rates never fit exactly */

	if (!rung->started || frame->forced)
		return true;
	if (keygate_open(&rung->gate, frame->pts_us)) /* somebody sees nothing now */
		return true;
	if (frame->pts_us + slack < rung->due_us)
		return false;
	return rung->dirty || rung->refine ||
	       frame->pts_us - rung->last_us >= RUNG_HEARTBEAT_US - slack;
}

static void reckon(struct rung *rung, const struct rung_frame *frame)
{
	int64_t period = SEC_US / rung->conf.fps;
	int64_t slack = frame->tick_us / 2;

	if (!rung->dirty && rung->refine)
		rung->refine--;
	rung->dirty = false;
	/* on its own grid as long as it keeps it, else a new one from here */
	if (!rung->started || frame->pts_us + slack < rung->due_us ||
	    frame->pts_us - slack > rung->due_us)
		rung->due_us = frame->pts_us;
	rung->due_us += period;
	rung->last_us = frame->pts_us;
	rung->started = true;
}

static int fit(struct rung *rung, const struct picture *canvas,
	       const struct picture **out)
{
	int err;

	if (canvas->w_px == rung->conf.w_px && canvas->h_px == rung->conf.h_px) {
		*out = canvas;
		return 0;
	}
	if (!rung->scaled) {
		err = picture_create(&rung->scaled, rung->conf.w_px, rung->conf.h_px);
		if (err)
			return err;
	}
	err = scale_whole(canvas, rung->scaled);
	if (!err)
		*out = rung->scaled;
	return err;
}

static void give(struct rung *rung, struct au *au, const struct rung_out *out)
{
	if (rung->tapped && out->events->tap)
		out->events->tap(out->events->ctx, rung->tapped, rung->stats.rung,
				 au_get(au));
	if (fan_push(&out->fan, rung->conf.nets, rung->stats.rung, au)) {
		/* what comes after a hole is of no use before a key frame */
		count_add(COUNT_REJECT_QUEUE, 1);
		keygate_ask(&rung->gate);
	}
}

static int encode(struct rung *rung, const struct rung_frame *frame, bool key,
		  int64_t *newest_us, struct au **out)
{
	int64_t before = cputime_us(), pts_us = frame->pts_us;
	const struct picture *pic = NULL;
	int err = fit(rung, frame->canvas, &pic);

	if (pts_us < *newest_us + RUNG_STEP_US)
		pts_us = *newest_us + RUNG_STEP_US;
	if (!err)
		err = encoder_encode(rung->enc, pic, pts_us, key, out);
	if (!err)
		*newest_us = pts_us;
	before = cputime_us() - before;
	count_add(COUNT_ENCODE_US, before);
	rung->stats.cpu_us += (uint64_t)before;
	return err;
}

/* A page that is not sharp yet goes on being refined. */
static void refine(struct rung *rung, const struct rung_frame *frame, size_t bytes)
{
	size_t share = rung->conf.bps / 8 / rung->conf.fps;

	if (rung->conf.screen && rung->refine == 0 &&
	    frame->pts_us - rung->moved_us < RUNG_REFINE_US && bytes * SHARP_PART > share)
		rung->refine = 1;
}

static void note(struct rung *rung, const struct rung_frame *frame, const struct au *au)
{
	count_add(COUNT_FRAMES_ENCODED, 1);
	rung->stats.frames++;
	rung->stats.bytes += au->len;
	rung->stats.late += frame->late;
	if (au->flags & AU_KEY) {
		count_add(COUNT_KEY_FRAMES, 1);
		rung->stats.keys++;
		keygate_passed(&rung->gate, frame->pts_us);
		/* coarser than what it replaces, since it had to be small */
		rung->refine = RUNG_REFINE_FRAMES;
		rung->moved_us = frame->pts_us;
	}
}

/* Who looks at it later moves about by key frames. */
static bool recording_waits(const struct rung *rung, int64_t now_us)
{
	return rung->tapped && rung->conf.key_most_ms && rung->gate.used &&
	       now_us - rung->gate.last_us >= rung->conf.key_most_ms * MS_US;
}

void rung_frame(struct rung *rung, const struct rung_frame *frame,
		const struct rung_out *out)
{
	struct au *au = NULL;
	bool key;
	int err;

	if (recording_waits(rung, frame->pts_us))
		keygate_ask(&rung->gate);
	key = keygate_open(&rung->gate, frame->pts_us);
	if (frame->changed) {
		rung->dirty = true;
		rung->refine = RUNG_REFINE_FRAMES;
		rung->moved_us = frame->pts_us;
	}
	if (!worth_it(rung, frame))
		return;
	err = encode(rung, frame, key, out->newest_us, &au);
	reckon(rung, frame);
	if (err) {
		log_warn("encode_failed", "rung=%u err=%d", rung->stats.rung, err);
		keygate_ask(&rung->gate);
		return;
	}
	note(rung, frame, au);
	refine(rung, frame, au->len);
	give(rung, au, out);
}
