/* limiter.h - holds peaks of a sound down, those between the samples, too (as ITU-R
 * BS.1770-4, Annex 2, finds them: at four times the rate): the gain sinks in the 5 ms
 * before a peak, and rises again in about 80 ms. Mono of 48 kHz.
 */
#ifndef DERIVE_LIMITER_H
#define DERIVE_LIMITER_H

#include <stdint.h>

#define LIMITER_AHEAD 240 /* samples */
#define LIMITER_SPAN  6   /* samples that a point between two hangs on, to each side */
/* What comes out is what went in so many samples before. */
#define LIMITER_DELAY (LIMITER_AHEAD + LIMITER_SPAN)

struct limiter {
	float ceiling;
	float past[2 * LIMITER_SPAN]; /* what came last, newest last */
	float waiting[LIMITER_AHEAD]; /* a ring, by `at` */
	float gains[LIMITER_AHEAD];   /* of the same time, as they are averaged */
	double sum;                   /* of them */
	float gain;                   /* the last one */
	int64_t at;                   /* samples whose peaks are known */
	/* the least of what is ahead: the first of those that may become it */
	struct {
		int64_t at;
		float gain;
	} least[LIMITER_AHEAD + 1];
	int first, n;  /* a ring, too */
	int hot;       /* samples for which one is near that is loud */
	float between; /* the highest point behind the one in the middle */
};

/* `ceiling`: above 0, of full scale. */
void limiter_init(struct limiter *limiter, float ceiling);
/* `n` samples in place; the first LIMITER_DELAY of all that come out are silence. */
void limiter_run(struct limiter *limiter, float *pcm, int n);

#endif
