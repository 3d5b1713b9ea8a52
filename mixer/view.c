#include "mixer/view.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mixer/compose.h"
#include "mixer/poster.h"

#include <errno.h>
#include <stdlib.h>

#define FPS_MAX 60

struct view {
	uint32_t id;
	struct view_conf conf;
	struct view_around around;
	struct compose *compose;
	struct rung *rungs[VIEW_RUNGS_MAX];
	uint32_t n_rungs;
	struct scene *next; /* waits for a frame; NULL: none */
	/* Frame n is due at origin + n / fps: no rounding adds up. */
	int64_t origin_us;
	int64_t n_tick;
	int64_t last_pts_us;
	bool changed; /* drawn, but no rung has seen it */
	bool poster_asked;
	bool poster_made;
	int64_t poster_us; /* of the last one */
};

int view_create(struct view **out, uint32_t id, const struct view_conf *conf,
		const struct view_around *around)
{
	struct view *view;
	int err;

	if (!conf->fps || conf->fps > FPS_MAX)
		return -EINVAL;
	view = calloc(1, sizeof(*view));
	if (!view)
		return -ENOMEM;
	view->id = id;
	view->conf = *conf;
	view->around = *around;
	view->last_pts_us = INT64_MIN;
	err = compose_create(&view->compose, conf->w_px, conf->h_px);
	if (err)
		free(view);
	else
		*out = view;
	return err;
}

void view_destroy(struct view *view)
{
	if (!view)
		return;
	compose_destroy(view->compose);
	scene_put(view->next);
	free(view);
}

void view_scene(struct view *view, struct scene *scene)
{
	scene_put(view->next);
	view->next = scene;
}

void view_poster(struct view *view)
{
	view->poster_asked = true;
}

int view_add(struct view *view, struct rung *rung, int64_t now_us)
{
	if (view->n_rungs == VIEW_RUNGS_MAX)
		return -ENOSPC;
	if (!view->n_rungs) {
		view->origin_us = now_us;
		view->n_tick = 0;
	}
	view->rungs[view->n_rungs++] = rung;
	return 0;
}

void view_remove(struct view *view, struct rung *rung)
{
	for (uint32_t i = 0; i < view->n_rungs; i++)
		if (view->rungs[i] == rung) {
			view->rungs[i] = view->rungs[--view->n_rungs];
			return;
		}
}

struct rung *view_first(const struct view *view)
{
	return view->n_rungs ? view->rungs[0] : NULL;
}

static int64_t tick_us(const struct view *view, int64_t n)
{
	return view->origin_us + n * SEC_US / view->conf.fps;
}

static int64_t poster_due_us(const struct view *view, int64_t now_us)
{
	if (!view->poster_asked)
		return VIEW_NEVER;
	return view->poster_made ? view->poster_us + VIEW_POSTER_US : now_us;
}

int64_t view_due_us(const struct view *view, int64_t now_us)
{
	/* with rungs a poster waits for the next frame */
	return view->n_rungs ? tick_us(view, view->n_tick) : poster_due_us(view, now_us);
}

/* Takes the scene that waits, draws what changed. */
static void draw(struct view *view, int64_t now_us, int64_t pts_us, bool *fresh)
	RUNS_ON(on_mix)
{
	const struct vworker_events *events = view->around.out.events;
	uint32_t generation = 0;

	*fresh = view->next;
	if (view->next) {
		generation = view->next->generation;
		compose_scene(view->compose, view->next);
		view->next = NULL;
	}
	if (compose_draw(view->compose, view->around.sources, view->around.tiles, now_us))
		view->changed = true;
	if (*fresh && events->scene_live)
		events->scene_live(events->ctx, view->id, generation, pts_us);
}

static void make_poster(struct view *view, int64_t now_us) RUNS_ON(on_mix)
{
	const struct vworker_events *events = view->around.out.events;
	struct au *jpeg = NULL;
	int err = poster_create(&jpeg, compose_canvas(view->compose));

	view->poster_asked = false;
	view->poster_made = true;
	view->poster_us = now_us;
	if (err) {
		log_warn("poster_failed", "view=%u err=%d", view->id, err);
		return;
	}
	jpeg->pts_us = now_us;
	if (events->poster)
		events->poster(events->ctx, view->id, jpeg);
	else
		au_put(jpeg);
}

/* The time of the tick that is due; those that were missed are left out. */
static int64_t take_tick(struct view *view, int64_t now_us)
{
	int64_t due = tick_us(view, view->n_tick);
	int64_t missed = (now_us - due) * view->conf.fps / SEC_US;

	if (now_us - due > VIEW_LATE_US)
		count_add(COUNT_MIX_LATE, 1);
	view->n_tick += missed;
	return tick_us(view, view->n_tick++);
}

static void frame(struct view *view, int64_t now_us) RUNS_ON(on_mix)
{
	struct rung_frame f = {
		.canvas = compose_canvas(view->compose),
		.pts_us = take_tick(view, now_us),
		.tick_us = SEC_US / view->conf.fps,
	};

	if (f.pts_us <= view->last_pts_us) /* the clock of a re-opened view */
		f.pts_us = view->last_pts_us + 1;
	view->last_pts_us = f.pts_us;
	draw(view, now_us, f.pts_us, &f.forced);
	f.changed = view->changed;
	view->changed = false;
	for (uint32_t i = 0; i < view->n_rungs; i++)
		rung_frame(view->rungs[i], &f, &view->around.out);
}

void view_run(struct view *view, int64_t now_us)
{
	bool fresh;

	if (now_us < view_due_us(view, now_us))
		return;
	if (view->n_rungs)
		frame(view, now_us);
	else
		draw(view, now_us, now_us, &fresh);
	if (now_us >= poster_due_us(view, now_us))
		make_poster(view, now_us);
}
