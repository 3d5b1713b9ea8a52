/* delay.h - how unevenly packets arrive, and from that how long they should wait
 * before they are played. One owner, any thread.
 */
#ifndef MIXER_DELAY_H
#define MIXER_DELAY_H

#include <stdint.h>

#define DELAY_PACKETS   256               /* looked back at, at most */
#define DELAY_WINDOW_US INT64_C(10000000) /* and not older than this */
#define DELAY_MIN_US    INT64_C(20000)
#define DELAY_MAX_US    INT64_C(400000)

struct delay {
	struct {
		int64_t arrival_us;
		int64_t transit_us; /* arrival less media time: differs by a constant */
	} packets[DELAY_PACKETS];   /* a ring; `at` is the next to write */
	uint32_t n, at;
	uint32_t fed;       /* since the last full computation */
	uint32_t slow;      /* in a row so late that no waiting helps */
	uint32_t seen;      /* of the stream, saturates */
	int64_t fastest_us; /* the least transit_us in the window */
	int64_t target_us;  /* wait this long after the fastest: MIN to MAX */
};

void delay_reset(struct delay *delay);
void delay_feed(struct delay *delay, int64_t arrival_us, int64_t pts_us);

#endif
