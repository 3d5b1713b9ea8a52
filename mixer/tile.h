/* tile.h - what is shown of somebody whose camera is off: initial and name on
 * a calm ground. Drawn once for a name and size, then kept. One thread.
 */
#ifndef MIXER_TILE_H
#define MIXER_TILE_H

#include "base/attr.h"
#include "mixer/picture.h"

struct tiles;

/* Keeps at most this many; the one used longest ago is forgotten. */
#define TILES_MAX   64
#define TILES_BYTES (16u << 20)

int tiles_create(struct tiles **out) AULA_MUST_CHECK;
void tiles_destroy(struct tiles *tiles); /* NULL is accepted */

/* Good until the next call. NULL without memory. */
const struct picture *tiles_get(struct tiles *tiles, const char *name, uint16_t w_px,
				uint16_t h_px);

#endif
