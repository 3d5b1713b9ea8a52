/* sound.h - the sound of a recording on one line of time that begins with it: mono float
 * of 48 kHz. What is missing is silence, what comes twice is heard once.
 */
#ifndef DERIVE_SOUND_H
#define DERIVE_SOUND_H

#include "base/attr.h"

#include <stdint.h>

#define SOUND_HZ    48000
#define SOUND_BLOCK 4800 /* samples that are told at once, at most */

struct source;

struct sound_sink {
	void *ctx;
	/* `at`: the number of samples before these. Not 0: stop, and that is returned. */
	int (*samples)(void *ctx, int64_t at, const float *pcm, int n);
};

/* All of it, once. Other streams are not read. -EBADMSG: more than a little of it cannot
 * be decoded. */
int sound_read(struct source *source, const struct sound_sink *sink) AULA_MUST_CHECK;

#endif
