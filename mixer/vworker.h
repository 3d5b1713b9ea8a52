/* vworker.h - one video thread: decoders of its sources, its views, and their
 * rungs. Knows no rooms and no RTP. All calls but create and destroy are posts
 * from any thread, done in order; ids are chosen by the caller, never 0. What
 * opens is refused with -ENOBUFS when too many wait; for closing, scenes, taps and
 * source_off there is a reserve, and they need no memory.
 */
#ifndef MIXER_VWORKER_H
#define MIXER_VWORKER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/ring.h"
#include "mixer/scene.h"

struct vworker;

/* Called on the video thread: post and return. */
struct vworker_events {
	void *ctx;
	/* This source's decoder cannot go on without a key frame (called at most
	 * once a second per source). */
	void (*source_key_wanted)(void *ctx, uint32_t source);
	/* It has a picture now of this size after rotation, or (0, 0) none. */
	void (*source_picture)(void *ctx, uint32_t source, uint16_t w_px, uint16_t h_px);
	/* The first frame of this scene was composed at `pts_us` of the view. */
	void (*scene_live)(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us);
	/* A JPEG of the view (for who waits for video); the unit is the callee's. */
	void (*poster)(void *ctx, uint32_t view, struct au *jpeg);
	/* A recording's copy: each unit of a tapped rung; the unit is the callee's. */
	void (*tap)(void *ctx, uint32_t rung, struct au *au);
};

struct vworker_rings {
	struct ring *in;  /* consumes: id = source */
	struct ring *out; /* produces: id = rung (the outlet of the same number) */
};

int vworker_create(struct vworker **out, const struct vworker_rings *rings,
		   const struct vworker_events *events) AULA_MUST_CHECK;
void vworker_destroy(struct vworker *w); /* NULL is accepted */

struct view_conf {
	uint16_t w_px, h_px; /* the canvas; even, at most LIMIT_PIXELS */
	uint16_t fps;
};
int vworker_view_open(struct vworker *w, uint32_t view,
		      const struct view_conf *conf) AULA_MUST_CHECK;
int vworker_view_close(struct vworker *w, uint32_t view); /* its rungs too */
/* Takes the scene, also on failure. Live at the next frame edge; while no rung is
 * open and no poster is asked for there are no frames, and the newest one waits. */
int vworker_scene(struct vworker *w, uint32_t view, struct scene *scene);
/* Asks for one poster; answered by the event, at most one a second per view. */
int vworker_poster(struct vworker *w, uint32_t view);

int vworker_source_open(struct vworker *w, uint32_t source) AULA_MUST_CHECK;
int vworker_source_close(struct vworker *w, uint32_t source);
/* Its sender switched it off (or on): the tile shows the name at once. A
 * source without units for 2 s that was not switched off is shown frozen:
 * dimmed, with its last picture. */
int vworker_source_off(struct vworker *w, uint32_t source, bool off);

struct rung_conf {
	enum codec codec;    /* CODEC_H264 or CODEC_VP8 */
	uint16_t w_px, h_px; /* scaled from the canvas */
	uint16_t fps;
	uint32_t bps;
	uint32_t vbv_ms;
};
/* The encoder runs from here on until the rung is closed. */
int vworker_rung_open(struct vworker *w, uint32_t view, uint32_t rung,
		      const struct rung_conf *conf) AULA_MUST_CHECK;
int vworker_rung_close(struct vworker *w, uint32_t rung);
/* A key frame as soon as the key gate allows: one per rung per second. */
int vworker_rung_key(struct vworker *w, uint32_t rung);
/* Copies its units to the tap event, too. The first one comes at the next tick
 * and is a key frame, whatever the key gate says; at most one each 2 s. */
int vworker_rung_tap(struct vworker *w, uint32_t rung, bool on);

#endif
