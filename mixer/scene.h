/* scene.h - one immutable arrangement of cells on a view. */
#ifndef MIXER_SCENE_H
#define MIXER_SCENE_H

#include "base/attr.h"
#include "base/decor.h"
#include "base/limits.h"
#include "base/ref.h"
#include "mixer/art.h"
#include "mixer/geom.h"

#include <stdbool.h>
#include <stdint.h>

struct scene_cell {
	uint32_t source;  /* its picture, or its name when it has none; 0: nobody */
	struct rect_u at; /* in GEOM_UNIT */
	bool fill;        /* crop to fill; else fit with bars */
	char name[LIMIT_NAME_BYTES + 1]; /* for the camera-off tile, UTF-8 */
	bool border;                     /* a thin light frame inside of it */
	bool talks; /* the frame is there, and in the colour of who speaks */
	bool face;  /* with fill: the upper part is kept, where faces are */
	bool label; /* the name is written over the picture */
};

struct scene {
	struct ref ref;
	uint32_t generation; /* rises by one per view */
	struct decor decor;
	struct art *picture, *logo; /* of decor; NULL: none */
	uint32_t fade_us; /* what is shown before fades into it for so long; 0: a cut */
	uint32_t n;
	struct scene_cell cells[LIMIT_CELLS]; /* later ones are drawn over earlier ones */
};

/* Empty, on the usual ground. */
int scene_create(struct scene **out) AULA_MUST_CHECK;

static inline void scene_put(struct scene *scene)
{
	if (scene)
		ref_put(&scene->ref);
}

#endif
