#include "mixer/limiter.h"

#include <string.h>

#define HELD    (LIMITER_AHEAD * LIMITER_BLOCK)
#define BLOCKS  ((HELD + PCM_TICK) / LIMITER_BLOCK)
#define RELEASE 0.01f /* of what is missing to 1, per block */

void limiter_init(struct limiter *lim)
{
	*lim = (struct limiter){.before = 1, .gain = 1};
	for (int i = 0; i < LIMITER_AHEAD; i++)
		lim->allowed[i] = 1;
}

static float block_allowed(const float *pcm)
{
	float peak = 0;

	for (int i = 0; i < LIMITER_BLOCK; i++) {
		float v = fabsf(pcm[i]);

		if (v > peak)
			peak = v;
	}
	return peak > LIMITER_CEILING ? LIMITER_CEILING / peak : 1;
}

/* The gain at the end of the block before allowed[0]. At the edge of two blocks
 * it must suit both; a loud block further ahead pulls by its nearness, so that
 * the gain gets there on a straight line. */
static float edge_gain(float from, float before, const float *allowed)
{
	float gain = from + (1 - from) * RELEASE;

	for (int m = 0; m < LIMITER_AHEAD; m++) {
		float here = m == 0 ? before : allowed[m - 1], edge;

		edge = here < allowed[m] ? here : allowed[m];
		edge += (1 - edge) * (float)m / LIMITER_AHEAD;
		if (edge < gain)
			gain = edge;
	}
	return gain;
}

void limiter_run(struct limiter *lim, float pcm[PCM_TICK])
{
	float line[HELD + PCM_TICK], allowed[BLOCKS];

	memcpy(line, lim->held, sizeof(lim->held));
	memcpy(line + HELD, pcm, PCM_TICK * sizeof(*pcm));
	memcpy(allowed, lim->allowed, sizeof(lim->allowed));
	for (int b = LIMITER_AHEAD; b < BLOCKS; b++)
		allowed[b] = block_allowed(line + b * LIMITER_BLOCK);

	for (int b = 0; b + LIMITER_AHEAD < BLOCKS; b++) {
		float from = lim->gain;
		float to = edge_gain(from, allowed[b], allowed + b + 1);
		float step = (to - from) / LIMITER_BLOCK;

		for (int i = 0; i < LIMITER_BLOCK; i++)
			pcm[b * LIMITER_BLOCK + i] = line[b * LIMITER_BLOCK + i] *
						     (from + step * (float)(i + 1));
		lim->gain = to;
		lim->before = allowed[b];
	}
	memcpy(lim->held, line + PCM_TICK, sizeof(lim->held));
	memcpy(lim->allowed, allowed + PCM_TICK / LIMITER_BLOCK, sizeof(lim->allowed));
}
