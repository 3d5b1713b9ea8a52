/* sprite.h - what a recording shows every ten seconds, small: sheets of ten by ten tiles,
 * sprite-1.jpg and so on, and sprite.vtt that says which tile is which time (a cue of
 * WebVTT for each, with a media fragment, https://www.w3.org/TR/media-frags/).
 */
#ifndef DERIVE_SPRITE_H
#define DERIVE_SPRITE_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/progress.h"

#include <stdint.h>

#define SPRITE_US   INT64_C(10000000) /* from tile to tile */
#define SPRITE_SIDE 10                /* tiles across, and down */
#define SPRITE_W_PX 160
#define SPRITE_H_PX 90
#define SPRITE_VTT  "sprite.vtt"

struct source;

uint32_t sprite_sheets(int64_t length_us);
/* Of sheet `n`, from 1. */
void sprite_name(char out[FOLDER_NAME], uint32_t n);

/* Sheets that are there are not made again. */
int sprite_make(const struct folder *folder, struct source *source,
		struct progress *progress) AULA_MUST_CHECK;

#endif
