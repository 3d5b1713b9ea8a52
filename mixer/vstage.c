#include "mixer/vstage.h"

#include "base/clock.h"
#include "base/idmap.h"
#include "base/limits.h"
#include "base/log.h"
#include "mixer/framesize.h"
#include "mixer/late.h"
#include "mixer/tile.h"
#include "mixer/view.h"
#include "mixer/vsource.h"

#include <errno.h>
#include <stdlib.h>

struct vstage {
	struct vworker_events events;
	struct view_around around;
	struct tiles *tiles;
	struct idmap sources OWNED_BY(on_mix); /* struct vsource, owned */
	struct idmap views OWNED_BY(on_mix);   /* struct view, owned */
	struct idmap rungs OWNED_BY(on_mix);   /* struct rung, owned */
	struct late late;
	int64_t newest_us; /* see struct rung_out */
	uint32_t pace;     /* percent */
	/* Which sources are in sight may be others than is noted; see look_around(). */
	bool stale;
	int64_t rested_us; /* when sources were last looked at for vsource_rest() */
};

static void make_now(void *ctx, struct still_job *job)
{
	struct au *still = NULL;

	thread_claim(&on_mix);
	if (still_make(&still, job))
		log_warn("still_failed", "view=%u", job->view);
	vstage_still(ctx, job, still);
}

int vstage_create(struct vstage **out, const struct fan *fan,
		  const struct vworker_events *events)
{
	struct vstage *st = calloc(1, sizeof(*st));
	int err;

	if (!st)
		return -ENOMEM;
	err = tiles_create(&st->tiles);
	if (err) {
		free(st);
		return err;
	}
	st->events = *events;
	st->pace = 100;
	st->stale = true;
	st->around.sources = &st->sources;
	st->around.late = &st->late;
	st->around.make = make_now;
	st->around.make_ctx = st;
	*out = st;
	st->around.tiles = st->tiles;
	st->around.out = (struct rung_out){*fan, &st->events, &st->newest_us};
	return 0;
}

void vstage_destroy(struct vstage *st)
{
	void *p;

	if (!st)
		return;
	for (uint32_t i = 0; (p = idmap_next(&st->rungs, &i));)
		rung_destroy(p);
	for (uint32_t i = 0; (p = idmap_next(&st->views, &i));)
		view_destroy(p);
	for (uint32_t i = 0; (p = idmap_next(&st->sources, &i));)
		vsource_destroy(p);
	idmap_fini(&st->rungs);
	idmap_fini(&st->views);
	idmap_fini(&st->sources);
	tiles_destroy(st->tiles);
	free(st);
}

/* What is beyond `max` of a kind is refused. */
static int put(struct idmap *map, uint32_t id, void *value, uint32_t max)
{
	return map->n >= max ? -ENOSPC : idmap_put(map, id, value);
}

/* ---- stills --------------------------------------------------------------- */

void vstage_studio(struct vstage *st, void (*make)(void *ctx, struct still_job *job),
		   void *ctx)
{
	st->around.make = make;
	st->around.make_ctx = ctx;
}

void vstage_still(struct vstage *st, struct still_job *job, struct au *still)
{
	const struct vworker_events *events = &st->events;
	void (*tell)(void *ctx, uint32_t view,
		     struct au *still) = job->kind == STILL_POSTER ? events->poster
								   : events->still;

	if (still && tell)
		tell(events->ctx, job->view, still);
	else
		au_put(still);
	still_job_destroy(job);
}

/* ---- views ---------------------------------------------------------------- */

int vstage_view_open(struct vstage *st, uint32_t id, const struct view_conf *conf)
{
	struct view *view = NULL;
	int err;

	err = view_create(&view, id, conf, &st->around);
	if (err)
		return err;
	err = put(&st->views, id, view, VSTAGE_VIEWS_MAX);
	if (err)
		view_destroy(view);
	else
		view_pace(view, st->pace);
	return err;
}

int vstage_view_retune(struct vstage *st, uint32_t id, const struct view_conf *conf,
		       int64_t now_us)
{
	struct view *view = idmap_get(&st->views, id);

	return view ? view_retune(view, conf, now_us) : -ENOENT;
}

static void close_rung(struct vstage *st, struct view *view, struct rung *rung)
	RUNS_ON(on_mix)
{
	st->stale = true;
	view_remove(view, rung);
	idmap_del(&st->rungs, rung_id(rung));
	rung_destroy(rung);
}

void vstage_view_close(struct vstage *st, uint32_t id)
{
	struct view *view = idmap_del(&st->views, id);
	struct rung *rung;

	st->stale = true;
	while (view && (rung = view_first(view)))
		close_rung(st, view, rung);
	view_destroy(view);
}

