#include "mixer/view.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mixer/compose.h"
#include "mixer/cputime.h"
#include "mixer/fade.h"
#include "mixer/scale.h"
#include "mixer/vsource.h"

#include <errno.h>
#include <stdlib.h>

#define FPS_MAX 60

/* What was seen longer ago than this is not what anybody sees now: no fade from it. */
#define SEEN_US INT64_C(500000)

/* For a picture of the view. */
struct wish {
	bool asked, made;
	int64_t asked_us; /* of the first that was not answered */
	int64_t made_us;  /* of the last one */
};

struct view {
	uint32_t id;
	struct view_conf conf;
	struct view_around around;
	struct compose *compose;
	struct rung *rungs[VIEW_RUNGS_MAX];
	uint32_t n_rungs;
	struct scene *next; /* waits for a frame; NULL: none */
	uint32_t fade_us;   /* of it, or of one that it came in place of */
	/* Frame n is due at origin + n / fps: no rounding adds up. */
	int64_t origin_us;
	int64_t n_tick;
	int64_t last_pts_us;
	struct fade fade;
	bool changed;   /* drawn, but no rung has seen it */
	uint32_t pace;  /* percent of the ticks that are made */
	uint32_t paced; /* what is left over of the division */
	struct wish poster, still;
	struct still_spec spec; /* of the still that is asked for */
	struct view_stats stats;
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
	view->pace = 100;
	view->stats.view = id;
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
	fade_stop(&view->fade);
	scene_put(view->next);
	free(view);
}

uint32_t view_id(const struct view *view)
{
	return view->id;
}

void view_scene(struct view *view, struct scene *scene)
{
	scene_put(view->next);
	view->next = scene;
	if (scene->fade_us)
		view->fade_us = scene->fade_us;
}

int view_retune(struct view *view, const struct view_conf *conf, int64_t now_us)
{
	bool resized = conf->w_px != view->conf.w_px || conf->h_px != view->conf.h_px;
	int err = 0;

	if (!conf->fps || conf->fps > FPS_MAX)
		return -EINVAL;
	if (resized)
		err = compose_resize(view->compose, conf->w_px, conf->h_px);
	if (err)
		return err;
	if (resized)
		fade_stop(&view->fade);
	if (conf->fps != view->conf.fps) {
		view->origin_us = now_us;
		view->n_tick = 0;
	}
	view->conf = *conf;
	return 0;
}

void view_pace(struct view *view, uint32_t percent)
{
	view->pace = percent;
}

static void ask(struct wish *wish, int64_t now_us)
{
	if (!wish->asked)
		wish->asked_us = now_us;
	wish->asked = true;
}

void view_poster(struct view *view, int64_t now_us)
{
	ask(&view->poster, now_us);
}

void view_still(struct view *view, const struct still_spec *spec, int64_t now_us)
{
	view->spec = *spec;
	ask(&view->still, now_us);
}

static uint32_t list(const struct scene *scene, uint32_t *ids, uint32_t n)
{
	for (uint32_t i = 0; scene && i < scene->n; i++)
		ids[n++] = scene->cells[i].source;
	return n;
}

uint32_t view_sources(const struct view *view, uint32_t ids[VIEW_SOURCES_MAX])
{
	uint32_t n = 0;

	if (!view->n_rungs && !view->poster.asked && !view->still.asked)
		return 0;
	n = list(compose_shows(view->compose), ids, n);
	return list(view->next, ids, n);
}

void view_charge(struct view *view, uint32_t us)
{
	view->stats.decode_us += us;
}

