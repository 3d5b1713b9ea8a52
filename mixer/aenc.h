/* aenc.h - one Opus encoder (RFC 6716): 48 kHz mono, 20 ms, made for voices,
 * with a copy of each frame in the next for the case of loss.
 */
#ifndef MIXER_AENC_H
#define MIXER_AENC_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* bytes of the longest packet that comes out: two in a datagram, far below what
 * RFC 6716 allows for 20 ms */
#define AENC_BYTES 600

struct aenc;

/* `bps` 6000 to 128000; what is outside is clamped. */
int aenc_create(struct aenc **out, uint32_t bps) AULA_MUST_CHECK;
void aenc_destroy(struct aenc *enc); /* NULL is accepted */

/* The next frame is the first of a stream again. */
void aenc_reset(struct aenc *enc);

/* Encodes one tick of sound (PCM_TICK samples). Bytes, or -EINVAL. */
int aenc_encode(struct aenc *enc, const float *pcm, uint8_t out[AENC_BYTES]);

#endif
