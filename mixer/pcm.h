/* pcm.h - the one format of sound inside: 48 kHz, mono, float, full scale 1. */
#ifndef MIXER_PCM_H
#define MIXER_PCM_H

#include <math.h>
#include <stdint.h>

#define PCM_HZ      48000
#define PCM_TICK    960 /* samples of one tick */
#define PCM_TICK_US INT64_C(20000)
#define PCM_PACKET  5760      /* samples of the longest Opus packet, 120 ms */
#define PCM_SILENT  (-127.0f) /* dB: the quietest value of RFC 6464 */

static inline int64_t pcm_us(int64_t samples)
{
	return samples * 1000 / 48;
}

/* The nearest whole number of samples. */
static inline int64_t pcm_samples(int64_t us)
{
	return (us * 48 + (us < 0 ? -500 : 500)) / 1000;
}

/* RMS in dB, 0 being a square wave of full scale: dBov of RFC 6464, negated. */
static inline float pcm_level(const float *pcm, uint32_t n)
{
	float sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += pcm[i] * pcm[i];
	if (n == 0 || !(sum / (float)n > 2e-13f))
		return PCM_SILENT;
	return 10.0f * log10f(sum / (float)n);
}

#endif
