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

struct rung {
	uint32_t id, view;
	struct rung_conf conf;
	struct encoder *enc;
	struct picture *scaled; /* NULL until the canvas has another size */
	struct keygate gate;
	bool tapped;
	bool dirty;      /* the canvas changed since the last frame encoded */
	uint32_t refine; /* frames to encode though nothing changed */
	bool started;
	int64_t last_us; /* pts of the last frame encoded */
	int64_t due_us;  /* of the next one by the rung's own rate */
};

int rung_create(struct rung **out, uint32_t id, uint32_t view,
		const struct rung_conf *conf)
{
	struct encoder_conf enc = {conf->codec, conf->w_px, conf->h_px,
				   conf->fps,   conf->bps,  conf->vbv_ms};
	struct rung *rung = calloc(1, sizeof(*rung));
	int err;

	if (!rung)
		return -ENOMEM;
	rung->id = id;
	rung->view = view;
	rung->conf = *conf;
	err = encoder_create(&rung->enc, &enc);
	if (err) {
		free(rung);
		return err;
	}
	count_add(COUNT_ENCODERS, 1);
	*out = rung;
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
	return rung->id;
}

uint32_t rung_view(const struct rung *rung)
{
	return rung->view;
}

void rung_key(struct rung *rung)
{
	keygate_ask(&rung->gate);
}

void rung_tap(struct rung *rung, bool on)
{
	/* nothing before a key frame can be recorded */
	if (on && !rung->tapped)
		keygate_ask_urgently(&rung->gate);
	rung->tapped = on;
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
		out->events->tap(out->events->ctx, rung->id, au_get(au));
	if (ring_push(out->ring, rung->id, au)) {
		/* what comes after a hole is of no use before a key frame */
		count_add(COUNT_REJECT_QUEUE, 1);
		keygate_ask(&rung->gate);
	}
}

static int encode(struct rung *rung, const struct rung_frame *frame, bool key,
		  struct au **out)
{
	int64_t before = cputime_us();
	const struct picture *pic = NULL;
	int err = fit(rung, frame->canvas, &pic);

	if (!err)
		err = encoder_encode(rung->enc, pic, frame->pts_us, key, out);
	count_add(COUNT_ENCODE_US, cputime_us() - before);
	return err;
}

void rung_frame(struct rung *rung, const struct rung_frame *frame,
		const struct rung_out *out)
{
	bool key = keygate_open(&rung->gate, frame->pts_us);
	struct au *au = NULL;
	int err;

	if (frame->changed) {
		rung->dirty = true;
		rung->refine = RUNG_REFINE_FRAMES;
	}
	if (!worth_it(rung, frame))
		return;
	err = encode(rung, frame, key, &au);
	reckon(rung, frame);
	if (err) {
		log_warn("encode_failed", "rung=%u err=%d", rung->id, err);
		keygate_ask(&rung->gate);
		return;
	}
	count_add(COUNT_FRAMES_ENCODED, 1);
	if (au->flags & AU_KEY) {
		count_add(COUNT_KEY_FRAMES, 1);
		keygate_passed(&rung->gate, frame->pts_us);
	}
	give(rung, au, out);
}
