/* tape.h - sound that was made here, and not sent by a member: blocks of one tick, each
 * with the time at which it is due. One owner.
 *
 * Late: what is more than TAPE_LATE_US behind is not played any more, and where
 * nothing is due there is silence. Too many: the oldest goes.
 */
#ifndef MIXER_TAPE_H
#define MIXER_TAPE_H

#include "base/attr.h"
#include "mixer/pcm.h"

#include <stdbool.h>
#include <stdint.h>

#define TAPE_BLOCKS  20 /* 400 ms */
#define TAPE_LATE_US INT64_C(40000)

struct tape;

int tape_create(struct tape **out) AULA_MUST_CHECK;
void tape_destroy(struct tape *tape); /* NULL is accepted */

/* Copies. `due_us`, of clock_us(), grows from block to block; what does not is let go. */
void tape_put(struct tape *tape, int64_t due_us, const int16_t pcm[PCM_TICK]);

/* The sound of this tick; false: silence, `pcm` is zeros then. */
bool tape_pull(struct tape *tape, float pcm[PCM_TICK], int64_t now_us);

/* Instead of tape_pull: lets go of what would be played. */
void tape_skip(struct tape *tape, int64_t now_us);

/* Lets go of all. */
void tape_drop(struct tape *tape);

/* Something waits. */
bool tape_holds(const struct tape *tape);

#endif
