/* live_ends.h - when classes that could be watched were seen running last, by our own
 * clock: what was recorded of them is shorter than they were, by their pauses. Pure;
 * control thread.
 */
#ifndef MCU_LIVE_ENDS_H
#define MCU_LIVE_ENDS_H

#include "db/db.h"

#include <stdbool.h>
#include <stdint.h>

#define LIVE_ENDS    256 /* classes; policy when full: the one that ended first goes */
#define LIVE_SEEN_US INT64_C(1000000)  /* so often they are seen, at least */
#define LIVE_TAIL_US INT64_C(60000000) /* so long everybody sees how it ended */

struct live_ends { /* zeroed: none */
	struct live_end {
		char id[DB_ID + 1]; /* empty: free */
		int64_t seen_us;
	} list[LIVE_ENDS];
};

/* It runs. */
void live_ends_see(struct live_ends *ends, const char *id, int64_t now_us);
/* It ran until now, or ended no longer than LIVE_TAIL_US ago. */
bool live_ends_late(const struct live_ends *ends, const char *id, int64_t now_us);

#endif
