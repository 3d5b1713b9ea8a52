#include "mixer/label.h"

#include "mixer/paint.h"

#define LARGEST 36  /* px */
#define VEIL_A  208 /* of 255: white letters on a white picture: 9 to 1 */
#define VEIL    0x14181e
#define LETTERS 0xf2f4f6

uint16_t label_px(const struct picture *canvas, struct rect_px at)
{
	uint16_t side = canvas->w_px < canvas->h_px ? canvas->w_px : canvas->h_px;
	uint16_t least = side / 40 > LABEL_LEAST_PX ? side / 40 : LABEL_LEAST_PX;
	uint16_t px = at.h / 18;

	px = px < least ? least : px > LARGEST ? LARGEST : px;
	return at.h < 3 * px || at.w < 4 * px ? 0 : px;
}

/* Letters of all lines stand at the same height of their boxes. */
static int top_of(const struct text_mask *mask, struct rect_px box, uint16_t size_px)
{
	return box.y + (box.h - size_px) / 2 + size_px * 88 / 100 - mask->base;
}

void label_name(struct picture *canvas, struct rect_px at, const char *name,
		struct tiles *tiles)
{
	uint16_t size = label_px(canvas, at), pad = (uint16_t)(size / 2);
	const struct text_mask *mask = NULL;
	struct rect_px box;

	if (size)
		mask = tiles_line(tiles, name, size, (uint16_t)(at.w - 2 * pad));
	if (!mask)
		return;
	box.w = (uint16_t)((mask->w_px + 2 * pad + 1) / 2 * 2);
	box.h = (uint16_t)(size * 17 / 10 / 2 * 2);
	if (box.w > at.w)
		box.w = at.w;
	box.x = at.x;
	box.y = (uint16_t)(at.y + at.h - box.h);
	paint_veil(canvas, box, paint_colour(VEIL), VEIL_A);
	paint_mask(canvas, mask, box.x + pad, top_of(mask, box, size),
		   paint_colour(LETTERS));
}

void label_line(struct picture *canvas, struct rect_px at, const char *text,
		uint16_t size_px, struct tiles *tiles)
{
	const struct text_mask *mask = NULL;

	if (at.w > 2 * size_px)
		mask = tiles_line(tiles, text, size_px, (uint16_t)(at.w - size_px));
	paint_veil(canvas, at, paint_colour(VEIL), VEIL_A);
	if (mask)
		paint_mask(canvas, mask, at.x + (at.w - mask->w_px) / 2,
			   top_of(mask, at, size_px), paint_colour(LETTERS));
}
