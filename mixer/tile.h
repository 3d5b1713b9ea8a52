/* tile.h - what is shown of somebody whose camera is off: initial and name on
 * a calm ground. Drawn once for a name and size, then kept. One thread.
 */
#ifndef MIXER_TILE_H
#define MIXER_TILE_H

#include "base/attr.h"
#include "mixer/picture.h"
#include "mixer/text.h"

struct tiles;

/* Keeps at most this many; the one used longest ago is forgotten. */
#define TILES_MAX   64
#define TILES_BYTES (16u << 20)

int tiles_create(struct tiles **out) AULA_MUST_CHECK;
void tiles_destroy(struct tiles *tiles); /* NULL is accepted */

/* Good until the next call. NULL without memory. */
const struct picture *tiles_get(struct tiles *tiles, const char *name, uint16_t w_px,
				uint16_t h_px);

/* A line of text by itself, kept like the others; see text_line(). Good until the next
 * call. NULL when there is nothing to see, or no memory. */
const struct text_mask *tiles_line(struct tiles *tiles, const char *utf8,
				   uint16_t size_px, uint16_t max_w_px);

#endif
