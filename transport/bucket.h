/* bucket.h - a token bucket: so much a second, and what was not used is saved up
 * for a while. A zeroed one is full at its first use. Owner: that of its struct.
 */
#ifndef TRANSPORT_BUCKET_H
#define TRANSPORT_BUCKET_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	int64_t have; /* 10^-6 of what is counted */
	int64_t filled_us;
};

/* Lets it fill up to the present time. `rate` a second, at most 10^9; saved up for
 * at most `burst_us`, at most a second. */
static inline void bucket_fill(struct bucket *b, int64_t rate, int64_t burst_us,
			       int64_t now_us)
{
	int64_t us = now_us - b->filled_us;

	if (us > burst_us || us < 0)
		us = burst_us;
	b->have += rate * us;
	if (b->have > rate * burst_us)
		b->have = rate * burst_us;
	b->filled_us = now_us;
}

static inline bool bucket_has(const struct bucket *b, int64_t n)
{
	return b->have >= n * SEC_US;
}

/* May go below zero when bucket_has() was not asked for as much. */
static inline void bucket_take(struct bucket *b, int64_t n)
{
	b->have -= n * SEC_US;
}

#endif
