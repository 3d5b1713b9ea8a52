/* decor.h - what a picture has beside its cells, as a layout asks for it. A value. */
#ifndef BASE_DECOR_H
#define BASE_DECOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DECOR_TEXT   97       /* bytes of a banner, with the zero */
#define DECOR_GROUND 0x14181e /* where a layout says nothing */

enum decor_corner {
	DECOR_NOWHERE,
	DECOR_TOP_LEFT,
	DECOR_TOP_RIGHT,
	DECOR_BOTTOM_LEFT,
	DECOR_BOTTOM_RIGHT,
	DECOR_CORNERS,
};

struct decor {
	uint32_t ground; /* 0xRRGGBB, where no cell is */
	enum decor_corner clock;
	bool banner_below;       /* else at the top */
	char banner[DECOR_TEXT]; /* UTF-8; empty: there is none */
};

static inline bool decor_same(const struct decor *a, const struct decor *b)
{
	return a->ground == b->ground && a->clock == b->clock &&
	       a->banner_below == b->banner_below && strcmp(a->banner, b->banner) == 0;
}

#endif
