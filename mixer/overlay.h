/* overlay.h - what lies over all cells of a canvas: a banner and a clock, each on a veil,
 * and a logo. One thread.
 */
#ifndef MIXER_OVERLAY_H
#define MIXER_OVERLAY_H

#include "base/decor.h"
#include "mixer/geom.h"
#include "mixer/picture.h"
#include "mixer/tile.h"

#include <stdbool.h>
#include <stdint.h>

#define OVERLAYS_MAX          3
#define OVERLAY_LOGO_LEAST_PX 8 /* high: a smaller one is left out */

struct overlays {
	uint32_t n;
	struct overlay {
		struct rect_px at; /* they do not meet */
		enum overlay_kind { OVERLAY_BANNER, OVERLAY_CLOCK, OVERLAY_LOGO } kind;
		bool stale; /* for the caller: to be drawn */
	} list[OVERLAYS_MAX];
	uint16_t size_px; /* of letters */
	int64_t minute;   /* that the clock shows, since 1970 */
	char time[6];
};

/* Where they lie on a canvas; all are stale. One too small to read them has none. `logo`
 * is that of `decor`, of which only the shape counts; NULL: there is none. */
void overlays_place(struct overlays *o, const struct decor *decor,
		    const struct picture *logo, uint16_t w_px, uint16_t h_px);

/* It is this time now: the clock is stale when its minute is over. Local time. */
void overlays_time(struct overlays *o, int64_t wall_ms);

/* Draws one that is no logo over what is there, and it is no longer stale. */
void overlay_draw(struct overlays *o, uint32_t i, struct picture *canvas,
		  const struct decor *decor, struct tiles *tiles);

#endif
