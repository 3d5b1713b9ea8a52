/* adec.h - one Opus decoder (RFC 6716), to 48 kHz mono. One owner, any thread. */
#ifndef MIXER_ADEC_H
#define MIXER_ADEC_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct adec;

int adec_create(struct adec **out) AULA_MUST_CHECK;
void adec_destroy(struct adec *dec); /* NULL is accepted */

/* Forgets all sound of before. */
void adec_reset(struct adec *dec);

/* ANY_THREAD. Samples in a packet, 120 to 5760; -EINVAL for what is no packet. */
int adec_samples(const uint8_t *data, size_t len);

/* All three give the samples written, at most `max`, or -EINVAL. `samples` is a
 * multiple of 120 (2.5 ms). */
int adec_decode(struct adec *dec, const uint8_t *data, size_t len, float *pcm,
		uint32_t max);
/* The `samples` before this packet, out of its copy for the case of loss where
 * it carries one, else invented. Decode the packet itself afterwards. */
int adec_recover(struct adec *dec, const uint8_t *data, size_t len, float *pcm,
		 uint32_t samples);
/* Invents `samples` that go on like the last ones. */
int adec_conceal(struct adec *dec, float *pcm, uint32_t samples);

#endif