void vstage_scene(struct vstage *st, uint32_t id, struct scene *scene)
{
	struct view *view = idmap_get(&st->views, id);

	st->stale = true;
	if (view)
		view_scene(view, scene);
	else
		scene_put(scene);
}

void vstage_poster(struct vstage *st, uint32_t id, int64_t now_us)
{
	struct view *view = idmap_get(&st->views, id);

	st->stale = true;
	if (view)
		view_poster(view, now_us);
}

void vstage_wish(struct vstage *st, uint32_t id, const struct still_spec *spec,
		 int64_t now_us)
{
	struct view *view = idmap_get(&st->views, id);

	st->stale = true;
	if (view)
		view_still(view, spec, now_us);
}

/* ---- sources -------------------------------------------------------------- */

int vstage_source_open(struct vstage *st, uint32_t id)
{
	struct vsource *source = NULL;
	int err = vsource_create(&source, id);

	if (err)
		return err;
	err = put(&st->sources, id, source, LIMIT_SOURCES);
	if (err)
		vsource_destroy(source);
	st->stale = true;
	return err;
}

void vstage_source_close(struct vstage *st, uint32_t id)
{
	vsource_destroy(idmap_del(&st->sources, id));
}

static void tell(struct vstage *st, struct vsource *source, uint32_t what) RUNS_ON(on_mix)
{
	const struct vworker_events *events = &st->events;
	uint16_t w, h;

	if (what & VSOURCE_KEY_WANTED && events->source_key_wanted)
		events->source_key_wanted(events->ctx, vsource_id(source));
	if (what & VSOURCE_RESIZED && events->source_picture) {
		vsource_size(source, &w, &h);
		events->source_picture(events->ctx, vsource_id(source), w, h);
	}
}

void vstage_source_off(struct vstage *st, uint32_t id, bool off, int64_t now_us)
{
	struct vsource *source = idmap_get(&st->sources, id);

	if (source)
		tell(st, source, vsource_off(source, off, now_us));
}

void vstage_source_tap(struct vstage *st, uint32_t id, uint32_t to, int64_t now_us)
{
	struct vsource *source = idmap_get(&st->sources, id);

	if (source)
		tell(st, source, vsource_tap(source, to, now_us));
}

/* What is its size is said here, as long as the unit is nobody else's. */
static void tap(const struct vstage *st, const struct vsource *source, struct au *au)
	RUNS_ON(on_mix)
{
	uint32_t to = vsource_tapped(source);

	if (!to || !st->events.source_tap)
		return;
	if (au->flags & AU_KEY && framesize_read(au, &au->w_px, &au->h_px))
		au->w_px = au->h_px = 0;
	st->events.source_tap(st->events.ctx, to, vsource_id(source), au_get(au));
}

int vstage_source_put(struct vstage *st, uint32_t id, struct picture *picture)
{
	struct vsource *source = idmap_get(&st->sources, id);

	if (!source) {
		picture_destroy(picture);
		return -ENOENT;
	}
	tell(st, source, vsource_put(source, picture));
	return 0;
}

/* Notes which sources somebody sees, and who pays for them. Put off until it
 * matters: many orders come together. */
static void look_around(struct vstage *st, int64_t now_us) RUNS_ON(on_mix)
{
	uint32_t ids[VIEW_SOURCES_MAX];
	struct vsource *source;
	struct view *view;

	if (!st->stale)
		return;
	st->stale = false;
	for (uint32_t i = 0; (source = idmap_next(&st->sources, &i));)
		vsource_show_to(source, 0);
	for (uint32_t i = 0; (view = idmap_next(&st->views, &i));) {
		uint32_t n = view_sources(view, ids);

		for (uint32_t k = 0; k < n; k++)
			if ((source = idmap_get(&st->sources, ids[k])))
				vsource_show_to(source, view_id(view));
	}
	for (uint32_t i = 0; (source = idmap_next(&st->sources, &i));)
		tell(st, source, vsource_seen(source, vsource_viewer(source), now_us));
}

static void rest(struct vstage *st, int64_t now_us) RUNS_ON(on_mix)
{
	struct vsource *source;

	if (now_us - st->rested_us < SEC_US)
		return;
	st->rested_us = now_us;
	for (uint32_t i = 0; (source = idmap_next(&st->sources, &i));)
		vsource_rest(source, now_us);
}

void vstage_unit(struct vstage *st, uint32_t id, struct au *au, int64_t now_us)
{
	struct vsource *source = idmap_get(&st->sources, id);
	struct view *view;

	look_around(st, now_us);
	rest(st, now_us);
	if (!source)
		return;
	tap(st, source, au);
	tell(st, source, vsource_unit(source, au, now_us));
	view = idmap_get(&st->views, vsource_viewer(source));
	if (view)
		view_charge(view, vsource_spent_us(source));
}

