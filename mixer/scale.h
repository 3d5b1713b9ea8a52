/* scale.h - moves pixels between pictures: scaling, turning, filling. */
#ifndef MIXER_SCALE_H
#define MIXER_SCALE_H

#include "base/attr.h"
#include "mixer/geom.h"
#include "mixer/picture.h"

/* Scales the part `from` of `src` into the part `to` of `dst`. Both lie inside
 * of their picture and start at even pixels. An empty `to` is nothing to do. */
int scale_rect(const struct picture *src, struct rect_px from, struct picture *dst,
	       struct rect_px to) AULA_MUST_CHECK;

/* Scales the whole of `src` into the whole of `dst`. */
int scale_whole(const struct picture *src, struct picture *dst) AULA_MUST_CHECK;

/* A new picture that is upright and of limited range. */
int scale_upright(struct picture **out, const struct picture *src) AULA_MUST_CHECK;

/* `dst` becomes `a` and `b` in parts of 256: 0 is only `a`, up to 255 of `b`. All have
 * one size; `dst` may be neither. */
void scale_mix(const struct picture *a, const struct picture *b, struct picture *dst,
	       uint8_t part);

struct colour {
	uint8_t y, u, v; /* BT.601, limited range */
};

void scale_fill(struct picture *dst, struct rect_px at, struct colour colour);

#endif
