#include "mixer/limiter.h"

#include "tests/test.h"
#include "tests/tone.h"

#include <string.h>

static float sound[PCM_TICK * 50];

static float run(double hz, float peak)
{
	struct limiter lim;
	float most = 0;

	memset(sound, 0, sizeof(sound));
	tone_add(sound, PCM_TICK * 50, 0, hz, peak);
	limiter_init(&lim);
	for (int t = 0; t < 50; t++)
		limiter_run(&lim, sound + t * PCM_TICK);
	for (int i = 0; i < PCM_TICK * 50; i++)
		most = fmaxf(most, fabsf(sound[i]));
	return most;
}

static void quiet_tone_is_untouched(void)
{
	float line[PCM_TICK * 50] = {0};

	run(1000, 0.25f); /* -12 dB */
	tone_add(line, PCM_TICK * 50, 0, 1000, 0.25f);
	for (int i = 0; i + 240 < PCM_TICK * 50; i++)
		CHECK(sound[i + 240] == line[i]);
	CHECK(fabs(tone_db(sound + PCM_TICK, PCM_TICK * 40, 1000) + 12.04) < 0.1);
}

static void loud_tone_stays_a_tone(void)
{
	static const float peaks[] = {0.9f, 1, 2, 8, 100};

	for (int i = 0; i < 5; i++) {
		double main_db, third_db;

		CHECK(run(1000, peaks[i]) <= LIMITER_CEILING * 1.0001f);
		main_db = tone_db(sound + PCM_TICK * 25, PCM_TICK * 20, 1000);
		third_db = tone_db(sound + PCM_TICK * 25, PCM_TICK * 20, 3000);
		CHECK(main_db > -2.0 && main_db < 0);
		CHECK(third_db < main_db - 50);
	}
}

static void nothing_gets_over_the_ceiling(void)
{
	struct limiter lim;
	uint32_t seed = 7;
	float pcm[PCM_TICK];

	limiter_init(&lim);
	for (int t = 0; t < 500; t++) {
		for (int i = 0; i < PCM_TICK; i++) {
			seed = seed * 1664525 + 1013904223;
			/* mostly silence with clicks of any height, anywhere */
			pcm[i] = seed % 97 ? 0.01f : (float)(int32_t)seed / 3e8f;
		}
		limiter_run(&lim, pcm);
		for (int i = 0; i < PCM_TICK; i++)
			CHECK(fabsf(pcm[i]) <= LIMITER_CEILING * 1.0001f);
	}
}

static void comes_back_after_a_burst(void)
{
	struct limiter lim;
	float pcm[PCM_TICK];

	limiter_init(&lim);
	for (int t = 0; t < 40; t++) {
		memset(pcm, 0, sizeof(pcm));
		tone_add(pcm, PCM_TICK, t * PCM_TICK, 1000, t < 5 ? 4.0f : 0.25f);
		limiter_run(&lim, pcm);
	}
	CHECK(fabs(tone_db(pcm, PCM_TICK, 1000) + 12.04) < 0.5);
}

int main(void)
{
	quiet_tone_is_untouched();
	loud_tone_stays_a_tone();
	nothing_gets_over_the_ceiling();
	comes_back_after_a_burst();
	return 0;
}
