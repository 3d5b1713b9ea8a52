/* trim.h - a part of a recording, as it is: nothing is encoded again, so that it begins
 * with a key frame.
 */
#ifndef DERIVE_TRIM_H
#define DERIVE_TRIM_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/progress.h"

#include <stdint.h>

struct trim {
	int64_t from_ms, to_ms; /* asked for, and then: what it really was */
};

/* From the key frame at or before `from_ms` to `to_ms`, or to its end. Its chapters go
 * with it. -ERANGE: nothing is there. */
int trim(const struct folder *folder, const char *name, int recording, struct trim *range,
	 struct progress *progress) AULA_MUST_CHECK;

#endif
