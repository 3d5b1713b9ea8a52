#include "transport/srtp_replay.h"

#include <string.h>

#define WORDS (SRTP_REPLAY_WINDOW / 64)

_Static_assert(SRTP_REPLAY_WINDOW % 64 == 0, "whole words");

static uint64_t bit_of(uint64_t index)
{
	return UINT64_C(1) << index % 64;
}

/* Where the standard would guess a counter of -1, the first one is meant: either
 * the sender jumped ahead, or the packet cannot be opened anyway. */
uint64_t srtp_replay_guess(const struct srtp_replay *r, uint16_t seq)
{
	int64_t ahead = (int16_t)(uint16_t)(seq - (uint16_t)r->highest);

	if (!r->begun || (ahead < 0 && (uint64_t)-ahead > r->highest))
		return seq;
	return r->highest + (uint64_t)ahead;
}

bool srtp_replay_fresh(const struct srtp_replay *r, uint64_t index)
{
	if (!r->begun || index > r->highest)
		return true;
	return r->highest - index < SRTP_REPLAY_WINDOW &&
	       !(r->seen[index / 64 % WORDS] & bit_of(index));
}

/* The bits that the window moves over are those of numbers that became too old. */
void srtp_replay_mark(struct srtp_replay *r, uint64_t index)
{
	if (!r->begun || index > r->highest + SRTP_REPLAY_WINDOW) {
		memset(r->seen, 0, sizeof(r->seen));
		r->highest = index;
	}
	for (; r->highest < index; r->highest++)
		r->seen[(r->highest + 1) / 64 % WORDS] &= ~bit_of(r->highest + 1);
	r->begun = true;
	r->seen[index / 64 % WORDS] |= bit_of(index);
}
