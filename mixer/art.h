/* art.h - a still picture that layouts show behind or over all cells, with how much of
 * it can be seen through. Immutable, counted; it crosses threads.
 */
#ifndef MIXER_ART_H
#define MIXER_ART_H

#include "base/attr.h"
#include "base/ref.h"
#include "mixer/geom.h"
#include "mixer/picture.h"

#include <stddef.h>
#include <stdint.h>

struct art {
	struct ref ref;
	/* Limited range, upright. With an alpha it is the picture over black, so that
	 * scaling mixes no colours that cannot be seen. */
	struct picture *pixels;
	/* In its y how much each pixel covers, 0 to 255; in u and v the same of each
	 * four. NULL: it covers all. */
	struct picture *alpha;
};

/* Takes `pixels`, also on failure; copies `alpha`, NULL for none, with rows of `stride`
 * bytes. -ENOMEM. */
int art_create(struct art **out, struct picture *pixels, const uint8_t *alpha,
	       int stride) AULA_MUST_CHECK;

static inline struct art *art_get(struct art *art) /* NULL is accepted */
{
	if (art)
		ref_get(&art->ref);
	return art;
}

static inline void art_put(struct art *art) /* NULL is accepted */
{
	if (art)
		ref_put(&art->ref);
}

/* A part of one in the size in which it is drawn. One thread. */
struct art_cut {
	struct art *of; /* NULL: there is nothing to draw */
	struct picture *pixels, *alpha;
};

/* Makes it so, unless it is already; `art` may be NULL. `from` lies inside of it. Without
 * memory it is empty. */
void art_cut_set(struct art_cut *cut, struct art *art, struct rect_px from, uint16_t w_px,
		 uint16_t h_px);
void art_cut_fini(struct art_cut *cut);

/* Draws it over what is there, its corner at (x, y), both even; all of it lies inside. */
void art_cut_draw(const struct art_cut *cut, struct picture *canvas, uint16_t x,
		  uint16_t y);

#endif
