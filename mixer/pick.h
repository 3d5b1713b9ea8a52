/* pick.h - which voices of a mix are decoded: all while they are few, else the
 * loud ones, each for at least a second after it was loud.
 */
#ifndef MIXER_PICK_H
#define MIXER_PICK_H

#include "base/limits.h"
#include "base/thread.h"
#include "mixer/voice.h"

#define PICK_HOLD_US  INT64_C(1000000)
#define PICK_TRIAL_US INT64_C(300000) /* to begin with, loud or not */

/* Sets `selected` of each voice in the list that begins at `first`; at most
 * LIMIT_VOICES are, none of them muted or in no channel. */
void pick_voices(struct voice *first, int64_t now_us) RUNS_ON(on_aud);

#endif
