/* limiter.h - keeps a mix below full scale without distorting it: looks 5 ms
 * ahead and turns down in time, comes back within about 0.3 s. What is below
 * the ceiling passes untouched, 5 ms later.
 */
#ifndef MIXER_LIMITER_H
#define MIXER_LIMITER_H

#include "mixer/pcm.h"

#define LIMITER_CEILING 0.89f /* -1 dB: room for what Opus adds */
#define LIMITER_BLOCK   48    /* samples, 1 ms */
#define LIMITER_AHEAD   5     /* blocks */

struct limiter {
	float held[LIMITER_AHEAD * LIMITER_BLOCK]; /* not out yet */
	float allowed[LIMITER_AHEAD]; /* gain each held block may have at most */
	float before;                 /* the same of the last block that went out */
	float gain;                   /* where the last block that went out ended */
};

void limiter_init(struct limiter *lim);

/* One tick of sound, in place. */
void limiter_run(struct limiter *lim, float pcm[PCM_TICK]);

#endif
