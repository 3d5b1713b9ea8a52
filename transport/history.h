/* history.h - what one viewer was sent, for retransmissions: shared blobs, no
 * copies. Begins with room for HISTORY_LEAST packets and doubles while what would be
 * overwritten is younger than HISTORY_HOLD_US. Bound: HISTORY_SIZE packets; the oldest
 * are overwritten.
 */
#ifndef TRANSPORT_HISTORY_H
#define TRANSPORT_HISTORY_H

#include "base/clock.h"
#include "transport/blob.h"

#include <stdint.h>

#define HISTORY_LEAST   32 /* powers of two */
#define HISTORY_SIZE    256
#define HISTORY_HOLD_US (1500 * MS_US) /* between the times of the units */

struct history_entry {
	struct blob *blob;  /* counted; NULL: empty */
	uint32_t resent_ms; /* of the monotonic clock, never 0 when it was */
	uint16_t seq, index;
};

struct history {
	struct history_entry *ring; /* NULL: no room yet */
	uint32_t size;              /* entries of it */
};

/* A zeroed history is empty. */
void history_fini(struct history *h);

/* Packet `index` of `blob` went out as `seq`. Takes its own reference; without
 * memory for more the oldest go earlier. */
void history_put(struct history *h, uint16_t seq, struct blob *blob, uint32_t index);

/* NULL when it was never sent, or too long ago. */
struct history_entry *history_find(struct history *h, uint16_t seq);

#endif
