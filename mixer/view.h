/* view.h - one composed picture programme: its clock, its canvas, its rungs. */
#ifndef MIXER_VIEW_H
#define MIXER_VIEW_H

#include "base/attr.h"
#include "base/idmap.h"
#include "base/thread.h"
#include "mixer/late.h"
#include "mixer/rung.h"
#include "mixer/still.h"
#include "mixer/tile.h"
#include "mixer/vworker.h"

#include <stdbool.h>
#include <stdint.h>

struct view;

#define VIEW_RUNGS_MAX 16
#define VIEW_POSTER_US INT64_C(1000000) /* from one poster to the next */
/* Without a rung a poster waits so long for pictures of sources just come into sight. */
#define VIEW_SETTLE_US INT64_C(1000000)
#define VIEW_LATE_US   INT64_C(20000) /* a tick later than this is counted */
#define VIEW_NEVER     INT64_MAX

/* What a view sees of its worker; all of it outlives the view. */
struct view_around {
	const struct idmap *sources; /* struct vsource */
	struct tiles *tiles;
	struct rung_out out;
	struct late *late;
	/* Makes a still and tells of it, now or later; takes the job. */
	void (*make)(void *ctx, struct still_job *job);
	void *make_ctx;
};

/* -EINVAL for a size or rate that cannot be. */
int view_create(struct view **out, uint32_t id, const struct view_conf *conf,
		const struct view_around *around) AULA_MUST_CHECK;

/* NULL is accepted. Its rungs are let go, not destroyed. */
void view_destroy(struct view *view) RUNS_ON(on_mix);

uint32_t view_id(const struct view *view) RUNS_ON(on_mix);

/* Takes the scene, live at the next frame. */
void view_scene(struct view *view, struct scene *scene) RUNS_ON(on_mix);

/* Another canvas or rate. Nothing changes on failure. */
int view_retune(struct view *view, const struct view_conf *conf,
		int64_t now_us) AULA_MUST_CHECK RUNS_ON(on_mix);

/* Makes that part of its frames, 1 to 100 percent. */
void view_pace(struct view *view, uint32_t percent) RUNS_ON(on_mix);

void view_poster(struct view *view, int64_t now_us) RUNS_ON(on_mix);
void view_still(struct view *view, const struct still_spec *spec, int64_t now_us)
	RUNS_ON(on_mix);

/* The sources that somebody waits for or sees: writes at most VIEW_SOURCES_MAX ids,
 * maybe with repetitions; returns how many. */
#define VIEW_SOURCES_MAX (2 * LIMIT_CELLS)
uint32_t view_sources(const struct view *view, uint32_t ids[VIEW_SOURCES_MAX])
	RUNS_ON(on_mix);

/* Adds processor time of decoding to its figures. */
void view_charge(struct view *view, uint32_t us) RUNS_ON(on_mix);
void view_stats(const struct view *view, struct view_stats *out) RUNS_ON(on_mix);

/* The rung stays the caller's. -ENOSPC at VIEW_RUNGS_MAX. */
int view_add(struct view *view, struct rung *rung, int64_t now_us) AULA_MUST_CHECK
	RUNS_ON(on_mix);
void view_remove(struct view *view, struct rung *rung) RUNS_ON(on_mix);

/* Any of its rungs, or NULL. */
struct rung *view_first(const struct view *view) RUNS_ON(on_mix);

/* When view_run() has something to do; VIEW_NEVER: not by itself. */
int64_t view_due_us(const struct view *view, int64_t now_us) RUNS_ON(on_mix);

/* Makes the frame that is due, if one is. True when view_sources() may be others
 * now. */
bool view_run(struct view *view, int64_t now_us) RUNS_ON(on_mix);

#endif
