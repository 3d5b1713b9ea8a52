/* late.h - how late the ticks of the last ten seconds came. One thread. */
#ifndef MIXER_LATE_H
#define MIXER_LATE_H

#include <stdint.h>

#define LATE_SLOTS   10 /* seconds */
#define LATE_BUCKETS 72 /* four to an octave, from 64 µs to 16 s */

struct late_slot {
	int64_t sec; /* which second it is of */
	uint32_t n[LATE_BUCKETS];
	uint32_t max_us;
};

/* A zeroed one is empty. */
struct late {
	struct late_slot slots[LATE_SLOTS];
};

struct late_sum {
	uint32_t ticks;
	uint32_t p99_us; /* rounded up by a fifth at most */
	uint32_t max_us;
};

/* A tick came `late_us` (0 or more) after its time. */
void late_add(struct late *late, int64_t now_us, int64_t late_us);

struct late_sum late_sum(const struct late *late, int64_t now_us);

#endif
