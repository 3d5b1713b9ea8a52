#include "mixer/vstage.h"

#include "base/idmap.h"
#include "base/limits.h"
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
};

int vstage_create(struct vstage **out, struct ring *ring,
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
	st->around.sources = &st->sources;
	*out = st;
	st->around.tiles = st->tiles;
	st->around.out = (struct rung_out){ring, &st->events};
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
	return err;
}

static void close_rung(struct vstage *st, struct view *view, struct rung *rung)
	RUNS_ON(on_mix)
{
	view_remove(view, rung);
	idmap_del(&st->rungs, rung_id(rung));
	rung_destroy(rung);
}

void vstage_view_close(struct vstage *st, uint32_t id)
{
	struct view *view = idmap_del(&st->views, id);
	struct rung *rung;

	while (view && (rung = view_first(view)))
		close_rung(st, view, rung);
	view_destroy(view);
}

void vstage_scene(struct vstage *st, uint32_t id, struct scene *scene)
{
	struct view *view = idmap_get(&st->views, id);

	if (view)
		view_scene(view, scene);
	else
		scene_put(scene);
}

void vstage_poster(struct vstage *st, uint32_t id)
{
	struct view *view = idmap_get(&st->views, id);

	if (view)
		view_poster(view);
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

void vstage_unit(struct vstage *st, uint32_t id, struct au *au, int64_t now_us)
{
	struct vsource *source = idmap_get(&st->sources, id);

	if (source)
		tell(st, source, vsource_unit(source, au, now_us));
}

/* ---- rungs ---------------------------------------------------------------- */

int vstage_rung_open(struct vstage *st, uint32_t view_id, uint32_t id,
		     const struct rung_conf *conf, int64_t now_us)
{
	struct view *view = idmap_get(&st->views, view_id);
	struct rung *rung = NULL;
	int err;

	if (!view)
		return -ENOENT;
	err = rung_create(&rung, id, view_id, conf);
	if (err)
		return err;
	err = put(&st->rungs, id, rung, VSTAGE_RUNGS_MAX);
	if (err) {
		rung_destroy(rung);
		return err;
	}
	err = view_add(view, rung, now_us);
	if (err)
		close_rung(st, view, rung);
	return err;
}

void vstage_rung_close(struct vstage *st, uint32_t id)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		close_rung(st, idmap_get(&st->views, rung_view(rung)), rung);
}

void vstage_rung_key(struct vstage *st, uint32_t id)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		rung_key(rung);
}

void vstage_rung_tap(struct vstage *st, uint32_t id, bool on)
{
	struct rung *rung = idmap_get(&st->rungs, id);

	if (rung)
		rung_tap(rung, on);
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
	struct view *view;

	for (uint32_t i = 0; (view = idmap_next(&st->views, &i));)
		view_run(view, now_us);
}
