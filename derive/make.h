/* make.h - all that is made of one recording, in its order, in a folder of its own:
 *
 *   waveform.json   loudness.json   sound.m4a     when it has sound
 *   video.mp4       poster.jpg      sprite-N.jpg  sprite.vtt    when it has pictures
 *   slides.mp4                                    the same, on a machine with x264
 *   sound.index     video.index     slides.index  where the pieces of these lie
 *   chapters.vtt    chapters.json
 *   made.json, which says of what all of it was made
 *
 * What is there and was made of the same recording and the same chapters is kept.
 */
#ifndef DERIVE_MAKE_H
#define DERIVE_MAKE_H

#include "base/attr.h"
#include "derive/chapters.h"
#include "derive/folder.h"
#include "derive/loudness.h"
#include "derive/progress.h"

#include <stdbool.h>

struct make_result {
	int64_t length_us;
	bool has_sound, has_video;
	struct loudness_plan loudness; /* with sound */
};

/* `recording` and `chapters` are files that are read; chapters < 0: there are none. */
int make_all(struct make_result *out, const struct folder *folder, int recording,
	     int chapters, struct progress *progress) AULA_MUST_CHECK;

/* Calls told() for each file that the result stands for. */
void make_each(const struct make_result *result, const struct folder *folder,
	       void (*told)(void *ctx, const char *name), void *ctx);

/* video.mp4 and its table, of a recording whose own AAC is good enough. */
int make_laid(const struct folder *folder, int recording, int64_t *length_us,
	      struct progress *progress) AULA_MUST_CHECK;
void make_each_laid(const struct folder *folder,
		    void (*told)(void *ctx, const char *name), void *ctx);

#endif
