/* pacer.h - video that waits for its turn on a link that carries little: units
 * whose packets go out at a rate, in their order. Sound never waits, but what it
 * takes is taken from the same budget.
 *
 * Bound: PACER_PACKETS packets of PACER_UNITS units, PACER_AGE_US old at most.
 * Policy when full or too old: all goes up to the next key frame that waits, see
 * pacer_skip(). Owner: the net thread, through a peer.
 */
#ifndef TRANSPORT_PACER_H
#define TRANSPORT_PACER_H

#include "transport/blob.h"

#include <stdbool.h>
#include <stdint.h>

#define PACER_UNITS   64
#define PACER_PACKETS 128
#define PACER_AGE_US  INT64_C(1500000)
/* A key frame of which a part is sent goes on: on a link on which it takes longer
 * than others may wait, pictures would else never be whole. */
#define PACER_KEY_AGE_US INT64_C(4000000)
/* What may go out at once: so long a time of the rate. A narrow way often has a short
 * queue, in which one packet of a picture is much. */
#define PACER_BURST_US    INT64_C(40000)
#define PACER_BURST       2400 /* bytes, at most */
#define PACER_BURST_LEAST 200

struct pacer_item {
	struct blob *blob; /* counted */
	int64_t since_us;
	uint32_t next; /* packet */
};

struct pacer {
	struct pacer_item *ring; /* PACER_UNITS; NULL until the first unit */
	uint32_t head, n;
	uint32_t packets;
	int64_t budget; /* bytes; below 0: overdrawn */
	int64_t filled_us;
};

/* A zeroed one is ready. */
void pacer_fini(struct pacer *p);

/* -ENOBUFS: full, -ENOMEM. Takes its own reference. */
int pacer_push(struct pacer *p, struct blob *blob, int64_t now_us) AULA_MUST_CHECK;

static inline bool pacer_is_empty(const struct pacer *p)
{
	return p->n == 0;
}

/* True when what waits longest has waited too long. */
bool pacer_is_late(const struct pacer *p, int64_t now_us);

/* Drops up to the newest key frame that waits, but not one of which a part was sent.
 * False: a key frame must be asked for. */
bool pacer_skip(struct pacer *p, int64_t now_us);
void pacer_clear(struct pacer *p);

/* The next packet; the blob's reference is the caller's. False: none waits. */
bool pacer_take(struct pacer *p, struct blob **blob, uint32_t *index);

/* Time passed at this rate. */
void pacer_fill(struct pacer *p, uint32_t bps, int64_t now_us);
static inline bool pacer_may(const struct pacer *p)
{
	return p->budget > 0;
}
/* Something was sent, from here or past it. */
void pacer_spend(struct pacer *p, uint32_t bytes);

#endif
