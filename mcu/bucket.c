#include "mcu/bucket.h"

int64_t bucket_wait(struct bucket *bucket, const struct bucket_rate *rate,
		    int64_t cost_us, int64_t now_us)
{
	int64_t passed_us = now_us - bucket->at_us, over_us;

	/* by division, since after a long time the product would overflow */
	if (passed_us >= bucket->level_us / rate->per_second + 1)
		bucket->level_us = 0;
	else
		bucket->level_us -= passed_us * rate->per_second;
	bucket->at_us = now_us;
	over_us = bucket->level_us + cost_us - BUCKET_DEED_US * rate->burst;
	return over_us > 0 ? (over_us + rate->per_second - 1) / rate->per_second : 0;
}

void bucket_take(struct bucket *bucket, int64_t cost_us)
{
	bucket->level_us += cost_us;
}

void bucket_give(struct bucket *bucket, int64_t cost_us)
{
	bucket->level_us -= cost_us < bucket->level_us ? cost_us : bucket->level_us;
}