void view_stats(const struct view *view, struct view_stats *out)
{
	*out = view->stats;
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

/* There is nothing to wait for that would make a picture of it better. */
static bool settled(const struct view *view, int64_t now_us) RUNS_ON(on_mix)
{
	const struct scene *scene = view->next ? view->next
					       : compose_shows(view->compose);

	for (uint32_t i = 0; scene && i < scene->n; i++) {
		const struct vsource *source = idmap_get(view->around.sources,
							 scene->cells[i].source);

		if (source && !vsource_settled(source, now_us))
			return false;
	}
	return true;
}

static int64_t wish_due_us(const struct view *view, const struct wish *wish,
			   int64_t now_us) RUNS_ON(on_mix)
{
	int64_t due = now_us;

	if (!wish->asked)
		return VIEW_NEVER;
	if (wish->made && wish->made_us + VIEW_POSTER_US > due)
		due = wish->made_us + VIEW_POSTER_US;
	/* with rungs its sources are in sight anyhow */
	if (!view->n_rungs && wish->asked_us + VIEW_SETTLE_US > due &&
	    !settled(view, now_us))
		due = wish->asked_us + VIEW_SETTLE_US;
	return due;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t view_due_us(const struct view *view, int64_t now_us)
{
	/* with rungs a poster waits for the next frame */
	return view->n_rungs ? tick_us(view, view->n_tick)
			     : earlier(wish_due_us(view, &view->poster, now_us),
				       wish_due_us(view, &view->still, now_us));
}

/* Takes the scene that waits, draws what changed. */
static void draw(struct view *view, int64_t now_us, int64_t pts_us, bool *fresh)
	RUNS_ON(on_mix)
{
	const struct vworker_events *events = view->around.out.events;
	int64_t before = cputime_us();
	uint32_t generation = 0;

	*fresh = view->next;
	if (view->next) {
		generation = view->next->generation;
		compose_scene(view->compose, view->next);
		view->next = NULL;
		view->fade_us = 0;
	}
	if (compose_draw(view->compose, view->around.sources, view->around.tiles, now_us))
		view->changed = true;
	view->stats.compose_us += (uint64_t)(cputime_us() - before);
	if (*fresh && events->scene_live)
		events->scene_live(events->ctx, view->id, generation, pts_us);
}

/* Hands a picture of the canvas over to be made a still of. */
static void fulfil(struct view *view, struct wish *wish, enum still_kind kind,
		   const struct still_spec *spec, int64_t now_us) RUNS_ON(on_mix)
{
	struct still_job *job = NULL;
	int err = still_job_create(&job, compose_canvas(view->compose), spec);

	wish->asked = false;
	wish->made = true;
	wish->made_us = now_us;
	if (err) {
		log_warn("still_failed", "view=%u err=%d", view->id, err);
		return;
	}
	job->view = view->id;
	job->kind = kind;
	job->pts_us = now_us;
	view->around.make(view->around.make_ctx, job);
}

static void fulfil_due(struct view *view, int64_t now_us) RUNS_ON(on_mix)
{
	static const struct still_spec poster = {STILL_POSTER_PX, 0, true};

	if (now_us >= wish_due_us(view, &view->poster, now_us))
		fulfil(view, &view->poster, STILL_POSTER, &poster, now_us);
	if (now_us >= wish_due_us(view, &view->still, now_us))
		fulfil(view, &view->still, STILL_SMALL, &view->spec, now_us);
}

/* How many ticks lie between this frame and the next. */
static uint32_t stride(struct view *view)
{
	uint32_t n = (100 + view->paced) / view->pace;

	view->paced = (100 + view->paced) % view->pace;
	if (n > 1)
		count_add(COUNT_MIX_PACED, n - 1);
	return n ? n : 1;
}

/* The time of the tick that is due; those that were missed are left out. */
static int64_t take_tick(struct view *view, int64_t now_us, bool *late)
{
	int64_t due = tick_us(view, view->n_tick);
	int64_t missed = (now_us - due) * view->conf.fps / SEC_US;
	int64_t pts_us;

	late_add(view->around.late, now_us, now_us - due);
	*late = now_us - due > VIEW_LATE_US;
	if (*late) {
		count_add(COUNT_MIX_LATE, 1);
		view->stats.late++;
	}
	view->stats.ticks++;
	view->stats.missed += (uint64_t)missed;
	view->n_tick += missed;
	pts_us = tick_us(view, view->n_tick);
	view->n_tick += stride(view);
	return pts_us;
}

/* The canvas is about to be another one, and the scene that comes wants that to be
 * soft. A view that must leave out frames has no time for it. */
static void fade(struct view *view, int64_t before_us, const struct rung_frame *f)
	RUNS_ON(on_mix)
{
	if (view->pace < 100)
		fade_stop(&view->fade);
	else if (view->fade_us && compose_shows(view->compose) &&
		 before_us > f->pts_us - SEEN_US)
		fade_start(&view->fade, f->canvas, f->pts_us, f->tick_us, view->fade_us);
}

/* What the rungs get. Each frame of a fade is a new one, that after it too. */
static void mix(struct view *view, struct rung_frame *f) RUNS_ON(on_mix)
{
	int64_t before = cputime_us();

	f->changed = view->changed || fade_runs(&view->fade);
	f->canvas = fade_mix(&view->fade, f->canvas, f->pts_us);
	view->stats.compose_us += (uint64_t)(cputime_us() - before);
	view->changed = false;
}

static void frame(struct view *view, int64_t now_us) RUNS_ON(on_mix)
{
	struct rung_frame f = {
		.canvas = compose_canvas(view->compose),
		.tick_us = SEC_US / view->conf.fps,
	};
	int64_t before_us = view->last_pts_us;

	f.pts_us = take_tick(view, now_us, &f.late);
	if (f.pts_us <= view->last_pts_us) /* the clock of a re-opened view */
		f.pts_us = view->last_pts_us + 1;
	if (f.pts_us <= *view->around.out.newest_us) /* another view came first */
		f.pts_us = *view->around.out.newest_us + 1;
	view->last_pts_us = f.pts_us;
	fade(view, before_us, &f);
	draw(view, now_us, f.pts_us, &f.forced);
	mix(view, &f);
	for (uint32_t i = 0; i < view->n_rungs; i++)
		rung_frame(view->rungs[i], &f, &view->around.out);
}

bool view_run(struct view *view, int64_t now_us)
{
	bool fresh = view->next;

	if (now_us < view_due_us(view, now_us))
		return false;
	if (view->n_rungs)
		frame(view, now_us);
	else
		draw(view, now_us, now_us, &fresh);
	if (view->poster.asked || view->still.asked) {
		fulfil_due(view, now_us);
		fresh = true;
	}
	return fresh;
}
