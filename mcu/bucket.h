/* bucket.h - a leaky bucket: so much a second, and so much saved up. What is put
 * in is counted in µs, a second for one deed: no rounding. One owner thread.
 */
#ifndef MCU_BUCKET_H
#define MCU_BUCKET_H

#include <stdint.h>

struct bucket { /* zeroed: empty */
	int64_t level_us, at_us;
};

struct bucket_rate {
	uint32_t per_second, burst;
};

#define BUCKET_DEED_US INT64_C(1000000)

/* Looks: 0, or in how many µs `cost_us` more will fit. `now_us` is clock_us(). */
int64_t bucket_wait(struct bucket *bucket, const struct bucket_rate *rate,
		    int64_t cost_us, int64_t now_us);
/* Takes, when bucket_wait() has just said 0. */
void bucket_take(struct bucket *bucket, int64_t cost_us);
/* Gives back what was taken, as if it had not been. */
void bucket_give(struct bucket *bucket, int64_t cost_us);

#endif
