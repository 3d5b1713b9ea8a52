/* view.h - one composed picture programme: its clock, its canvas, its rungs. */
#ifndef MIXER_VIEW_H
#define MIXER_VIEW_H

#include "base/attr.h"
#include "base/idmap.h"
#include "base/thread.h"
#include "mixer/rung.h"
#include "mixer/tile.h"
#include "mixer/vworker.h"

#include <stdint.h>

struct view;

#define VIEW_RUNGS_MAX 16
#define VIEW_POSTER_US INT64_C(1000000) /* from one poster to the next */
#define VIEW_LATE_US   INT64_C(20000)   /* a tick later than this is counted */
#define VIEW_NEVER     INT64_MAX

/* What a view sees of its worker; all of it outlives the view. */
struct view_around {
	const struct idmap *sources; /* struct vsource */
	struct tiles *tiles;
	struct rung_out out;
};

/* -EINVAL for a size or rate that cannot be. */
int view_create(struct view **out, uint32_t id, const struct view_conf *conf,
		const struct view_around *around) AULA_MUST_CHECK;

/* NULL is accepted. Its rungs are let go, not destroyed. */
void view_destroy(struct view *view) RUNS_ON(on_mix);

/* Takes the scene, live at the next frame. */
void view_scene(struct view *view, struct scene *scene) RUNS_ON(on_mix);

void view_poster(struct view *view) RUNS_ON(on_mix);

/* The rung stays the caller's. -ENOSPC at VIEW_RUNGS_MAX. */
int view_add(struct view *view, struct rung *rung, int64_t now_us) AULA_MUST_CHECK
	RUNS_ON(on_mix);
void view_remove(struct view *view, struct rung *rung) RUNS_ON(on_mix);

/* Any of its rungs, or NULL. */
struct rung *view_first(const struct view *view) RUNS_ON(on_mix);

/* When view_run() has something to do; VIEW_NEVER: not by itself. */
int64_t view_due_us(const struct view *view, int64_t now_us) RUNS_ON(on_mix);

/* Makes the frame that is due, if one is. */
void view_run(struct view *view, int64_t now_us) RUNS_ON(on_mix);

#endif
