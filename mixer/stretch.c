#include "mixer/stretch.h"

#include <math.h>
#include <string.h>

#define WINDOW 240 /* samples that are compared and faded, 5 ms */
#define ALIKE  0.85f
#define QUIET  (WINDOW * 1e-6f) /* energy of a window at -60 dB */

/* Likeness of the first window and the one `lag` later, -1 to 1, by every
 * `stride`th sample. */
static float likeness(const float *pcm, uint32_t lag, uint32_t stride)
{
	float xy = 0, xx = 0, yy = 0;

	for (uint32_t i = 0; i < WINDOW; i += stride) {
		float x = pcm[i], y = pcm[i + lag];

		xy += x * y;
		xx += x * x;
		yy += y * y;
	}
	if ((xx + yy) * (float)stride < QUIET)
		return 1;
	return xy / sqrtf(xx * yy + 1e-12f);
}

/* The lag where the sound repeats itself best, or 0. */
static uint32_t find_lag(const float *pcm, bool force)
{
	uint32_t best = STRETCH_MAX, from, to;
	float best_like = likeness(pcm, best, 4), like;

	for (uint32_t lag = STRETCH_MAX; lag >= STRETCH_MIN; lag -= 4) {
		like = likeness(pcm, lag, 4);
		if (like > best_like) {
			best_like = like;
			best = lag;
		}
	}
	from = best < STRETCH_MIN + 3 ? STRETCH_MIN : best - 3;
	to = best > STRETCH_MAX - 3 ? STRETCH_MAX : best + 3;
	best_like = likeness(pcm, best, 1);
	for (uint32_t lag = from; lag <= to; lag++) {
		like = likeness(pcm, lag, 1);
		if (like > best_like) {
			best_like = like;
			best = lag;
		}
	}
	return best_like >= ALIKE || force ? best : 0;
}

/* Writes a fade from `from` to `into`; `pcm` may be one of them. */
static void fade(float *pcm, const float *from, const float *into)
{
	for (uint32_t i = 0; i < WINDOW; i++) {
		float w = ((float)i + 0.5f) / WINDOW;

		pcm[i] = from[i] * (1 - w) + into[i] * w;
	}
}

uint32_t stretch_shrink(float *pcm, uint32_t n, bool force)
{
	uint32_t lag = n < STRETCH_NEEDS ? 0 : find_lag(pcm, force);
	float head[WINDOW];

	if (!lag)
		return n;
	memcpy(head, pcm, sizeof(head)); /* may reach into what is written */
	fade(pcm + lag, head, pcm + lag);
	memmove(pcm, pcm + lag, (n - lag) * sizeof(*pcm));
	return n - lag;
}

uint32_t stretch_grow(float *pcm, uint32_t n, bool force)
{
	uint32_t lag = n < STRETCH_NEEDS ? 0 : find_lag(pcm, force);
	float head[WINDOW];

	if (!lag)
		return n;
	/* the first `lag` samples are heard twice */
	memcpy(head, pcm, sizeof(head));
	memmove(pcm + lag + WINDOW, pcm + WINDOW, (n - WINDOW) * sizeof(*pcm));
	fade(pcm + lag, pcm + lag, head);
	return n + lag;
}
