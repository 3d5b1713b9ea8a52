/* agc.h - brings voices to a like loudness: a gain within ±12 dB that moves by
 * at most 1 dB a second, and only on speech. Speech is told from tones and hum
 * by how much its level moves, so that a constant tone is left alone.
 */
#ifndef MIXER_AGC_H
#define MIXER_AGC_H

#include "mixer/pcm.h"

#define AGC_FRAMES    50      /* ticks that are judged together */
#define AGC_GATE_DB   (-50.f) /* what is below is not speech */
#define AGC_TARGET_DB (-22.f) /* RMS of the ticks with speech */
#define AGC_MAX_DB    12.f

struct agc {
	float levels_db[AGC_FRAMES]; /* of the last ticks above the gate, a ring */
	uint32_t n, at;
	float gain_db;
	float gain; /* the same as a factor, where the last tick ended */
};

void agc_init(struct agc *agc);

/* One tick of a voice, in place. `level_db` is its level by pcm_level(). */
void agc_run(struct agc *agc, float pcm[PCM_TICK], float level_db);

#endif
