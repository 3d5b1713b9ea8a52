#include "mixer/art.h"

#include "mixer/scale.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void art_free(struct ref *ref)
{
	struct art *art = (struct art *)ref; /* its first field */

	picture_destroy(art->pixels);
	picture_destroy(art->alpha);
	free(art);
}

/* Of each four pixels, or of those that there are at the edge. */
static void halve(struct picture *alpha)
{
	for (int y = 0; y < (alpha->h_px + 1) / 2; y++)
		for (int x = 0; x < (alpha->w_px + 1) / 2; x++) {
			const uint8_t *p = alpha->y + (ptrdiff_t)2 * y * alpha->y_stride +
					   2 * x;
			int right = 2 * x + 1 < alpha->w_px;
			int down = 2 * y + 1 < alpha->h_px ? alpha->y_stride : 0;
			int sum = p[0] + p[right] + p[down] + p[down + right];

			alpha->u[(ptrdiff_t)y * alpha->u_stride + x] =
				(uint8_t)((sum + 2) / 4);
		}
}

static int alpha_make(struct picture **out, uint16_t w_px, uint16_t h_px,
		      const uint8_t *from, int stride)
{
	struct picture *alpha = NULL;
	int err = picture_create(&alpha, w_px, h_px);

	if (err)
		return err;
	for (int y = 0; y < h_px; y++)
		memcpy(alpha->y + (ptrdiff_t)y * alpha->y_stride,
		       from + (ptrdiff_t)y * stride, w_px);
	halve(alpha);
	memcpy(alpha->v, alpha->u, (size_t)alpha->u_stride * ((h_px + 1u) / 2));
	*out = alpha;
	return 0;
}

int art_create(struct art **out, struct picture *pixels, const uint8_t *alpha, int stride)
{
	struct art *art = calloc(1, sizeof(*art));
	int err = -ENOMEM;

	if (art && alpha)
		err = alpha_make(&art->alpha, pixels->w_px, pixels->h_px, alpha, stride);
	else if (art)
		err = 0;
	if (err) {
		picture_destroy(pixels);
		free(art);
		return err;
	}
	ref_init(&art->ref, art_free);
	art->pixels = pixels;
	*out = art;
	return 0;
}

/* ---- drawn ---------------------------------------------------------------------- */

void art_cut_fini(struct art_cut *cut)
{
	picture_destroy(cut->pixels);
	picture_destroy(cut->alpha);
	art_put(cut->of);
	memset(cut, 0, sizeof(*cut));
}

static int scaled(struct picture **out, const struct picture *of, struct rect_px from,
		  uint16_t w_px, uint16_t h_px)
{
	struct picture *pic = NULL;
	int err = picture_create(&pic, w_px, h_px);

	if (!err)
		err = scale_rect(of, from, pic, (struct rect_px){0, 0, w_px, h_px});
	if (err)
		picture_destroy(pic);
	else
		*out = pic;
	return err;
}

/* The same picture and size is the same part: where it lies depends on nothing else. */
void art_cut_set(struct art_cut *cut, struct art *art, struct rect_px from, uint16_t w_px,
		 uint16_t h_px)
{
	int err;

	if (art == cut->of &&
	    (!art || (cut->pixels->w_px == w_px && cut->pixels->h_px == h_px)))
		return;
	art_cut_fini(cut);
	if (!art)
		return;
	err = scaled(&cut->pixels, art->pixels, from, w_px, h_px);
	if (!err && art->alpha)
		err = scaled(&cut->alpha, art->alpha, from, w_px, h_px);
	cut->of = art_get(art);
	if (err)
		art_cut_fini(cut);
}

struct plane {
	uint8_t *p;
	int stride;
	size_t w, h;
};

/* 255 parts of `zero`, which is black or no colour, are what nothing covers; what the
 * picture adds to it is already multiplied. */
static void over_plane(struct plane to, const uint8_t *p, int stride, const uint8_t *a,
		       int a_stride, unsigned zero)
{
	for (size_t y = 0; y < to.h; y++, to.p += to.stride, p += stride, a += a_stride)
		for (size_t x = 0; x < to.w; x++) {
			unsigned t = to.p[x] * (255u - a[x]) + zero * a[x] + 128;
			int v = (int)((t + (t >> 8)) >> 8) + p[x] - (int)zero;

			to.p[x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
}

void art_cut_draw(const struct art_cut *cut, struct picture *canvas, uint16_t x,
		  uint16_t y)
{
	const struct picture *p = cut->pixels, *a = cut->alpha;
	ptrdiff_t u = (ptrdiff_t)(y / 2) * canvas->u_stride + x / 2;
	ptrdiff_t v = (ptrdiff_t)(y / 2) * canvas->v_stride + x / 2;
	size_t w, h;

	if (!cut->of)
		return;
	w = p->w_px;
	h = p->h_px;
	if (!a) {
		(void)!scale_rect(p, (struct rect_px){0, 0, p->w_px, p->h_px}, canvas,
				  (struct rect_px){x, y, p->w_px, p->h_px});
		return;
	}
	over_plane((struct plane){canvas->y + (ptrdiff_t)y * canvas->y_stride + x,
				  canvas->y_stride, w, h},
		   p->y, p->y_stride, a->y, a->y_stride, 16);
	over_plane((struct plane){canvas->u + u, canvas->u_stride, w / 2, h / 2}, p->u,
		   p->u_stride, a->u, a->u_stride, 128);
	over_plane((struct plane){canvas->v + v, canvas->v_stride, w / 2, h / 2}, p->v,
		   p->v_stride, a->v, a->v_stride, 128);
}
