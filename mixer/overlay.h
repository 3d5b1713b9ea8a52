/* overlay.h - what lies over all cells of a canvas: a banner and a clock, each on a veil.
 * One thread.
 */
#ifndef MIXER_OVERLAY_H
#define MIXER_OVERLAY_H

#include "base/decor.h"
#include "mixer/geom.h"
#include "mixer/picture.h"
#include "mixer/tile.h"

#include <stdbool.h>
#include <stdint.h>

#define OVERLAYS_MAX 2

struct overlays {
	uint32_t n;
	struct overlay {
		struct rect_px at; /* they do not meet */
		bool clock;        /* else the banner */
		bool stale;        /* for the caller: to be drawn */
	} list[OVERLAYS_MAX];
	uint16_t size_px; /* of letters */
	int64_t minute;   /* that the clock shows, since 1970 */
	char time[6];
};

/* Where they lie on a canvas; all are stale. One too small to read them has none. */
void overlays_place(struct overlays *o, const struct decor *decor, uint16_t w_px,
		    uint16_t h_px);

/* It is this time now: the clock is stale when its minute is over. Local time. */
void overlays_time(struct overlays *o, int64_t wall_ms);

/* Draws one over what is there, and it is no longer stale. */
void overlay_draw(struct overlays *o, uint32_t i, struct picture *canvas,
		  const struct decor *decor, struct tiles *tiles);

#endif
