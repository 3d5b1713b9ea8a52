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
#include "base/limits.h"
#include "base/ring.h"
#include "mixer/picture.h"
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
	/* What vworker_still() asked for: WebP or JPEG, as its first bytes say. The
	 * unit is the callee's. */
	void (*still)(void *ctx, uint32_t view, struct au *picture);
	/* No encoder could be made for the rung that was opened. */
	void (*rung_failed)(void *ctx, uint32_t rung);
	/* A recording's copy: each unit of a rung that is tapped as `to`; the unit is
	 * the callee's. */
	void (*tap)(void *ctx, uint32_t to, uint32_t rung, struct au *au);
	/* The same of a tapped source: as it came, key frames with w_px and h_px. */
	void (*source_tap)(void *ctx, uint32_t to, uint32_t source, struct au *au);
};

/* From and to each net thread. */
struct vworker_rings {
	struct ring *in[LIMIT_NETS]; /* consumes: id = source */
	/* produces: id = rung (the outlet of the same number) */
	struct ring *out[LIMIT_NETS];
	uint32_t n;
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
/* Another canvas or rate: the scene is drawn anew, the rungs go on. */
int vworker_view_retune(struct vworker *w, uint32_t view,
			const struct view_conf *conf) AULA_MUST_CHECK;
/* Takes the scene, also on failure. Live at the next frame edge; while no rung is
 * open and no poster is asked for there are no frames, and the newest one waits. */
int vworker_scene(struct vworker *w, uint32_t view, struct scene *scene);
/* Asks for one poster; answered by the event, at most one a second per view. While
 * no rung is open it waits up to a second for pictures of the sources it shows. */
int vworker_poster(struct vworker *w, uint32_t view);
/* Asks for a picture of at most `max_bytes` whose longer side is at most `side_px`:
 * as good as that allows, smaller if it must be. Answered by the event, at most
 * one a second per view; of several wishes within that second the last one counts. */
int vworker_still(struct vworker *w, uint32_t view, uint16_t side_px, uint32_t max_bytes);
/* The same as a JPEG. */
int vworker_jpeg(struct vworker *w, uint32_t view, uint16_t side_px, uint32_t max_bytes);

/* A source is decoded while it is in the live or the waiting scene of a view that
 * has a rung open, or a poster or still asked for. Of others only the size is
 * looked at; when one comes into sight, a key frame is wanted of it at once. */
int vworker_source_open(struct vworker *w, uint32_t source) AULA_MUST_CHECK;
int vworker_source_close(struct vworker *w, uint32_t source);
/* Its sender switched it off (or on): the tile shows the name at once. A
 * source without units for 2 s that was not switched off is shown frozen:
 * dimmed, with its last picture. */
int vworker_source_off(struct vworker *w, uint32_t source, bool off);
/* Copies its units to the source_tap event, too, for `to` (not 0), and wants a key frame;
 * 0: no more. It ends with the source; what comes while that is off is not copied. */
int vworker_source_tap(struct vworker *w, uint32_t source, uint32_t to);
/* It shows this picture from the next frame on, until another one is put there: of a
 * source without units, whose picture never freezes. Takes it, also on failure. */
int vworker_source_put(struct vworker *w, uint32_t source,
		       struct picture *picture) AULA_MUST_CHECK;

/* How hard the encoder looks for a better way: the smaller the picture, the more
 * it may. x264: superfast, veryfast, faster. */
enum rung_effort { RUNG_QUICK, RUNG_EVEN, RUNG_HARD };

struct rung_conf {
	enum codec codec;    /* CODEC_H264, CODEC_VP8 or CODEC_AV1 */
	uint16_t w_px, h_px; /* scaled from the canvas */
	uint16_t fps;
	uint32_t bps;
	uint32_t vbv_ms;
	enum rung_effort effort;
	bool high;       /* H.264: high profile, else constrained baseline */
	bool screen;     /* pages of text: full sharpness counts more than motion */
	uint16_t key_ms; /* from one key frame to the next at least; 0: 1000 */
	uint16_t
		key_most_ms; /* and at most while it is tapped; 0: when it is asked for */
	uint32_t nets;       /* which out rings get its units, a bit each; 0: all */
};
#define RUNG_NETS_NONE (1u << 31) /* no out ring: only who taps it */
_Static_assert(LIMIT_NETS < 32, "no ring has this bit");
/* The encoder runs from here on until the rung is closed. */
int vworker_rung_open(struct vworker *w, uint32_t view, uint32_t rung,
		      const struct rung_conf *conf) AULA_MUST_CHECK;
int vworker_rung_close(struct vworker *w, uint32_t rung);
/* Another size, rate or kind of content, the same codec: its next unit is a key
 * frame. What is the same already changes nothing; nor do key_ms, key_most_ms and nets
 * begin it anew. */
int vworker_rung_retune(struct vworker *w, uint32_t rung,
			const struct rung_conf *conf) AULA_MUST_CHECK;
/* It is made of another view from now on. The encoder goes on: that costs no key
 * frame, only what is different. What conf changes costs what a retune costs. */
int vworker_rung_move(struct vworker *w, uint32_t rung, uint32_t view,
		      const struct rung_conf *conf);
/* A key frame as soon as the key gate allows: one per rung per second. */
int vworker_rung_key(struct vworker *w, uint32_t rung);
/* Gives its units to the tap event, too, as those of `to`; 0: no longer. The first one
 * comes at the next tick and is a key frame, whatever the key gate says; at most one each
 * 2 s. */
int vworker_rung_tap(struct vworker *w, uint32_t rung, uint32_t to);

/* Under load: views make only that part of their frames, 10 to 100 percent. */
int vworker_pace(struct vworker *w, uint32_t percent);

struct rung_stats {
	uint32_t rung, view;
	uint64_t frames, keys, bytes; /* encoded since it was opened */
	uint64_t cpu_us;              /* of scaling and encoding */
	uint64_t late;                /* frames of ticks that came late */
};

struct view_stats {
	uint32_t view;
	uint64_t ticks, late, missed; /* late: by more than 20 ms; missed: not made */
	uint64_t compose_us;          /* CPU time of drawing */
	uint64_t decode_us; /* of its sources; a source in several views: in one */
};

/* Good during the call only. */
struct vworker_stats {
	const struct view_stats *views;
	const struct rung_stats *rungs;
	uint32_t n_views, n_rungs;
	/* How late the ticks of the last 10 s came. */
	uint32_t late_ticks; /* all ticks of that time */
	uint32_t late_p99_us, late_max_us;
};

/* Calls done() on the video thread. -ENOBUFS, -ENOMEM. When there is no memory for
 * the lists by then, their numbers are 0. */
int vworker_stats(struct vworker *w,
		  void (*done)(void *ctx, const struct vworker_stats *stats), void *ctx);

#endif
