/* join.h - parts of a recording one after the other in one file, as they are.
 *
 * Their sound has to be of one kind. Pictures may differ in size and settings: then each
 * key frame carries its parameter sets with it, which is what the sample description
 * "avc3" says (ISO/IEC 14496-15, 5.4.2.1).
 */
#ifndef DERIVE_JOIN_H
#define DERIVE_JOIN_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/progress.h"

#include <stdint.h>

/* `parts`: descriptors of up to LIMIT_DERIVE_PARTS files. -EMEDIUMTYPE: they have other
 * tracks; -EOVERFLOW: too long together. */
int join(const struct folder *folder, const char *name, const int *parts, int n_parts,
	 int64_t *length_ms, struct progress *progress) AULA_MUST_CHECK;

#endif
