/* scene.h - what of a picture is new, and has come to rest: pages, layouts and what is
 * written on them, but not somebody who moves. Brightness alone, coarsely. Pure.
 *
 * The picture is a grid of cells. A cell counts once it looks otherwise than in the
 * picture that is kept and has looked the same for SCENE_REST_US since.
 */
#ifndef DERIVE_SCENE_H
#define DERIVE_SCENE_H

#include "base/attr.h"

#include <stdint.h>

#define SCENE_REST_US INT64_C(800000)

struct AVFrame;

struct scene {
	int w, h;               /* samples; one is the mean of 4 x 4 pixels */
	int side, across, down; /* samples of a cell; cells */
	uint8_t *last, *kept,
		*fresh;    /* samples of the last look, of what is kept; ours */
	int64_t *since_us; /* of each cell: it looks like that; room for twice */
};

struct scene_change {
	double other,
		at_rest; /* parts of the picture, 0 to 1: not as kept; that and at rest */
	int64_t since_us; /* nearly all that is at rest is older; good with at_rest > 0 */
};

/* For pictures of that size, of 16 px a side at least; nothing is seen yet. -ENOMEM. */
int scene_init(struct scene *scene, int w_px, int h_px) AULA_MUST_CHECK;
void scene_fini(struct scene *scene);

/* A picture of that size whose first plane is brightness, 8 bit. Times rise. */
void scene_look(struct scene *scene, const struct AVFrame *frame, int64_t at_us);
/* The last look is what is kept from now on. */
void scene_keep(struct scene *scene);
/* At `now_us`, with nothing new since the last look. */
void scene_change(const struct scene *scene, int64_t now_us, struct scene_change *out);
/* The part of the picture that is not as kept. */
double scene_other(const struct scene *scene);
/* The part of another picture that is not as in the last look. */
double scene_would(struct scene *scene, const struct AVFrame *frame);

#endif
