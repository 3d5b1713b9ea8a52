#include "tests/lab/waits.h"

#include <string.h>

void waits_add(struct waits *w, int64_t us)
{
	int64_t ms = us < 0 ? 0 : us / 1000;

	w->bins[ms < WAITS_MS ? ms : WAITS_MS - 1]++;
	w->n++;
	if (us > w->max_us)
		w->max_us = us;
}

/* The wait that `part` of the packets did not exceed. */
static double quantile(const struct waits *w, double part)
{
	uint32_t want = (uint32_t)(part * w->n), sum = 0;

	for (uint32_t ms = 0; ms < WAITS_MS; ms++) {
		sum += w->bins[ms];
		if (sum > want)
			return ms;
	}
	return (double)w->max_us / 1000;
}

void waits_turn(struct waits *w)
{
	w->last = (struct waits_figures){.n = w->n};
	if (w->n) {
		w->last.p50_ms = quantile(w, 0.5);
		w->last.p95_ms = quantile(w, 0.95);
		w->last.max_ms = (double)w->max_us / 1000;
	}
	memset(w->bins, 0, sizeof(w->bins));
	w->n = 0;
	w->max_us = 0;
}
