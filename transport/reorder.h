/* reorder.h - gives the packets of one stream out in order of their numbers,
 * and says what is missing for good. Knows no clock, no sockets.
 *
 * Bound: LIMIT_REORDER_PACKETS numbers from the oldest missing one on; what is
 * farther is refused and the owner starts anew. A missing packet is waited for
 * as long as reorder_take() is told.
 */
#ifndef TRANSPORT_REORDER_H
#define TRANSPORT_REORDER_H

#include "base/attr.h"
#include "transport/rtp.h"

/* A copy of a packet; its pointers look into the copy. Freed by free(). */
struct held {
	int64_t at_us; /* arrival */
	struct rtp_packet pkt;
	uint8_t data[];
};

struct reorder {
	int64_t next;        /* the number that is due */
	uint32_t n;          /* packets held */
	uint32_t skipped;    /* missing ones given up since the last packet out */
	struct held **slots; /* NULL until the first packet is held */
};

void reorder_init(struct reorder *r, int64_t next);
void reorder_fini(struct reorder *r);

/* True when `seq` is due and nothing waits: the caller uses its packet as it
 * is, and need not hold it. */
bool reorder_straight(struct reorder *r, int64_t seq);

/* Copies the packet. -ESTALE (its time is over), -EALREADY, -ENOBUFS (too far
 * ahead: the caller skips to it), -ENOMEM. */
int reorder_hold(struct reorder *r, int64_t seq, const struct rtp_packet *pkt,
		 int64_t now_us) AULA_MUST_CHECK;

/* Gives up all before `seq`, held or missing. */
void reorder_skip_to(struct reorder *r, int64_t seq);

/* The next packet in order, the caller's now, or NULL. One that is missing is
 * given up when the packet behind it waited for `wait_us`. *lost is how many
 * were given up just before this packet. */
struct held *reorder_take(struct reorder *r, int64_t now_us, int64_t wait_us,
			  uint32_t *lost);

/* True when something is held behind a missing packet. */
bool reorder_waits(const struct reorder *r);

#endif
