/* feed.h - what one or many hear: limiter and Opus encoder. Where nothing sounds
 * for a second the encoder rests and a ready-made packet of silence goes out.
 */
#ifndef MIXER_FEED_H
#define MIXER_FEED_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/pcm.h"

struct feed;

int feed_create(struct feed **out, uint32_t bps) AULA_MUST_CHECK;
void feed_destroy(struct feed *feed); /* NULL is accepted */

/* Forgets all sound of before: for the next listener. */
void feed_reset(struct feed *feed);

/* The unit of this tick; `pcm` is used up. -ENOMEM, -EINVAL */
int feed_run(struct feed *feed, float pcm[PCM_TICK], int64_t pts_us,
	     struct au **out) AULA_MUST_CHECK;

#endif
