/* loudness.h - how loud something is, by ITU-R BS.1770-4 and EBU R 128, and what is done
 * about it.
 */
#ifndef DERIVE_LOUDNESS_H
#define DERIVE_LOUDNESS_H

#include "base/attr.h"
#include "derive/chain.h"

#include <stdbool.h>
#include <stddef.h>

#define LOUDNESS_TARGET  (-16.0) /* LUFS */
#define LOUDNESS_PEAK    (-1.0)  /* dBTP at most, as EBU R 128 has it */
#define LOUDNESS_CEILING (-3.0)  /* dBTP before encoding, which adds some of its own */
#define LOUDNESS_GAIN    30.0    /* dB at most: beyond is noise and not a voice */
#define LOUDNESS_SILENCE (-70.0) /* LUFS: below nothing is measured */

struct loudness {
	double lufs, peak_dbtp, range_lu;
};

struct loudness_meter {
	struct chain chain;
	struct AVFrame *frame;
	struct loudness now;
};

/* Without `peaks` it costs a third, and says nothing of them. */
int loudness_meter_init(struct loudness_meter *meter, bool peaks) AULA_MUST_CHECK;
void loudness_meter_fini(struct loudness_meter *meter);
int loudness_meter_push(struct loudness_meter *meter, const float *pcm,
			int n) AULA_MUST_CHECK;
/* Of all that was pushed. */
int loudness_meter_end(struct loudness_meter *meter,
		       struct loudness *out) AULA_MUST_CHECK;

/* What is done with a sound, and what came of it. */
struct loudness_plan {
	struct loudness source, made;
	double gain_db, ceiling_dbtp;
	bool linear;  /* gain and nothing else: no peak is held down */
	bool is_made; /* `made` says something */
};

/* By `source`. */
void loudness_plan(struct loudness_plan *plan);
/* As a small file. */
size_t loudness_write(const struct loudness_plan *plan, char *out, size_t size);
/* -EBADMSG: not one that was written here; `plan` is untouched. */
int loudness_read(struct loudness_plan *plan, const char *text) AULA_MUST_CHECK;

#endif
