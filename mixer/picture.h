/* picture.h - one 4:2:0 picture of 8 bits. One owner, one thread at a time. */
#ifndef MIXER_PICTURE_H
#define MIXER_PICTURE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct picture {
	uint16_t w_px, h_px;   /* 1 or more; chroma is half of it, rounded up */
	uint16_t rotation_deg; /* still to be turned clockwise: 0, 90, 180 or 270 */
	bool full_range;       /* luma 0..255; else 16..235 as in broadcasting */
	uint8_t *y, *u, *v;
	int y_stride, u_stride, v_stride; /* bytes; may be more than the width */
	/* Frees the planes when they are not of picture_create(). */
	void (*release)(void *owner);
	void *owner;
};

/* With planes of its own, not yet filled. -ENOMEM, -EINVAL for an empty one. */
int picture_create(struct picture **out, uint16_t w_px, uint16_t h_px) AULA_MUST_CHECK;
void picture_destroy(struct picture *pic); /* NULL is accepted */

/* Copies `src` into `dst` of the same size (they may be the same) and makes its
 * samples full range or limited range, whatever they were. */
void picture_convert_range(struct picture *dst, const struct picture *src, bool full);

#endif
