/* rung.h - one encode of a view: decides which frames are worth encoding, and
 * gives the units away.
 */
#ifndef MIXER_RUNG_H
#define MIXER_RUNG_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/fan.h"
#include "mixer/picture.h"
#include "mixer/vworker.h"

#include <stdbool.h>
#include <stdint.h>

struct rung;

/* After the last change or key frame this many more are encoded at least: the picture
 * becomes sharp, and the rate control sees its frames evenly. */
#define RUNG_REFINE_FRAMES 8
/* A page goes on for as long, until a frame of it has next to nothing to say. */
#define RUNG_REFINE_US INT64_C(4000000)
/* An unchanged picture is encoded this often. */
#define RUNG_HEARTBEAT_US INT64_C(1000000)

/* Where the units go. */
struct rung_out {
	struct fan fan;
	const struct vworker_events *events;
	/* The pts of the last unit of any rung. A viewer may be moved from each rung
	 * to each other one, between two units of one tick, too, and to a view whose
	 * ticks came later: so each unit is later than the one before it, by
	 * RUNG_STEP_US at least, which RTP's clock of 90 kHz can tell. */
	int64_t *newest_us;
};
#define RUNG_STEP_US 12

int rung_create(struct rung **out, uint32_t id, uint32_t view,
		const struct rung_conf *conf) AULA_MUST_CHECK;
void rung_destroy(struct rung *rung) RUNS_ON(on_mix); /* NULL is accepted */

uint32_t rung_id(const struct rung *rung) RUNS_ON(on_mix);
uint32_t rung_view(const struct rung *rung) RUNS_ON(on_mix);
/* It gets the frames of another view from now on; the next one is encoded. */
void rung_moved(struct rung *rung, uint32_t view) RUNS_ON(on_mix);
/* Another encoder under the same id; its first unit is a key frame. What is the
 * same already changes nothing. -EINVAL for another codec. */
int rung_retune(struct rung *rung, const struct rung_conf *conf) AULA_MUST_CHECK
	RUNS_ON(on_mix);
void rung_stats(const struct rung *rung, struct rung_stats *out) RUNS_ON(on_mix);
void rung_key(struct rung *rung) RUNS_ON(on_mix);
/* As `to`; 0: no longer. */
void rung_tap(struct rung *rung, uint32_t to) RUNS_ON(on_mix);

struct rung_frame {
	const struct picture *canvas;
	int64_t pts_us;  /* rises; that of a unit may be a little later */
	int64_t tick_us; /* the view's period */
	bool changed;    /* since the frame before */
	bool late;       /* the tick was */
	bool forced;     /* to be encoded whatever the rung's own rate is */
};

/* One frame of the view. Encodes it, or leaves it out. */
void rung_frame(struct rung *rung, const struct rung_frame *frame,
		const struct rung_out *out) RUNS_ON(on_mix);

#endif
