/* paint.h - puts colours and masks over pictures that are there. */
#ifndef MIXER_PAINT_H
#define MIXER_PAINT_H

#include "mixer/scale.h"
#include "mixer/text.h"

#include <stdint.h>

/* Of 0xRRGGBB: BT.601, limited range. */
struct colour paint_colour(uint32_t rgb);

/* Puts a colour where the mask covers, its corner at (x, y); what lies outside of the
 * picture is left out. Chroma goes by the mask's pixel at each even place. */
void paint_mask(struct picture *pic, const struct text_mask *mask, int x, int y,
		struct colour colour);

/* A veil of a colour, `alpha` of 255 thick. `at` is inside of the picture. */
void paint_veil(struct picture *pic, struct rect_px at, struct colour colour,
		uint8_t alpha);

#endif
