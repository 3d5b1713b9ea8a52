/* decor.h - what a picture has beside its cells, as a layout asks for it. A value. */
#ifndef BASE_DECOR_H
#define BASE_DECOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DECOR_TEXT   97       /* bytes of a banner, with the zero */
#define DECOR_GROUND 0x14181e /* where a layout says nothing */
#define DECOR_NAME   32       /* of a picture, [a-z0-9-], with the zero */

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
	/* Names of the server's pictures; empty, or there is no such one: none. */
	char picture[DECOR_NAME]; /* behind all cells */
	char logo[DECOR_NAME];    /* over them, in its corner */
	enum decor_corner logo_at;
	uint16_t logo_permille; /* its height, of the canvas's */
};

static inline bool decor_same(const struct decor *a, const struct decor *b)
{
	return a->ground == b->ground && a->clock == b->clock &&
	       a->banner_below == b->banner_below && a->logo_at == b->logo_at &&
	       a->logo_permille == b->logo_permille &&
	       strcmp(a->banner, b->banner) == 0 && strcmp(a->picture, b->picture) == 0 &&
	       strcmp(a->logo, b->logo) == 0;
}

#endif
