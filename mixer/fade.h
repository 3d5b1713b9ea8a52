/* fade.h - one picture programme goes over from what it showed to what it shows: both
 * are mixed for some frames. The first of them is mixed already, so that nothing is seen
 * later than without. One thread.
 */
#ifndef MIXER_FADE_H
#define MIXER_FADE_H

#include "base/attr.h"
#include "mixer/picture.h"

#include <stdbool.h>
#include <stdint.h>

struct fade { /* all zeros: none runs */
	struct picture *from, *mixed;
	bool shows; /* `mixed` is what was shown last */
	int64_t start_us, length_us;
};

/* Begins one at the frame of `pts_us`, `tick_us` of which is the first part of it; what
 * was shown last is `canvas`, or what a fade that runs made of it. Without memory, or
 * when a frame is as long as the whole, there is none. */
void fade_start(struct fade *f, const struct picture *canvas, int64_t pts_us,
		int64_t tick_us, int64_t length_us);
/* Lets go of what it keeps. */
void fade_stop(struct fade *f);
bool fade_runs(const struct fade *f);

/* What is to be seen at `pts_us`: a mixture, or `canvas` itself when it is over. */
const struct picture *fade_mix(struct fade *f, const struct picture *canvas,
			       int64_t pts_us);

/* How much of 256 is new; 256: it is over. */
uint32_t fade_part(const struct fade *f, int64_t pts_us);

#endif
