/* compose.h - the canvas of a view: draws into it what changed and nothing
 * else.
 */
#ifndef MIXER_COMPOSE_H
#define MIXER_COMPOSE_H

#include "base/attr.h"
#include "base/idmap.h"
#include "base/thread.h"
#include "mixer/picture.h"
#include "mixer/scene.h"
#include "mixer/tile.h"

struct compose;

/* -EINVAL for a canvas that is odd, empty or beyond LIMIT_PIXELS. */
int compose_create(struct compose **out, uint16_t w_px, uint16_t h_px) AULA_MUST_CHECK;
void compose_destroy(struct compose *c); /* NULL is accepted */

/* Takes the scene; all is drawn anew at the next compose_draw(). */
void compose_scene(struct compose *c, struct scene *scene) RUNS_ON(on_mix);

/* Another canvas; all is drawn anew. Nothing changes on failure: -EINVAL, -ENOMEM. */
int compose_resize(struct compose *c, uint16_t w_px, uint16_t h_px) AULA_MUST_CHECK
	RUNS_ON(on_mix);

/* What it shows, or NULL. */
const struct scene *compose_shows(const struct compose *c) RUNS_ON(on_mix);

/* Draws the cells whose source (of `sources`, id to struct vsource) has a new
 * picture or another look. True when any pixel may be different now. */
bool compose_draw(struct compose *c, const struct idmap *sources, struct tiles *tiles,
		  int64_t now_us) RUNS_ON(on_mix);

const struct picture *compose_canvas(const struct compose *c) RUNS_ON(on_mix);

#endif
