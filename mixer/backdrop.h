/* backdrop.h - what a canvas shows where no cell is: a colour, or a picture that covers
 * all of it, over that colour where it can be seen through. One thread.
 */
#ifndef MIXER_BACKDROP_H
#define MIXER_BACKDROP_H

#include "mixer/art.h"
#include "mixer/picture.h"
#include "mixer/scale.h"

#include <stdint.h>

struct backdrop { /* all zeros: not set yet */
	struct colour colour;
	struct picture *whole; /* as large as the canvas; NULL: only the colour */
	struct art *art;       /* what `whole` was made of */
};

/* Scales only when the picture, the colour below it or the size is another one. Without
 * memory the colour is left. */
void backdrop_set(struct backdrop *b, struct art *art, uint32_t rgb, uint16_t w_px,
		  uint16_t h_px);
void backdrop_fini(struct backdrop *b);

/* Its part `at`. */
void backdrop_draw(const struct backdrop *b, struct picture *canvas, struct rect_px at);

#endif
