#include "derive/limiter.h"

#include <math.h>
#include <string.h>

#define RELEASE 0.00026f /* of the way to go, each sample: 80 ms */
#define LOUD    0.5f     /* of the ceiling: near less than that no point is above it */
#define TAPS    (2 * LIMITER_SPAN)
#define MIDDLE  (LIMITER_SPAN - 1)
#define PLACES  (LIMITER_AHEAD + 1)

/* What is at a quarter, a half and three quarters of the way between the two samples in
 * the middle: sin(x)/x under a window of Hann; the sum of each row is 1. */
static const float between[3][TAPS] = {
	{-0.002651f, 0.012287f, -0.032443f, 0.071291f, -0.162815f, 0.896472f, 0.289473f,
	 -0.105265f, 0.048576f, -0.020730f, 0.006419f, -0.000615f},
	{-0.002031f, 0.012815f, -0.036927f, 0.083277f, -0.183323f, 0.626188f, 0.626188f,
	 -0.183323f, 0.083277f, -0.036927f, 0.012815f, -0.002031f},
	{-0.000615f, 0.006419f, -0.020730f, 0.048576f, -0.105265f, 0.289473f, 0.896472f,
	 -0.162815f, 0.071291f, -0.032443f, 0.012287f, -0.002651f},
};

void limiter_init(struct limiter *limiter, float ceiling)
{
	memset(limiter, 0, sizeof(*limiter));
	limiter->ceiling = ceiling;
	limiter->gain = 1;
	limiter->sum = LIMITER_AHEAD;
	for (int i = 0; i < LIMITER_AHEAD; i++)
		limiter->gains[i] = 1;
}

/* Of the points behind the sample in the middle. */
static float highest_between(const struct limiter *limiter)
{
	float most = 0;

	for (int row = 0; row < 3; row++) {
		float sum = 0;

		for (int i = 0; i < TAPS; i++)
			sum += between[row][i] * limiter->past[i];
		most = fmaxf(most, fabsf(sum));
	}
	return most;
}

/* The gain that the sample in the middle needs, with the points to both of its sides. */
static float needed(struct limiter *limiter, float newest)
{
	float peak = fmaxf(fabsf(limiter->past[MIDDLE]), limiter->between);

	limiter->hot = fabsf(newest) > limiter->ceiling * LOUD ? TAPS : limiter->hot - 1;
	limiter->between = limiter->hot > 0 ? highest_between(limiter) : 0;
	peak = fmaxf(peak, limiter->between);
	return peak > limiter->ceiling ? limiter->ceiling / peak : 1;
}

/* The least gain that was needed of the last PLACES samples. Those that come before a
 * lesser one will never be it. */
static float least(struct limiter *limiter, float gain)
{
	int last;

	if (limiter->n && limiter->least[limiter->first].at <= limiter->at - PLACES) {
		limiter->first = (limiter->first + 1) % PLACES;
		limiter->n--;
	}
	while (limiter->n) {
		last = (limiter->first + limiter->n - 1) % PLACES;
		if (limiter->least[last].gain < gain)
			break;
		limiter->n--;
	}
	last = (limiter->first + limiter->n++) % PLACES;
	limiter->least[last].at = limiter->at;
	limiter->least[last].gain = gain;
	return limiter->least[limiter->first].gain;
}

static float run_one(struct limiter *limiter, float newest)
{
	int place = (int)(limiter->at % LIMITER_AHEAD);
	float out = limiter->waiting[place], gain;

	memmove(limiter->past, limiter->past + 1, (TAPS - 1) * sizeof(newest));
	limiter->past[TAPS - 1] = newest;
	gain = least(limiter, needed(limiter, newest));
	limiter->waiting[place] = limiter->past[MIDDLE];
	if (gain > limiter->gain)
		gain = limiter->gain + (gain - limiter->gain) * RELEASE;
	limiter->gain = gain;
	/* none of these is more than the one that leaves needs: it is among their least
	 */
	limiter->sum += (double)gain - (double)limiter->gains[place];
	limiter->gains[place] = gain;
	limiter->at++;
	return out * (float)(limiter->sum / LIMITER_AHEAD);
}

void limiter_run(struct limiter *limiter, float *pcm, int n)
{
	for (int i = 0; i < n; i++)
		pcm[i] = run_one(limiter, pcm[i]);
}
