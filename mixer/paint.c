#include "mixer/paint.h"

#include <stddef.h>

struct colour paint_colour(uint32_t rgb)
{
	int r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;

	return (struct colour){
		(uint8_t)(16 + ((66 * r + 129 * g + 25 * b + 128) >> 8)),
		(uint8_t)(128 + ((-38 * r - 74 * g + 112 * b + 128) >> 8)),
		(uint8_t)(128 + ((112 * r - 94 * g - 18 * b + 128) >> 8)),
	};
}

static uint8_t mix(uint8_t below, uint8_t above, uint32_t alpha)
{
	return (uint8_t)((below * (255 - alpha) + above * alpha + 127) / 255);
}

void paint_mask(struct picture *pic, const struct text_mask *mask, int x0, int y0,
		struct colour c)
{
	for (int row = 0; row < mask->h_px; row++) {
		const uint8_t *a = mask->a + (size_t)row * mask->w_px;
		int y = y0 + row;

		if (y < 0 || y >= pic->h_px)
			continue;
		for (int col = 0; col < mask->w_px; col++) {
			int x = x0 + col;

			if (x < 0 || x >= pic->w_px || !a[col])
				continue;
			uint8_t *luma = &pic->y[y * pic->y_stride + x];

			*luma = mix(*luma, c.y, a[col]);
			if (x % 2 || y % 2)
				continue;
			uint8_t *u = &pic->u[y / 2 * pic->u_stride + x / 2];
			uint8_t *v = &pic->v[y / 2 * pic->v_stride + x / 2];

			*u = mix(*u, c.u, a[col]);
			*v = mix(*v, c.v, a[col]);
		}
	}
}

static void veil(uint8_t *p, int stride, uint16_t w, uint16_t h, uint8_t above,
		 uint8_t alpha)
{
	for (uint16_t row = 0; row < h; row++, p += stride)
		for (uint16_t x = 0; x < w; x++)
			p[x] = mix(p[x], above, alpha);
}

void paint_veil(struct picture *pic, struct rect_px at, struct colour c, uint8_t alpha)
{
	uint16_t w = at.w / 2, h = at.h / 2;

	veil(pic->y + (ptrdiff_t)at.y * pic->y_stride + at.x, pic->y_stride, at.w, at.h,
	     c.y, alpha);
	veil(pic->u + (ptrdiff_t)(at.y / 2) * pic->u_stride + at.x / 2, pic->u_stride, w,
	     h, c.u, alpha);
	veil(pic->v + (ptrdiff_t)(at.y / 2) * pic->v_stride + at.x / 2, pic->v_stride, w,
	     h, c.v, alpha);
}
