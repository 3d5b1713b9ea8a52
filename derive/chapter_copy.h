/* chapter_copy.h - chapters that stand in a recording, in what is made of a part of it.
 */
#ifndef DERIVE_CHAPTER_COPY_H
#define DERIVE_CHAPTER_COPY_H

#include "base/attr.h"
#include "derive/mux.h"
#include "derive/source.h"

#include <stdint.h>

struct chapter_range {
	int64_t from_ms, to_ms; /* of the recording */
	int64_t at_ms;          /* where that begins in what is made */
};

/* Before mux_start(). What lies outside is left out, as is what no list of ours would
 * have: no title, too long a one, more than LIMIT_CHAPTERS in all. */
int chapter_copy(struct mux *mux, const struct source *source,
		 const struct chapter_range *range) AULA_MUST_CHECK;

#endif
