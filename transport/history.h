/* history.h - what one viewer was sent, for retransmissions: shared blobs, no
 * copies. Bound: HISTORY_SIZE packets; the oldest are overwritten.
 */
#ifndef TRANSPORT_HISTORY_H
#define TRANSPORT_HISTORY_H

#include "transport/blob.h"

#include <stdint.h>

#define HISTORY_SIZE 512 /* a power of two */

struct history_entry {
	struct blob *blob;  /* counted; NULL: empty */
	uint32_t resent_ms; /* of the monotonic clock, never 0 when it was */
	uint16_t seq, index;
};

struct history {
	struct history_entry ring[HISTORY_SIZE];
};

/* A zeroed history is empty. */
void history_fini(struct history *h);

/* Packet `index` of `blob` went out as `seq`. Takes its own reference. */
void history_put(struct history *h, uint16_t seq, struct blob *blob, uint32_t index);

/* NULL when it was never sent, or too long ago. */
struct history_entry *history_find(struct history *h, uint16_t seq);

#endif
