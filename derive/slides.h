/* slides.h - a recording as what is shown in it: stills, each from the moment on at which
 * it came up, and its sound. For who has not much of a net, or reads along.
 *
 * A still is taken when a part of the picture has changed and come to rest: a page, a
 * layout; of small parts less often. One each minute at least, none within two seconds.
 * Who jumps needs all sound from the key frame before: there are as many of them as cost
 * a sixth of that sound.
 */
#ifndef DERIVE_SLIDES_H
#define DERIVE_SLIDES_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/progress.h"

#include <stdint.h>

#define SLIDES_LEAST_US  INT64_C(2000000)  /* from still to still */
#define SLIDES_MOST_US   INT64_C(60000000) /* the same, and from key frame to key frame */
#define SLIDES_REPEAT_US INT64_C(2000000)  /* players wait for a next picture */
#define SLIDES_KEY_US    INT64_C(10000000) /* from key frame to key frame, at least */
#define SLIDES_KEY_SHARE INT64_C(1250)     /* bytes a second of time, for key frames */

struct source;

/* Without sound, of the recording's size. */
int slides_make(const struct folder *folder, const char *name, struct source *source,
		struct progress *progress) AULA_MUST_CHECK;

#endif
