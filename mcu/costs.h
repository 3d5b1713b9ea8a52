/* costs.h - what the pictures of classes cost, as the video thread counts it: CPU
 * time of views (decoding, composing) and of rungs (scaling, encoding) between two
 * looks. Control thread.
 */
#ifndef MCU_COSTS_H
#define MCU_COSTS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct vworker_stats;

/* Of one view or one rung, by its number; both are in the block of their picture. */
struct cost {
	uint32_t id;
	bool rung;
	uint64_t cpu_us, bytes, late, missed; /* since it was opened */
	uint32_t permille;                    /* of a core, lately */
	uint32_t kbps;                        /* lately; of a rung */
};

struct costs {             /* zeroed: never looked */
	struct cost *list; /* by rising id */
	uint32_t n;
	uint32_t late_p99_us; /* of all ticks of the last 10 s */
	int64_t at_us;
};

void costs_fini(struct costs *costs);

/* The raw counters of all, for costs_take(): one of malloc, `*n` of them; NULL: no
 * memory. ANY_THREAD. */
struct cost *costs_copy(const struct vworker_stats *stats, uint32_t *n);
/* Takes the list. Rates are those since the call before. */
void costs_take(struct costs *costs, struct cost *list, uint32_t n, uint32_t late_p99_us,
		int64_t at_us);

/* NULL: not known. */
const struct cost *costs_find(const struct costs *costs, uint32_t id);
/* Of all with a number from `base` to below `base` + ID_BLOCK, in 1/1000 of a core. */
uint32_t costs_block(const struct costs *costs, uint32_t base);

#endif
