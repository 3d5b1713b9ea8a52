#include "mixer/backdrop.h"

#include "mixer/geom.h"
#include "mixer/paint.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

void backdrop_fini(struct backdrop *b)
{
	picture_destroy(b->whole);
	art_put(b->art);
	b->whole = NULL;
	b->art = NULL;
}

static int make(struct backdrop *b, struct art *art, uint16_t w_px, uint16_t h_px)
{
	const struct rect_px all = {0, 0, w_px, h_px};
	const struct rect_px from = geom_crop(art->pixels->w_px, art->pixels->h_px, all,
					      false);
	struct art_cut cut = {.of = NULL};
	int err;

	art_cut_set(&cut, art, from, w_px, h_px);
	err = cut.of ? picture_create(&b->whole, w_px, h_px) : -ENOMEM;
	if (!err) {
		b->whole->full_range = false;
		scale_fill(b->whole, all, b->colour);
		art_cut_draw(&cut, b->whole, 0, 0);
	}
	art_cut_fini(&cut);
	return err;
}

void backdrop_set(struct backdrop *b, struct art *art, uint32_t rgb, uint16_t w_px,
		  uint16_t h_px)
{
	const struct colour colour = paint_colour(rgb);
	bool same = b->art == art && memcmp(&colour, &b->colour, sizeof(colour)) == 0;

	if (same && (!art || (b->whole->w_px == w_px && b->whole->h_px == h_px)))
		return;
	backdrop_fini(b);
	b->colour = colour;
	if (art && make(b, art, w_px, h_px) == 0)
		b->art = art_get(art);
}

void backdrop_draw(const struct backdrop *b, struct picture *canvas, struct rect_px at)
{
	if (!b->whole || scale_rect(b->whole, at, canvas, at))
		scale_fill(canvas, at, b->colour);
}
