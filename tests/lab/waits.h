/* waits.h - how long packets waited in the last whole second: median, 95 of 100,
 * longest. One thread.
 */
#ifndef TESTS_LAB_WAITS_H
#define TESTS_LAB_WAITS_H

#include <stdint.h>

#define WAITS_MS 4096 /* what waited longer counts as so long */

struct waits_figures {
	uint32_t n;                    /* packets */
	double p50_ms, p95_ms, max_ms; /* the first two in whole ms */
};

/* Zeroed: nothing waited yet. */
struct waits {
	uint32_t bins[WAITS_MS]; /* of the second that runs */
	uint32_t n;
	int64_t max_us;
	struct waits_figures last; /* of the one before */
};

void waits_add(struct waits *w, int64_t us);

/* A second is over. */
void waits_turn(struct waits *w);

#endif
