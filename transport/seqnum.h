/* seqnum.h - follows the 16 bit sequence numbers of one RTP stream: extends
 * them, ignores a single stray packet, and starts anew when two in a row come
 * from far away (RFC 3550 A.1).
 */
#ifndef TRANSPORT_SEQNUM_H
#define TRANSPORT_SEQNUM_H

#include <stdbool.h>
#include <stdint.h>

#define SEQNUM_JUMP 3000 /* packets; farther away is another sequence */

struct seqnum {
	bool started;          /* false: whatever comes next begins anew */
	bool strange;          /* the last packet came from far away ... */
	uint16_t strange_next; /* ... and this one would confirm it */
	int64_t high;          /* highest number so far */
};

enum seqnum_verdict {
	SEQNUM_OK,
	SEQNUM_START,  /* the first one, or a new sequence: forget what is held */
	SEQNUM_IGNORE, /* stray */
};

/* A zeroed seqnum is fresh. *out is not below earlier ones on SEQNUM_START, and
 * at least 65536, so that numbers just before it stay positive. */
enum seqnum_verdict seqnum_take(struct seqnum *s, uint16_t seq, int64_t *out);

/* The number nearest to the highest one; for retransmissions, which move
 * nothing. False when it is too far away. */
bool seqnum_near(const struct seqnum *s, uint16_t seq, int64_t *out);

#endif
