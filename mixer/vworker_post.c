#include "mixer/vworker_post.h"

#include "base/limits.h"
#include "mixer/vstage.h"

#include <errno.h>
#include <string.h>

#define PACE_MIN 10 /* percent */

/* ---- views ---------------------------------------------------------------- */

static int run_view_open(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	return vstage_view_open(st, o->id, &o->view_conf);
}

static bool view_ok(const struct view_conf *conf)
{
	return conf->w_px && conf->h_px && conf->w_px % 2 == 0 && conf->h_px % 2 == 0 &&
	       (uint32_t)conf->w_px * conf->h_px <= LIMIT_PIXELS && conf->fps;
}

int vworker_view_open(struct vworker *w, uint32_t view, const struct view_conf *conf)
{
	const struct order o = {.run = run_view_open,
				.what = "view_open",
				.id = view,
				.view_conf = *conf};

	return view && view_ok(conf) ? vworker_give(w, &o) : -EINVAL;
}

static int run_view_retune(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	return vstage_view_retune(st, o->id, &o->view_conf, now_us);
}

int vworker_view_retune(struct vworker *w, uint32_t view, const struct view_conf *conf)
{
	const struct order o = {.run = run_view_retune,
				.what = "view_retune",
				.id = view,
				.view_conf = *conf};

	return view && view_ok(conf) ? vworker_give(w, &o) : -EINVAL;
}

static int run_view_close(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_view_close(st, o->id);
	return 0;
}

int vworker_view_close(struct vworker *w, uint32_t view)
{
	const struct order o = {.run = run_view_close, .what = "view_close", .id = view};

	return vworker_give_must(w, &o);
}

static int run_scene(struct vstage *st, struct order *o, int64_t now_us)
{
	struct scene *scene = o->scene;

	thread_claim(&on_mix);
	(void)now_us;
	o->scene = NULL;
	vstage_scene(st, o->id, scene);
	return 0;
}

static bool scene_ok(const struct scene *scene)
{
	if (scene->n > LIMIT_CELLS || scene->decor.clock >= DECOR_CORNERS ||
	    scene->decor.logo_at >= DECOR_CORNERS || scene->decor.logo_permille > 1000 ||
	    !memchr(scene->decor.banner, 0, sizeof(scene->decor.banner)))
		return false;
	for (uint32_t i = 0; i < scene->n; i++) {
		const struct scene_cell *cell = &scene->cells[i];

		if (cell->at.x + cell->at.w > GEOM_UNIT ||
		    cell->at.y + cell->at.h > GEOM_UNIT ||
		    !memchr(cell->name, 0, sizeof(cell->name)))
			return false;
	}
	return true;
}

int vworker_scene(struct vworker *w, uint32_t view, struct scene *scene)
{
	const struct order o = {
		.run = run_scene, .what = "scene", .id = view, .scene = scene};

	if (!scene_ok(scene)) {
		scene_put(scene);
		return -EINVAL;
	}
	return vworker_give_must(w, &o);
}

static int run_poster(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	vstage_poster(st, o->id, now_us);
	return 0;
}

int vworker_poster(struct vworker *w, uint32_t view)
{
	const struct order o = {.run = run_poster, .what = "poster", .id = view};

	return vworker_give(w, &o);
}

static int run_still(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	vstage_wish(st, o->id, &o->still, now_us);
	return 0;
}

static int still(struct vworker *w, uint32_t view, uint16_t side_px, uint32_t max_bytes,
		 bool jpeg)
{
	const struct order o = {.run = run_still,
				.what = "still",
				.id = view,
				.still = {side_px, max_bytes, jpeg}};

	if (side_px < STILL_SIDE_MIN || max_bytes < STILL_BYTES_MIN ||
	    max_bytes > STILL_BYTES_MAX)
		return -EINVAL;
	return vworker_give(w, &o);
}

int vworker_still(struct vworker *w, uint32_t view, uint16_t side_px, uint32_t max_bytes)
{
	return still(w, view, side_px, max_bytes, false);
}

int vworker_jpeg(struct vworker *w, uint32_t view, uint16_t side_px, uint32_t max_bytes)
{
	return still(w, view, side_px, max_bytes, true);
}

/* ---- sources -------------------------------------------------------------- */

static int run_source_open(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	return vstage_source_open(st, o->id);
}

int vworker_source_open(struct vworker *w, uint32_t source)
{
	const struct order o = {
		.run = run_source_open, .what = "source_open", .id = source};

	return source ? vworker_give(w, &o) : -EINVAL;
}

static int run_source_close(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_source_close(st, o->id);
	return 0;
}

