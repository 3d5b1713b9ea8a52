/* feed.h - what one or many hear: limiter and Opus encoder, a tick at a time, in
 * packets of one class. Where nothing sounds for a second the encoder rests and a
 * ready-made packet of silence goes out. One owner, any thread.
 *
 * Packets begin where the time is a multiple of their length: those of one class
 * begin together in all feeds, and all classes do each 120 ms.
 */
#ifndef MIXER_FEED_H
#define MIXER_FEED_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/aworker.h"
#include "mixer/pcm.h"

#include <stdbool.h>

#define FEED_TICKS 3 /* of the longest packet */

/* What comes out is so much behind what went in: the limiter looks 5 ms ahead, and
 * libopus 6.5 (what opus_encoder_ctl(OPUS_GET_LOOKAHEAD) says at 48 kHz). A packet
 * carries the time at which its first sample went in, so that who lays it beside
 * the picture does not have to know. */
#define FEED_BEHIND_US INT64_C(11500)

struct feed;

int feed_create(struct feed **out, enum mix_class c, uint32_t bps) AULA_MUST_CHECK;
void feed_destroy(struct feed *feed); /* NULL is accepted */

/* Forgets all sound of before and takes up this class: for the next listener. */
void feed_reset(struct feed *feed, enum mix_class c, uint32_t bps);

/* The same listener, another class. Call where packets of both classes begin. */
void feed_class(struct feed *feed, enum mix_class c, uint32_t bps);
/* At any time. */
void feed_rate(struct feed *feed, uint32_t bps);
void feed_loss(struct feed *feed, uint8_t percent); /* see aenc_loss() */

/* Right after feed_create() or feed_reset(): what sounded just before the first packet.
 */
void feed_warm(struct feed *feed, const float pcm[PCM_TICK]);

/* Takes the sound of the tick at `now_us`. With the last tick of a packet *out is
 * that packet, else NULL. What is missing of a packet is silence. -ENOMEM,
 * -EINVAL: that packet is lost. */
int feed_run(struct feed *feed, const float pcm[PCM_TICK], int64_t now_us,
	     struct au **out) AULA_MUST_CHECK;

/* Only ready-made packets go out. */
bool feed_rests(const struct feed *feed);

/* Which tick of its packet a tick is: 0 is the first. */
static inline uint32_t feed_place(enum mix_class c, int64_t now_us)
{
	return (uint32_t)(now_us / PCM_TICK_US % (mix_class_ms(c) * 1000 / PCM_TICK_US));
}

#endif
