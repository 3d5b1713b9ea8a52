/* dice.h - numbers by chance that a seed makes the same in each run (xoshiro256**,
 * public domain algorithm of D. Blackman and S. Vigna). Not for secrets.
 */
#ifndef TESTS_LAB_DICE_H
#define TESTS_LAB_DICE_H

#include <math.h>
#include <stdint.h>

struct dice {
	uint64_t s[4];
};

static inline void dice_init(struct dice *d, uint64_t seed)
{
	for (int i = 0; i < 4; i++) { /* splitmix64: no state is all zeros */
		uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		d->s[i] = z ^ z >> 31;
	}
}

static inline uint64_t dice_u64(struct dice *d)
{
	uint64_t *s = d->s, x = s[1] * 5, t = s[1] << 17, out = (x << 7 | x >> 57) * 9;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return out;
}

/* 0 <= x < 1 */
static inline double dice_unit(struct dice *d)
{
	return (double)(dice_u64(d) >> 11) * 0x1p-53;
}

/* Nothing is drawn when the answer is certain: switching one thing on does not
 * change what the others do. */
static inline int dice_chance(struct dice *d, double p)
{
	return p > 0 && (p >= 1 || dice_unit(d) < p);
}

static inline double dice_exponential(struct dice *d, double mean)
{
	return -mean * log(1 - dice_unit(d));
}

static inline double dice_normal(struct dice *d)
{
	double u = 1 - dice_unit(d), v = dice_unit(d);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

#endif
