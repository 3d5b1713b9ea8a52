#include "mixer/late.h"

#include "base/clock.h"

#define FLOOR_US 64

/* The least value that does not belong to this bucket any more. */
static uint32_t end_of(uint32_t bucket)
{
	uint32_t octave = FLOOR_US << (bucket / 4);

	return octave + octave / 4 * (bucket % 4);
}

static uint32_t bucket_of(uint32_t us)
{
	uint32_t bucket = 0;

	while (bucket < LATE_BUCKETS - 1 && us >= end_of(bucket))
		bucket++;
	return bucket;
}

void late_add(struct late *late, int64_t now_us, int64_t late_us)
{
	int64_t sec = now_us / SEC_US;
	struct late_slot *slot = &late->slots[(uint64_t)sec % LATE_SLOTS];
	uint32_t us = late_us < 0           ? 0
		      : late_us > INT32_MAX ? (uint32_t)INT32_MAX
					    : (uint32_t)late_us;

	if (slot->sec != sec)
		*slot = (struct late_slot){.sec = sec};
	slot->n[bucket_of(us)]++;
	if (us > slot->max_us)
		slot->max_us = us;
}

struct late_sum late_sum(const struct late *late, int64_t now_us)
{
	int64_t sec = now_us / SEC_US;
	uint32_t n[LATE_BUCKETS] = {0};
	struct late_sum sum = {0};
	uint32_t above = 0, bucket = LATE_BUCKETS;

	for (uint32_t i = 0; i < LATE_SLOTS; i++) {
		const struct late_slot *slot = &late->slots[i];

		if (sec - slot->sec >= LATE_SLOTS)
			continue;
		for (uint32_t k = 0; k < LATE_BUCKETS; k++) {
			n[k] += slot->n[k];
			sum.ticks += slot->n[k];
		}
		if (slot->max_us > sum.max_us)
			sum.max_us = slot->max_us;
	}
	if (!sum.ticks)
		return sum;
	do
		above += n[--bucket];
	while (bucket && (uint64_t)above * 100 <= sum.ticks);
	sum.p99_us = end_of(bucket) < sum.max_us ? end_of(bucket) : sum.max_us;
	return sum;
}
