/* tone.h - makes tones and measures them (Goertzel's algorithm). */
#ifndef TESTS_TONE_H
#define TESTS_TONE_H

#include <math.h>
#include <stdint.h>

#define TONE_PI 3.14159265358979323846

/* A sine from sample number `at` on; 48 kHz. */
static inline void tone_add(float *pcm, uint32_t n, int64_t at, double hz, float peak)
{
	for (uint32_t i = 0; i < n; i++) {
		double turns = (double)(at + i) * hz / 48000;

		pcm[i] += peak * (float)sin(2 * TONE_PI * (turns - floor(turns)));
	}
}

/* The peak of the sine of this frequency, in dB of full scale. `n` should hold
 * whole waves. */
static inline double tone_db(const float *pcm, uint32_t n, double hz)
{
	double w = 2 * TONE_PI * hz / 48000, c = 2 * cos(w), a = 0, b = 0, t;

	for (uint32_t i = 0; i < n; i++) {
		t = pcm[i] + c * a - b;
		b = a;
		a = t;
	}
	t = a * a + b * b - c * a * b;
	return 20 * log10(sqrt(t > 0 ? t : 0) * 2 / n + 1e-9);
}

#endif
