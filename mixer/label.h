/* label.h - a line of text over what is shown, on a veil so dark that it can be read
 * whatever is below.
 */
#ifndef MIXER_LABEL_H
#define MIXER_LABEL_H

#include "mixer/picture.h"
#include "mixer/scale.h"
#include "mixer/tile.h"

#define LABEL_LEAST_PX 12 /* of letters: smaller ones are not drawn at all */

/* The size of letters in `at`: an eighteenth of its height, but no less than can be read
 * of a canvas of that size. 0: they do not fit. */
uint16_t label_px(const struct picture *canvas, struct rect_px at);

/* A name at the lower left of `at`, which lies in the canvas. */
void label_name(struct picture *canvas, struct rect_px at, const char *name,
		struct tiles *tiles);

/* A line in the middle of `at`, all of which is veiled. */
void label_line(struct picture *canvas, struct rect_px at, const char *text,
		uint16_t size_px, struct tiles *tiles);

#endif
