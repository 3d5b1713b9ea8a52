/* srtp_replay.h - packet numbers of one sender, in: 48 bits from 16, and which of
 * them came already (RFC 3711, 3.3.1 and 3.3.2). Nothing here may change before a
 * packet was found to be genuine.
 */
#ifndef TRANSPORT_SRTP_REPLAY_H
#define TRANSPORT_SRTP_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#define SRTP_REPLAY_WINDOW 1024 /* packets, a multiple of 64 */

/* A zeroed one has seen nothing. */
struct srtp_replay {
	bool begun;
	uint64_t highest; /* roll-over counter << 16 | sequence number */
	uint64_t seen[SRTP_REPLAY_WINDOW / 64]; /* a ring, by the number's low bits */
};

/* The number that `seq` most likely stands for. */
uint64_t srtp_replay_guess(const struct srtp_replay *r, uint16_t seq);
/* False when it came before, or is too old to tell. */
bool srtp_replay_fresh(const struct srtp_replay *r, uint64_t index);
void srtp_replay_mark(struct srtp_replay *r, uint64_t index);

#endif
