#include "mixer/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64u /* what the widest vector instructions like */

static size_t align_up(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

int picture_create(struct picture **out, uint16_t w_px, uint16_t h_px)
{
	size_t y_stride = align_up(w_px), c_stride = align_up((w_px + 1u) / 2);
	size_t head = align_up(sizeof(struct picture));
	size_t y_bytes = y_stride * h_px, c_bytes = c_stride * ((h_px + 1u) / 2);
	struct picture *pic;

	if (!w_px || !h_px)
		return -EINVAL;
	pic = aligned_alloc(ALIGN, head + y_bytes + 2 * c_bytes);
	if (!pic)
		return -ENOMEM;
	*pic = (struct picture){.w_px = w_px,
				.h_px = h_px,
				.y_stride = (int)y_stride,
				.u_stride = (int)c_stride,
				.v_stride = (int)c_stride};
	pic->y = (uint8_t *)pic + head;
	pic->u = pic->y + y_bytes;
	pic->v = pic->u + c_bytes;
	*out = pic;
	return 0;
}

void picture_destroy(struct picture *pic)
{
	if (!pic)
		return;
	if (pic->release)
		pic->release(pic->owner);
	free(pic);
}

/* The same value in the other range; `low` and `span` are of the limited one. */
static void fill_table(uint8_t table[256], bool full, int low, int span)
{
	for (int i = 0; i < 256; i++) {
		int v = full ? ((i - low) * 255 + span / 2) / span
			     : low + (i * span + 127) / 255;

		table[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

struct plane {
	uint8_t *p;
	int stride;
	size_t w, h;
};

/* Copies, by way of `table` if it is not NULL. */
static void map_plane(struct plane dst, const uint8_t *src, int src_stride,
		      const uint8_t *table)
{
	for (size_t row = 0; row < dst.h; row++, dst.p += dst.stride, src += src_stride) {
		if (!table) {
			memmove(dst.p, src, dst.w);
			continue;
		}
		for (size_t x = 0; x < dst.w; x++)
			dst.p[x] = table[src[x]];
	}
}

void picture_convert_range(struct picture *dst, const struct picture *src, bool full)
{
	size_t cw = (src->w_px + 1u) / 2, ch = (src->h_px + 1u) / 2;
	struct plane y = {dst->y, dst->y_stride, src->w_px, src->h_px};
	struct plane u = {dst->u, dst->u_stride, cw, ch};
	struct plane v = {dst->v, dst->v_stride, cw, ch};
	bool same = src->full_range == full;
	uint8_t luma[256], chroma[256];

	fill_table(luma, full, 16, 219);
	fill_table(chroma, full, 16, 224);
	map_plane(y, src->y, src->y_stride, same ? NULL : luma);
	map_plane(u, src->u, src->u_stride, same ? NULL : chroma);
	map_plane(v, src->v, src->v_stride, same ? NULL : chroma);
	dst->full_range = full;
	dst->rotation_deg = src->rotation_deg;
}