/* ---- rungs ---------------------------------------------------------------- */

static int open_rung(struct vstage *st, uint32_t of, uint32_t id,
		     const struct rung_conf *conf, int64_t now_us) RUNS_ON(on_mix)
{
	struct view *view = idmap_get(&st->views, of);
	struct rung *rung = NULL;
	int err;

	if (!view)
		return -ENOENT;
	err = rung_create(&rung, id, of, conf);
	if (err)
		return err;
	err = put(&st->rungs, id, rung, VSTAGE_RUNGS_MAX);
	if (err) {
		rung_destroy(rung);
		return err;
	}
	st->stale = true;
	err = view_add(view, rung, now_us);
	if (err)
		close_rung(st, view, rung);
	return err;
}

int vstage_rung_open(struct vstage *st, uint32_t view, uint32_t id,
		     const struct rung_conf *conf, int64_t now_us)
{
	int err = open_rung(st, view, id, conf, now_us);

	if (err && st->events.rung_failed)
		st->events.rung_failed(st->events.ctx, id);
	return err;
}

void vstage_rung_close(struct vstage *st, uint32_t id)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		close_rung(st, idmap_get(&st->views, rung_view(rung)), rung);
}

int vstage_rung_retune(struct vstage *st, uint32_t id, const struct rung_conf *conf)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	return rung ? rung_retune(rung, conf) : -ENOENT;
}

int vstage_rung_move(struct vstage *st, uint32_t id, uint32_t view,
		     const struct rung_conf *conf, int64_t now_us)
{
	struct rung *rung = idmap_get(&st->rungs, id);
	struct view *to = idmap_get(&st->views, view), *from;
	int err;

	if (!rung || !to)
		return -ENOENT;
	from = idmap_get(&st->views, rung_view(rung));
	if (from != to) {
		err = view_add(to, rung, now_us);
		if (err)
			return err;
		if (from)
			view_remove(from, rung);
		rung_moved(rung, view);
		st->stale = true;
	}
	return rung_retune(rung, conf);
}

void vstage_rung_key(struct vstage *st, uint32_t id)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		rung_key(rung);
}

void vstage_rung_tap(struct vstage *st, uint32_t id, uint32_t to)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		rung_tap(rung, to);
}

/* ---- time ----------------------------------------------------------------- */

int64_t vstage_due_us(const struct vstage *st, int64_t now_us)
{
	int64_t due = VSTAGE_NEVER;
	const struct view *view;

	for (uint32_t i = 0; (view = idmap_next(&st->views, &i));) {
		int64_t t = view_due_us(view, now_us);

		if (t < due)
			due = t;
	}
	return due;
}

void vstage_run(struct vstage *st, int64_t now_us)
{
	struct view *view, *first = NULL;
	int64_t due = now_us;

	look_around(st, now_us);
	rest(st, now_us);
	for (uint32_t i = 0; (view = idmap_next(&st->views, &i));) {
		int64_t t = view_due_us(view, now_us);

		if (t < due || (t == due && !first)) {
			due = t;
			first = view;
		}
	}
	if (first && view_run(first, now_us))
		st->stale = true;
}

void vstage_pace(struct vstage *st, uint32_t percent)
{
	struct view *view;

	st->pace = percent;
	for (uint32_t i = 0; (view = idmap_next(&st->views, &i));)
		view_pace(view, percent);
}

/* ---- figures -------------------------------------------------------------- */

void vstage_stats(struct vstage *st, int64_t now_us,
		  void (*done)(void *ctx, const struct vworker_stats *stats), void *ctx)
{
	struct view_stats *views = calloc(st->views.n + 1u, sizeof(*views));
	struct rung_stats *rungs = calloc(st->rungs.n + 1u, sizeof(*rungs));
	const struct late_sum late = late_sum(&st->late, now_us);
	struct vworker_stats stats = {.views = views,
				      .rungs = rungs,
				      .late_ticks = late.ticks,
				      .late_p99_us = late.p99_us,
				      .late_max_us = late.max_us};
	const struct view *view;
	const struct rung *rung;

	for (uint32_t i = 0; views && (view = idmap_next(&st->views, &i));)
		view_stats(view, &views[stats.n_views++]);
	for (uint32_t i = 0; rungs && (rung = idmap_next(&st->rungs, &i));)
		rung_stats(rung, &rungs[stats.n_rungs++]);
	done(ctx, &stats);
	free(views);
	free(rungs);
}
