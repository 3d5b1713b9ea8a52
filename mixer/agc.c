#include "mixer/agc.h"

#define SLEW_DB    0.02f /* per tick */
#define LIVELY_DB2 9.f   /* variance of the level of speech, at least */
#define DEAD_DB    3.f   /* so near to the target nothing is done */

void agc_init(struct agc *agc)
{
	*agc = (struct agc){.gain = 1};
}

/* How far the gain is from where it should be, in dB; 0: leave it. */
static float error_db(const struct agc *agc)
{
	float mean = 0, square = 0, power = 0, want;

	if (agc->n < AGC_FRAMES)
		return 0;
	for (uint32_t i = 0; i < AGC_FRAMES; i++) {
		mean += agc->levels_db[i] / AGC_FRAMES;
		square += agc->levels_db[i] * agc->levels_db[i] / AGC_FRAMES;
		power += powf(10, agc->levels_db[i] / 10) / AGC_FRAMES;
	}
	if (square - mean * mean < LIVELY_DB2)
		return 0;
	want = AGC_TARGET_DB - 10 * log10f(power);
	want = fmaxf(-AGC_MAX_DB, fminf(AGC_MAX_DB, want));
	return fabsf(want - agc->gain_db) > DEAD_DB ? want - agc->gain_db : 0;
}

void agc_run(struct agc *agc, float pcm[PCM_TICK], float level_db)
{
	float from = agc->gain, step;

	if (level_db > AGC_GATE_DB) {
		float err;

		agc->levels_db[agc->at] = level_db;
		agc->at = (agc->at + 1) % AGC_FRAMES;
		if (agc->n < AGC_FRAMES)
			agc->n++;
		err = error_db(agc);
		agc->gain_db += fmaxf(-SLEW_DB, fminf(SLEW_DB, err));
		agc->gain = powf(10, agc->gain_db / 20);
	}
	step = (agc->gain - from) / PCM_TICK;
	for (int i = 0; i < PCM_TICK; i++)
		pcm[i] *= from + step * (float)(i + 1);
}
