/* playout.h - from packets that come when they come to 20 ms of sound each tick.
 *
 * Holds packets in the order of their numbers for as long as their arrival is
 * uneven (20 to 400 ms), makes up for lost ones from the next packet's copy or
 * by going on like before, is silent where the sender was, and plays a little
 * faster or slower to follow. One owner, any thread.
 */
#ifndef MIXER_PLAYOUT_H
#define MIXER_PLAYOUT_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/pcm.h"

#include <stdbool.h>
#include <stdint.h>

#define PLAYOUT_PACKETS 200  /* held; policy when full: the oldest goes */
#define PLAYOUT_BYTES   1500 /* of one packet */

struct playout;

struct playout_stats {
	int64_t delay_us;   /* from the fastest arrival to now playing; 0: silent */
	int64_t target_us;  /* what it should be */
	uint64_t concealed; /* samples invented */
	uint64_t recovered; /* samples out of the next packet's copy */
	uint64_t late, shrunk, grown; /* packets; times */
	uint32_t waiting;             /* packets */
};

int playout_create(struct playout **out) AULA_MUST_CHECK;
void playout_destroy(struct playout *p); /* NULL is accepted */

/* Takes the unit: its seq, pts_us, arrival_us and data count. What is no Opus
 * packet is refused: -EINVAL and the counter REJECT_PAYLOAD. */
int playout_push(struct playout *p, struct au *au);

/* The sound of this tick. Call every 20 ms. False when it is nothing but
 * silence: nobody sends; `pcm` is zeros then. */
bool playout_pull(struct playout *p, float pcm[PCM_TICK], int64_t now_us);

/* Instead of playout_pull: lets go of what would be played, undecoded. */
void playout_skip(struct playout *p, int64_t now_us);

/* Lets go of all that is held; what comes next is the first of a stream, for whose
 * delay that of before still counts. */
void playout_drop(struct playout *p);

void playout_stats(const struct playout *p, int64_t now_us, struct playout_stats *out);

#endif
