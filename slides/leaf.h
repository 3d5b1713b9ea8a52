/* leaf.h - the picture of one page, ready to be shown: 4:2:0 of 8 bits, limited range.
 * Immutable, counted; it crosses threads.
 */
#ifndef SLIDES_LEAF_H
#define SLIDES_LEAF_H

#include "base/attr.h"
#include "base/ref.h"

#include <stdint.h>

struct leaf {
	struct ref ref;
	uint16_t w_px, h_px;
	int y_stride, c_stride; /* bytes */
	const uint8_t *y, *u, *v;
	/* How much each pixel covers of what is behind, rows as of y; the picture is one
	 * over black then. NULL: it covers all. */
	const uint8_t *a;
};

/* A copy of I420 without gaps, with rows where vector instructions like them.
 * -ENOMEM. */
int leaf_create(struct leaf **out, uint16_t w_px, uint16_t h_px,
		const uint8_t *i420) AULA_MUST_CHECK;
/* The same with an alpha of w * h bytes; NULL: none. */
int leaf_create_over(struct leaf **out, uint16_t w_px, uint16_t h_px, const uint8_t *i420,
		     const uint8_t *alpha) AULA_MUST_CHECK;

static inline struct leaf *leaf_get(struct leaf *leaf)
{
	ref_get(&leaf->ref);
	return leaf;
}

static inline void leaf_put(struct leaf *leaf) /* NULL is accepted */
{
	if (leaf)
		ref_put(&leaf->ref);
}

#endif
