/* wave.h - how loud a recording is from one tenth of a second to the next, to be drawn:
 * the lowest and the highest sample of each, in JSON as audiowaveform writes it
 * (https://github.com/bbc/audiowaveform, doc/DataFormat.md, version 2).
 */
#ifndef DERIVE_WAVE_H
#define DERIVE_WAVE_H

#include "base/attr.h"
#include "derive/folder.h"

#include <stdint.h>

#define WAVE_HZ    48000
#define WAVE_PIXEL 4800 /* samples */

struct wave {
	int8_t *data; /* pairs */
	uint32_t n, most;
	float low, high; /* of the pixel that grows */
	int filled;      /* samples of it */
};

/* For so many milliseconds at most: what comes after them is left out. */
int wave_init(struct wave *wave, int64_t most_ms) AULA_MUST_CHECK;
void wave_fini(struct wave *wave);
void wave_push(struct wave *wave, const float *pcm, int n);
/* Ends the last pixel, too. */
int wave_write(struct wave *wave, const struct folder *folder,
	       const char *name) AULA_MUST_CHECK;

#endif
