#include "slides/leaf.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64u

static size_t align_up(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static void leaf_free(struct ref *ref)
{
	free((char *)ref - offsetof(struct leaf, ref));
}

static const uint8_t *plane(uint8_t *to, size_t stride, const uint8_t *from, size_t w,
			    size_t h)
{
	for (size_t i = 0; i < h; i++)
		memcpy(to + i * stride, from + i * w, w);
	return to;
}

int leaf_create(struct leaf **out, uint16_t w_px, uint16_t h_px, const uint8_t *i420)
{
	return leaf_create_over(out, w_px, h_px, i420, NULL);
}

int leaf_create_over(struct leaf **out, uint16_t w_px, uint16_t h_px, const uint8_t *i420,
		     const uint8_t *alpha)
{
	size_t w = w_px, h = h_px, cw = (w + 1) / 2, ch = (h + 1) / 2;
	size_t ys = align_up(w), cs = align_up(cw), head = align_up(sizeof(struct leaf));
	size_t as = alpha ? ys * h : 0;
	struct leaf *leaf = aligned_alloc(ALIGN, head + ys * h + 2 * cs * ch + as);
	uint8_t *at = (uint8_t *)leaf + head;

	if (!leaf)
		return -ENOMEM;
	ref_init(&leaf->ref, leaf_free);
	leaf->w_px = w_px;
	leaf->h_px = h_px;
	leaf->y_stride = (int)ys;
	leaf->c_stride = (int)cs;
	leaf->y = plane(at, ys, i420, w, h);
	leaf->u = plane(at + ys * h, cs, i420 + w * h, cw, ch);
	leaf->v = plane(at + ys * h + cs * ch, cs, i420 + w * h + cw * ch, cw, ch);
	leaf->a = alpha ? plane(at + ys * h + 2 * cs * ch, ys, alpha, w, h) : NULL;
	*out = leaf;
	return 0;
}
