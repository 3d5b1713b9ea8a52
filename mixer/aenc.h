/* aenc.h - one Opus encoder (RFC 6716): 48 kHz mono, made for voices, with a
 * copy of each packet in the next for the case of loss. One owner, any thread.
 */
#ifndef MIXER_AENC_H
#define MIXER_AENC_H

#include "base/attr.h"
#include "mixer/aworker.h"
#include "mixer/pcm.h"

#include <stddef.h>
#include <stdint.h>

/* bytes of the longest packet that comes out: two in a datagram, far below what
 * RFC 6716 allows for 20 ms */
#define AENC_BYTES 600

#define AENC_LOSS_MAX 30 /* percent */

struct aenc;

/* Of class MIX_FULL, for 10 % of loss. `bps` 6000 to 128000; what is outside is
 * clamped, here and below. */
int aenc_create(struct aenc **out, uint32_t bps) AULA_MUST_CHECK;
void aenc_destroy(struct aenc *enc); /* NULL is accepted */

/* The length of its packets, their rate and how much of the treble they keep,
 * from the next packet on. The stream goes on. */
void aenc_class(struct aenc *enc, enum mix_class c, uint32_t bps);
/* How many packets get lost, 0 to AENC_LOSS_MAX percent: what the copies may cost.
 * None at 0. */
void aenc_loss(struct aenc *enc, uint8_t percent);

/* The next packet is the first of a stream again. */
void aenc_reset(struct aenc *enc);

/* Before the first packet: what sounded just before it. The packet then begins where
 * the one of another encoder ended, without a click. */
void aenc_warm(struct aenc *enc, const float pcm[PCM_TICK]);

/* Encodes one packet: mix_class_ms() of sound. Bytes, or -EINVAL. */
int aenc_encode(struct aenc *enc, const float *pcm, uint8_t out[AENC_BYTES]);

#endif
