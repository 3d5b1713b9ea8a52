/* level.h - the sound of a recording as a file of its own, as loud as speech should be:
 * AAC-LC, 64 kbit/s, mono, 48 kHz.
 */
#ifndef DERIVE_LEVEL_H
#define DERIVE_LEVEL_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/loudness.h"
#include "derive/progress.h"

struct source;

/* `table`: of its pieces, see mux.h. By `plan`, which is told what came of it: measured
 * on what was encoded. When that is too loud, too quiet or has peaks that are too high
 * the plan is corrected and all is made once more, up to three times. */
int level_make(const struct folder *folder, const char *name, const char *table,
	       int recording, struct loudness_plan *plan,
	       struct progress *progress) AULA_MUST_CHECK;

#endif
