#include "mixer/stretch.h"

#include "tests/test.h"
#include "tests/tone.h"

#include <string.h>

static float sound[4000];

/* How much louder than the tone the rest is where the pieces meet. */
static void check_smooth(uint32_t n, float peak, double hz)
{
	float most = (float)(2 * TONE_PI * hz / 48000) * peak;

	for (uint32_t i = 1; i < n; i++)
		CHECK(fabsf(sound[i] - sound[i - 1]) < most * 1.25f + 1e-4f);
}

static void tones_stay_tones(void)
{
	static const double tones[] = {100, 180, 440, 1000, 3210};

	for (int i = 0; i < 5; i++) {
		uint32_t n;

		memset(sound, 0, sizeof(sound));
		tone_add(sound, 2400, 0, tones[i], 0.5f);
		n = stretch_shrink(sound, 2400, false);
		CHECK(n <= 2400 - STRETCH_MIN && n >= 2400 - STRETCH_MAX);
		check_smooth(n, 0.5f, tones[i]);

		memset(sound, 0, sizeof(sound));
		tone_add(sound, 2400, 0, tones[i], 0.5f);
		n = stretch_grow(sound, 2400, false);
		CHECK(n >= 2400 + STRETCH_MIN && n <= 2400 + STRETCH_MAX);
		check_smooth(n, 0.5f, tones[i]);
	}
}

static void noise_only_by_force(void)
{
	uint32_t seed = 1;

	for (int i = 0; i < 2400; i++) {
		seed = seed * 1664525 + 1013904223;
		sound[i] = (float)(int32_t)seed / 3e9f;
	}
	CHECK(stretch_shrink(sound, 2400, false) == 2400);
	CHECK(stretch_grow(sound, 2400, false) == 2400);
	CHECK(stretch_grow(sound, 2400, true) > 2400);
	CHECK(stretch_shrink(sound, 2400, true) < 2400);
}

static void silence_by_the_most(void)
{
	memset(sound, 0, sizeof(sound));
	CHECK(stretch_shrink(sound, STRETCH_NEEDS, false) == STRETCH_NEEDS - STRETCH_MAX);
	CHECK(stretch_grow(sound, STRETCH_NEEDS, false) == STRETCH_NEEDS + STRETCH_MAX);
	CHECK(stretch_shrink(sound, STRETCH_NEEDS - 1, true) == STRETCH_NEEDS - 1);
	CHECK(stretch_grow(sound, STRETCH_NEEDS - 1, true) == STRETCH_NEEDS - 1);
}

int main(void)
{
	tones_stay_tones();
	noise_only_by_force();
	silence_by_the_most();
	return 0;
}
