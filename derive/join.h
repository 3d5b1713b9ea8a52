/* join.h - parts of a recording one after the other in one file, as they are.
 *
 * Their sound has to be of one kind. Pictures may differ in size and settings: then each
 * key frame carries its parameter sets with it, which is what the sample description
 * "avc3" says (ISO/IEC 14496-15, 5.4.2.1).
 */
#ifndef DERIVE_JOIN_H
#define DERIVE_JOIN_H

#include "base/attr.h"
#include "base/limits.h"
#include "derive/folder.h"
#include "derive/progress.h"

#include <stdint.h>

struct joined {
	int64_t length_ms;
	int64_t from_ms[LIMIT_DERIVE_PARTS]; /* where each part begins */
};

/* `parts`: descriptors of up to LIMIT_DERIVE_PARTS files. Their chapters go with them.
 * -EMEDIUMTYPE: they have other tracks; -EOVERFLOW: too long together. */
int join(const struct folder *folder, const char *name, const int *parts, int n_parts,
	 struct joined *joined, struct progress *progress) AULA_MUST_CHECK;

/* The same, as far as it can be told by their heads: nothing is written. */
int join_fits(const int *parts, int n_parts, struct joined *joined) AULA_MUST_CHECK;

#endif
