/* Peaks are held down, those between samples, too; what is below stays as it is. */
#include "derive/limiter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/loudness.h"
#include "tests/test.h"

#define HZ  48000
#define SEC 8
#define N   (HZ * SEC)
#define PI  3.14159265358979

static float in[N], out[N + LIMITER_DELAY];

/* In blocks of odd sizes; `out` is in step with `in`. */
static void run(float ceiling)
{
	struct limiter limiter;

	memcpy(out, in, sizeof(in));
	memset(out + N, 0, LIMITER_DELAY * sizeof(*out));
	limiter_init(&limiter, ceiling);
	for (int at = 0, n; at < N + LIMITER_DELAY; at += n) {
		n = 1 + at % 777;
		n = n < N + LIMITER_DELAY - at ? n : N + LIMITER_DELAY - at;
		limiter_run(&limiter, out + at, n);
	}
	for (int i = 0; i < LIMITER_DELAY; i++)
		CHECK(out[i] == 0);
	memmove(out, out + LIMITER_DELAY, sizeof(in));
}

static double true_peak(const float *pcm)
{
	struct loudness_meter meter;
	struct loudness said;

	CHECK(loudness_meter_init(&meter, true) == 0);
	for (int at = 0; at < N; at += 4800)
		CHECK(loudness_meter_push(&meter, pcm + at, 4800) == 0);
	CHECK(loudness_meter_end(&meter, &said) == 0);
	loudness_meter_fini(&meter);
	return said.peak_dbtp;
}

static void test_quiet(void)
{
	for (int i = 0; i < N; i++)
		in[i] = 0.69f * (float)sin(2 * PI * 997 * i / HZ);
	run(0.7f);
	for (int i = 0; i < N; i++)
		CHECK(fabsf(out[i] - in[i]) < 1e-5f);
}

/* A tone at a quarter of the rate, between whose samples the peaks are. */
static void test_between(void)
{
	for (int i = 0; i < N; i++)
		in[i] = 0.9f * fminf(1, (float)i / HZ) * fminf(1, (float)(N - i) / HZ) *
			(float)sin(2 * PI * i / 4 + PI / 4);
	CHECK(true_peak(in) > -1.5);
	run(0.7f);
	CHECK(true_peak(out) < 20 * log10(0.7) + 0.35);
	/* no less than it needs */
	CHECK(true_peak(out) > 20 * log10(0.7) - 0.3);
}

/* Bursts, noise and single clicks. */
static void test_loud(void)
{
	uint32_t state = 1;

	for (int i = 0; i < N; i++) {
		double burst = i % HZ < HZ / 10 ? 1 : 0.1;

		state = state * 1664525 + 1013904223;
		in[i] = (float)(burst * sin(2 * PI * 440 * i / HZ) +
				burst * ((double)(state >> 8) / (1 << 24) - 0.5));
		if (i % 10007 == 0)
			in[i] = 4;
	}
	run(0.5f);
	fprintf(stderr, "true peak %.2f of %.2f dB\n", true_peak(out), 20 * log10(0.5));
	/* noise up to half the rate, which no voice is, has points that are higher */
	CHECK(true_peak(out) < 20 * log10(0.5) + 0.6);
	for (int i = 0; i < N; i++)
		CHECK(fabsf(out[i]) <= 0.5f * 1.0001f);
	/* half a second behind a burst it is itself again; a click passes sooner */
	memset(in, 0, sizeof(in));
	for (int i = 0; i < N; i++)
		in[i] = (float)((i < HZ ? 2 : 0.2) * sin(2 * PI * 440 * i / HZ));
	run(0.5f);
	for (int i = HZ + HZ / 2; i < N; i++)
		CHECK(fabsf(out[i] - in[i]) < 0.002f);
	for (int i = 0; i < N; i++)
		CHECK(fabsf(out[i]) <= fabsf(in[i]) + 1e-6f);
}

int main(void)
{
	test_quiet();
	test_between();
	test_loud();
	return 0;
}
