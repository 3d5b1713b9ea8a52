/* poster.h - the picture that stands for a recording: its first key frame that shows
 * something. Of a recording that is one colour all through it is the first one.
 */
#ifndef DERIVE_POSTER_H
#define DERIVE_POSTER_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/progress.h"

#define POSTER_W_PX 640

struct source;

int poster_make(const struct folder *folder, const char *name, struct source *source,
		struct progress *progress) AULA_MUST_CHECK;

#endif