int vworker_source_close(struct vworker *w, uint32_t source)
{
	const struct order o = {
		.run = run_source_close, .what = "source_close", .id = source};

	return vworker_give_must(w, &o);
}

static int run_source_off(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	vstage_source_off(st, o->id, o->on, now_us);
	return 0;
}

int vworker_source_off(struct vworker *w, uint32_t source, bool off)
{
	const struct order o = {
		.run = run_source_off, .what = "source_off", .id = source, .on = off};

	return vworker_give_must(w, &o);
}

static int run_source_tap(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	vstage_source_tap(st, o->id, o->on, now_us);
	return 0;
}

int vworker_source_tap(struct vworker *w, uint32_t source, uint32_t to)
{
	const struct order o = {
		.run = run_source_tap, .what = "source_tap", .id = source, .on = to};

	return vworker_give_must(w, &o);
}

static int run_source_put(struct vstage *st, struct order *o, int64_t now_us)
{
	struct picture *picture = o->picture;

	thread_claim(&on_mix);
	(void)now_us;
	o->picture = NULL;
	return vstage_source_put(st, o->id, picture);
}

int vworker_source_put(struct vworker *w, uint32_t source, struct picture *picture)
{
	const struct order o = {.run = run_source_put,
				.what = "source_put",
				.id = source,
				.picture = picture};

	if ((uint32_t)picture->w_px * picture->h_px > LIMIT_PIXELS) {
		picture_destroy(picture);
		return -EINVAL;
	}
	return vworker_give(w, &o);
}

/* ---- rungs ---------------------------------------------------------------- */

static int run_rung_open(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	return vstage_rung_open(st, o->view, o->id, &o->rung_conf, now_us);
}

int vworker_rung_open(struct vworker *w, uint32_t view, uint32_t rung,
		      const struct rung_conf *conf)
{
	const struct order o = {.run = run_rung_open,
				.what = "rung_open",
				.id = rung,
				.view = view,
				.rung_conf = *conf};

	return view && rung ? vworker_give(w, &o) : -EINVAL;
}

static int run_rung_close(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_rung_close(st, o->id);
	return 0;
}

int vworker_rung_close(struct vworker *w, uint32_t rung)
{
	const struct order o = {.run = run_rung_close, .what = "rung_close", .id = rung};

	return vworker_give_must(w, &o);
}

static int run_rung_retune(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	return vstage_rung_retune(st, o->id, &o->rung_conf);
}

int vworker_rung_retune(struct vworker *w, uint32_t rung, const struct rung_conf *conf)
{
	const struct order o = {.run = run_rung_retune,
				.what = "rung_retune",
				.id = rung,
				.rung_conf = *conf};

	return rung ? vworker_give(w, &o) : -EINVAL;
}

static int run_rung_move(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	return vstage_rung_move(st, o->id, o->view, &o->rung_conf, now_us);
}

int vworker_rung_move(struct vworker *w, uint32_t rung, uint32_t view,
		      const struct rung_conf *conf)
{
	const struct order o = {.run = run_rung_move,
				.what = "rung_move",
				.id = rung,
				.view = view,
				.rung_conf = *conf};

	return view && rung ? vworker_give(w, &o) : -EINVAL;
}

static int run_rung_key(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_rung_key(st, o->id);
	return 0;
}

int vworker_rung_key(struct vworker *w, uint32_t rung)
{
	const struct order o = {.run = run_rung_key, .what = "rung_key", .id = rung};

	return vworker_give(w, &o);
}

static int run_rung_tap(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_rung_tap(st, o->id, o->on);
	return 0;
}

int vworker_rung_tap(struct vworker *w, uint32_t rung, uint32_t to)
{
	const struct order o = {
		.run = run_rung_tap, .what = "rung_tap", .id = rung, .on = to};

	return vworker_give_must(w, &o);
}

/* ---- all of it ------------------------------------------------------------ */

static int run_pace(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	(void)now_us;
	vstage_pace(st, o->percent);
	return 0;
}

int vworker_pace(struct vworker *w, uint32_t percent)
{
	const struct order o = {.run = run_pace, .what = "pace", .percent = percent};

	return percent >= PACE_MIN && percent <= 100 ? vworker_give(w, &o) : -EINVAL;
}

static int run_stats(struct vstage *st, struct order *o, int64_t now_us)
{
	thread_claim(&on_mix);
	vstage_stats(st, now_us, o->done, o->ctx);
	return 0;
}

int vworker_stats(struct vworker *w,
		  void (*done)(void *ctx, const struct vworker_stats *stats), void *ctx)
{
	const struct order o = {
		.run = run_stats, .what = "stats", .done = done, .ctx = ctx};

	return vworker_give(w, &o);
}
