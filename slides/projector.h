/* projector.h - the thread that plays clips into classes: starts the program that reads
 * them, and gives what comes from it to whom it is for, by the clock. Knows no rooms.
 *
 * Pictures are given when they are due, sound up to PROJECTOR_AHEAD_US before, with the
 * time at which it is. What comes late moves the clock of its clip.
 */
#ifndef SLIDES_PROJECTOR_H
#define SLIDES_PROJECTOR_H

#include "base/attr.h"
#include "slides/leaf.h"
#include "slides/reel.h"

#include <stdbool.h>
#include <stdint.h>

#define PROJECTOR_AHEAD_US INT64_C(160000)

struct projector;

/* How it goes on; see projector_events. */
struct projector_state {
	uint32_t id, run;
	bool playing, ended;
	enum sheet_fault fault; /* why it ended */
	uint16_t w_px, h_px;    /* upright; 0: no picture yet */
	uint32_t at_ms, length_ms;
};

/* Called on the projector's thread: post and return. */
struct projector_events {
	void *ctx;
	/* The leaf is the callee's. */
	void (*picture)(void *ctx, uint32_t id, struct leaf *leaf, uint16_t rotation_deg);
	/* Due at this time of clock_us(). */
	void (*sound)(void *ctx, uint32_t id, int64_t due_us,
		      const int16_t pcm[REEL_BLOCK]);
	/* It began, was paused or goes on, or ended: the last word of this run. */
	void (*state)(void *ctx, const struct projector_state *state);
};

int projector_create(struct projector **out, const char *helper,
		     const struct projector_events *events) AULA_MUST_CHECK;
/* Ends all, without a word. NULL is accepted. */
void projector_destroy(struct projector *projector);

/* ANY_THREAD. From there on, under a number of the caller's; in place of what `id`
 * plays. -ENOBUFS, -ENOMEM. */
int projector_play(struct projector *projector, uint32_t id, uint32_t run,
		   const char *source, uint32_t from_ms, bool paused) AULA_MUST_CHECK;
/* ANY_THREAD. What it does not play is left alone. */
void projector_pause(struct projector *projector, uint32_t id, bool on);
void projector_stop(struct projector *projector, uint32_t id);

#endif
