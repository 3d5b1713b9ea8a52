/* image.h - pixels of a page inside of the program that reads decks: decoding of
 * pictures, scaling, and what is made of them. One thread.
 */
#ifndef SLIDES_IMAGE_H
#define SLIDES_IMAGE_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct image { /* B, G, R, A in this order, opaque or multiplied, without gaps */
	uint32_t w_px, h_px;
	uint8_t *px; /* freed by image_fini() */
};

/* Not yet filled. -ENOMEM, -EINVAL for an empty one. */
int image_init(struct image *image, uint32_t w_px, uint32_t h_px) AULA_MUST_CHECK;
void image_fini(struct image *image);

/* The size of w x h in a box, never larger than it is unless `grow`; even, 16 at
 * least. */
void image_fit(double w, double h, uint32_t box_w, uint32_t box_h, int grow,
	       uint32_t *out_w, uint32_t *out_h);

/* A PNG, JPEG or WebP file, upright as its Exif says, what can be seen through on
 * white. -EBADMSG, -EFBIG above LIMIT_DECK_PIXELS, -ENOTSUP, -ENOMEM. */
int image_decode(struct image *out, const uint8_t *data, size_t len) AULA_MUST_CHECK;
/* The same over nothing: colours are multiplied by alpha, which is what scaling wants. */
int image_decode_clear(struct image *out, const uint8_t *data,
		       size_t len) AULA_MUST_CHECK;

/* `out` is as large as it says; the filter is a good one. */
int image_scale(const struct image *from, struct image *out) AULA_MUST_CHECK;

/* I420 of BT.601 in limited range, without gaps: w * h * 3 / 2 bytes; even sizes. The
 * caller frees. */
int image_i420(uint8_t **out, const struct image *from) AULA_MUST_CHECK;
/* Its alpha, w * h bytes; the caller frees. NULL in `out`: all of it is opaque. */
int image_alpha(uint8_t **out, const struct image *from) AULA_MUST_CHECK;

/* A WebP file of about `wanted` bytes if a fair quality allows that, of `most` at most.
 * The caller frees. -EMSGSIZE: nothing fits. */
int image_webp(uint8_t **out, size_t *len, const struct image *from, size_t wanted,
	       size_t most) AULA_MUST_CHECK;

#endif
