#include "mixer/scale.h"

#include <errno.h>
#include <libyuv/planar_functions.h>
#include <libyuv/rotate.h>
#include <libyuv/scale.h>
#include <stdbool.h>
#include <stddef.h>

struct planes {
	uint8_t *y, *u, *v;
};

static struct planes planes_at(const struct picture *pic, uint16_t x, uint16_t y)
{
	return (struct planes){
		pic->y + (ptrdiff_t)y * pic->y_stride + x,
		pic->u + (ptrdiff_t)(y / 2) * pic->u_stride + x / 2,
		pic->v + (ptrdiff_t)(y / 2) * pic->v_stride + x / 2,
	};
}

static int stretch(const struct picture *src, struct rect_px from, struct picture *dst,
		   struct rect_px to, enum FilterMode filter)
{
	struct planes s = planes_at(src, from.x, from.y);
	struct planes d = planes_at(dst, to.x, to.y);

	if (I420Scale(s.y, src->y_stride, s.u, src->u_stride, s.v, src->v_stride, from.w,
		      from.h, d.y, dst->y_stride, d.u, dst->u_stride, d.v, dst->v_stride,
		      to.w, to.h, filter))
		return -EINVAL;
	return 0;
}

/* libyuv has vector code for averaging to 1/2, 3/8 and 1/4 of both sides. */
static bool is_fast(struct rect_px from, struct rect_px to)
{
	static const uint8_t eighths[] = {2, 3, 4};

	for (uint32_t i = 0; i < sizeof(eighths); i++)
		if (to.w * 8u == (uint32_t)from.w * eighths[i] &&
		    to.h * 8u == (uint32_t)from.h * eighths[i])
			return true;
	return false;
}

/* Any other ratio below a half: averaging over so many pixels is slow, leaving most
 * of them out flickers. So halves first, which is fast, then the rest. */
static int scale_far(const struct picture *src, struct rect_px from, struct picture *dst,
		     struct rect_px to)
{
	struct rect_px whole = {0, 0, (uint16_t)(from.w / 4 * 2),
				(uint16_t)(from.h / 4 * 2)};
	struct picture *half = NULL;
	int err;

	from.w = (uint16_t)(whole.w * 2); /* at most two pixels of the edge are lost */
	from.h = (uint16_t)(whole.h * 2);
	err = picture_create(&half, whole.w, whole.h);
	if (err)
		return err;
	err = stretch(src, from, half, whole, kFilterBox);
	if (!err)
		err = scale_rect(half, whole, dst, to);
	picture_destroy(half);
	return err;
}

int scale_rect(const struct picture *src, struct rect_px from, struct picture *dst,
	       struct rect_px to)
{
	bool smaller = to.w < from.w && to.h < from.h;

	if (!to.w || !to.h)
		return 0;
	if (!from.w || !from.h)
		return -EINVAL;
	if (smaller && !is_fast(from, to)) {
		if (to.w * 2 < from.w && to.h * 2 < from.h)
			return scale_far(src, from, dst, to);
		/* above a half two neighbours are all there is to average */
		return stretch(src, from, dst, to, kFilterBilinear);
	}
	/* the box filter turns itself into bilinear where nothing is to average */
	return stretch(src, from, dst, to, kFilterBox);
}

int scale_whole(const struct picture *src, struct picture *dst)
{
	return scale_rect(src, (struct rect_px){0, 0, src->w_px, src->h_px}, dst,
			  (struct rect_px){0, 0, dst->w_px, dst->h_px});
}

static int turn(struct picture **out, const struct picture *src)
{
	bool aside = src->rotation_deg == 90 || src->rotation_deg == 270;
	struct picture *dst = NULL;
	int err = picture_create(&dst, aside ? src->h_px : src->w_px,
				 aside ? src->w_px : src->h_px);

	if (err)
		return err;
	if (I420Rotate(src->y, src->y_stride, src->u, src->u_stride, src->v,
		       src->v_stride, dst->y, dst->y_stride, dst->u, dst->u_stride,
		       dst->v, dst->v_stride, src->w_px, src->h_px,
		       (enum RotationMode)src->rotation_deg)) {
		picture_destroy(dst);
		return -EINVAL;
	}
	dst->full_range = src->full_range;
	*out = dst;
	return 0;
}

int scale_upright(struct picture **out, const struct picture *src)
{
	struct picture *dst = NULL;
	int err = turn(&dst, src);

	if (err)
		return err;
	if (dst->full_range)
		picture_convert_range(dst, dst, false);
	*out = dst;
	return 0;
}

void scale_mix(const struct picture *a, const struct picture *b, struct picture *dst,
	       uint8_t part)
{
	I420Interpolate(a->y, a->y_stride, a->u, a->u_stride, a->v, a->v_stride, b->y,
			b->y_stride, b->u, b->u_stride, b->v, b->v_stride, dst->y,
			dst->y_stride, dst->u, dst->u_stride, dst->v, dst->v_stride,
			a->w_px, a->h_px, part);
}

void scale_fill(struct picture *dst, struct rect_px at, struct colour colour)
{
	if (at.w && at.h)
		I420Rect(dst->y, dst->y_stride, dst->u, dst->u_stride, dst->v,
			 dst->v_stride, at.x, at.y, at.w, at.h, colour.y, colour.u,
			 colour.v);
}
