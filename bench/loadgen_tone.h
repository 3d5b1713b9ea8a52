/* loadgen_tone.h - finds, to the sample, where one tone begins in a sound that holds
 * other things, too. Pure; one owner.
 *
 * The sound is shifted by the tone's frequency down to zero and averaged twice over
 * 5 ms: a triangle, which lets pass nothing that is more than some 400 Hz away. A tone
 * that begins at once passes half of its final strength when the middle of the
 * triangle meets its beginning, whatever the strength is.
 */
#ifndef BENCH_LOADGEN_TONE_H
#define BENCH_LOADGEN_TONE_H

#include <stdbool.h>
#include <stdint.h>

#define LG_TONE_HZ    48000 /* samples a second */
#define LG_TONE_SPAN  240   /* samples of each average */
#define LG_TONE_RING  4096  /* a power of two; more than is looked back at */
#define LG_TONE_LEAST 0.02f /* amplitude; what is fainter is none */

struct lg_tone {
	double turn_re, turn_im; /* from one sample to the next */
	double re, im;           /* the shift at the next sample */
	double once[2][LG_TONE_SPAN], twice[2][LG_TONE_SPAN];
	double sum_once[2], sum_twice[2];
	float strength[LG_TONE_RING]; /* by the sample's number */
	int64_t next;                 /* number of the next sample */
	uint32_t known;               /* samples in a row, saturates at LG_TONE_RING */
	int64_t seen;                 /* it was there first; -1: not there */
	int64_t deaf_until;           /* the same tone is not found again before */
};

void lg_tone_init(struct lg_tone *t, double hz);

/* Takes `n` samples, the first of number `at`; after a gap it begins anew. True when a
 * beginning was found: *onset is the number of the sample, with a fraction. */
bool lg_tone_feed(struct lg_tone *t, const float *pcm, uint32_t n, int64_t at,
		  double *onset);

#endif
