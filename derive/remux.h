/* remux.h - a recording once more, with its pictures as they are, another sound in
 * place of its own, and chapters.
 */
#ifndef DERIVE_REMUX_H
#define DERIVE_REMUX_H

#include "base/attr.h"
#include "derive/chapters.h"
#include "derive/folder.h"
#include "derive/progress.h"

struct source;

/* `table`: of its pieces, see mux.h. `sound`: a file whose AAC takes the place of the
 * recording's own; -1: there is none. */
int remux(const struct folder *folder, const char *name, const char *table,
	  struct source *source, int sound, const struct chapters *chapters,
	  struct progress *progress) AULA_MUST_CHECK;

#endif
