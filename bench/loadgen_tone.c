#include "bench/loadgen_tone.h"

#include <math.h>
#include <string.h>

#define PI       3.14159265358979323846
#define DELAY    (LG_TONE_SPAN - 1) /* samples, of both averages together */
#define MS       (LG_TONE_HZ / 1000)
#define BEFORE   (15 * MS) /* of being seen, the beginning may be */
#define STEADY   (15 * MS) /* after it the strength is the final one */
#define LOOKED   (40 * MS) /* and is averaged up to here */
#define DEAF     (1000 * MS)
#define RENEWAL  4096 /* samples between two corrections of what rounding did */
#define NOT_SEEN INT64_C(-1)

_Static_assert(BEFORE + LOOKED + 1 < LG_TONE_RING, "what is looked at must be kept");

static void forget(struct lg_tone *t, int64_t at)
{
	memset(t->once, 0, sizeof(t->once));
	memset(t->twice, 0, sizeof(t->twice));
	memset(t->sum_once, 0, sizeof(t->sum_once));
	memset(t->sum_twice, 0, sizeof(t->sum_twice));
	t->re = 1;
	t->im = 0;
	t->next = at;
	t->known = 0;
	t->seen = NOT_SEEN;
	t->deaf_until = at + 2 * LG_TONE_SPAN;
}

void lg_tone_init(struct lg_tone *t, double hz)
{
	memset(t, 0, sizeof(*t));
	t->turn_re = cos(2 * PI * hz / LG_TONE_HZ);
	t->turn_im = -sin(2 * PI * hz / LG_TONE_HZ);
	forget(t, 0);
}

static float *strength(struct lg_tone *t, int64_t number)
{
	return &t->strength[(uint64_t)number % LG_TONE_RING];
}

/* One more into both averages of one part of the shifted sound. */
static double average(struct lg_tone *t, int part, uint32_t place, double v)
{
	t->sum_once[part] += v - t->once[part][place];
	t->once[part][place] = v;
	v = t->sum_once[part] / LG_TONE_SPAN;
	t->sum_twice[part] += v - t->twice[part][place];
	t->twice[part][place] = v;
	return t->sum_twice[part] / LG_TONE_SPAN;
}

static void turn(struct lg_tone *t)
{
	double re = t->re * t->turn_re - t->im * t->turn_im;
	double im = t->re * t->turn_im + t->im * t->turn_re;

	t->re = re;
	t->im = im;
	if (t->next % RENEWAL == 0) {
		double size = hypot(re, im);

		t->re /= size;
		t->im /= size;
	}
}

static void take(struct lg_tone *t, float sample)
{
	uint32_t place = (uint32_t)((uint64_t)t->next % LG_TONE_SPAN);
	double re = average(t, 0, place, (double)sample * t->re);
	double im = average(t, 1, place, (double)sample * t->im);

	*strength(t, t->next) = (float)(2 * hypot(re, im));
	turn(t);
	t->next++;
	if (t->known < LG_TONE_RING)
		t->known++;
}

/* All of it is there: where did it reach half of what it became? */
static bool locate(struct lg_tone *t, double *onset)
{
	double full = 0;
	float half, before, after;

	for (int64_t k = t->seen + STEADY; k < t->seen + LOOKED; k++)
		full += (double)*strength(t, k) / (LOOKED - STEADY);
	half = (float)(full / 2);
	if (half < LG_TONE_LEAST / 2)
		return false;
	for (int64_t k = t->seen - BEFORE; k < t->seen + STEADY; k++) {
		before = *strength(t, k);
		after = *strength(t, k + 1);
		if (before > half || after <= half)
			continue;
		*onset = (double)k + (double)((half - before) / (after - before)) - DELAY;
		return true;
	}
	return false;
}

static bool judge(struct lg_tone *t, double *onset)
{
	int64_t last = t->next - 1;
	bool found;

	if (t->seen == NOT_SEEN) {
		if (last >= t->deaf_until && t->known > BEFORE &&
		    *strength(t, last) >= LG_TONE_LEAST)
			t->seen = last;
		return false;
	}
	if (last < t->seen + LOOKED)
		return false;
	found = locate(t, onset);
	t->deaf_until = t->seen + (found ? DEAF : LOOKED);
	t->seen = NOT_SEEN;
	return found;
}

bool lg_tone_feed(struct lg_tone *t, const float *pcm, uint32_t n, int64_t at,
		  double *onset)
{
	bool found = false;

	if (at != t->next)
		forget(t, at);
	for (uint32_t i = 0; i < n; i++) {
		take(t, pcm[i]);
		found |= judge(t, onset);
	}
	return found;
}
