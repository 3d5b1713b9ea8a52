#include "mixer/delay.h"

#include <string.h>

#define EVERY    8     /* packets between two full computations */
#define FALL_US  8000  /* the target goes down by this at most, each time */
#define FIRST_US 60000 /* target of a stream that nobody knows yet */
#define TICK_US  20000 /* packets and ticks do not meet: up to one is waited */
#define SLOW     8     /* packets that are too late, in a row: the way is longer now */
#define LATE_OF  32    /* one packet of so many may miss the target */

void delay_reset(struct delay *delay)
{
	delay->n = delay->at = delay->fed = delay->slow = delay->seen = 0;
	delay->fastest_us = 0;
	delay->target_us = FIRST_US;
}

/* The transit time that only one in LATE_OF exceeds: keeps the largest few. */
static int64_t slow_transit(const int64_t *transit, uint32_t n)
{
	int64_t top[DELAY_PACKETS / LATE_OF + 1];
	uint32_t want = n / LATE_OF + 1, have = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = have;

		if (have == want && transit[i] <= top[want - 1])
			continue;
		if (have < want)
			have++;
		else
			k--;
		for (; k > 0 && top[k - 1] < transit[i]; k--)
			top[k] = top[k - 1];
		top[k] = transit[i];
	}
	return top[want - 1];
}

static void compute(struct delay *delay, int64_t now_us)
{
	int64_t transit[DELAY_PACKETS], fastest = INT64_MAX, target;
	uint32_t n = 0;

	for (uint32_t i = 0; i < delay->n; i++) {
		if (now_us - delay->packets[i].arrival_us > DELAY_WINDOW_US)
			continue;
		transit[n++] = delay->packets[i].transit_us;
		if (delay->packets[i].transit_us < fastest)
			fastest = delay->packets[i].transit_us;
	}
	if (n == 0)
		return;
	target = slow_transit(transit, n) - fastest + TICK_US;
	if (delay->seen < 50 && target < FIRST_US)
		target = FIRST_US;
	if (target < delay->target_us - FALL_US)
		target = delay->target_us - FALL_US;
	if (target < DELAY_MIN_US)
		target = DELAY_MIN_US;
	if (target > DELAY_MAX_US)
		target = DELAY_MAX_US;
	delay->fastest_us = fastest;
	delay->target_us = target;
}

void delay_feed(struct delay *delay, int64_t arrival_us, int64_t pts_us)
{
	int64_t transit = arrival_us - pts_us;

	if (delay->n == 0 || transit <= delay->fastest_us + DELAY_MAX_US)
		delay->slow = 0;
	else if (++delay->slow == SLOW)
		delay->n = delay->at = 0;
	delay->packets[delay->at].arrival_us = arrival_us;
	delay->packets[delay->at].transit_us = transit;
	delay->at = (delay->at + 1) % DELAY_PACKETS;
	if (delay->n < DELAY_PACKETS)
		delay->n++;
	if (delay->seen < UINT32_MAX)
		delay->seen++;
	if (delay->n == 1) {
		delay->fastest_us = transit;
		delay->slow = 0;
	} else if (transit < delay->fastest_us) {
		delay->fastest_us = transit;
	}
	if (++delay->fed >= EVERY) {
		delay->fed = 0;
		compute(delay, arrival_us);
	}
}
