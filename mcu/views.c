#include "mcu/views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/cast.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/room.h"
#include "mcu/rungs.h"
#include "mixer/vworker.h"
#include "plugins/set.h"

#define FRAME_W 1280
#define FRAME_H 720
#define UNITS   10080 /* of a side; see aula_plugin.h */

static uint32_t tier_of(enum level level)
{
	return level == LEVEL_LOW    ? 3
	       : level == LEVEL_MID  ? 2
	       : level == LEVEL_MAIN ? 1
				     : 0;
}

uint32_t views_of(const struct room *room, enum shape shape, enum level level)
{
	return (uint32_t)shape * VIEW_TIERS +
	       (room->thin[shape][level] ? tier_of(level) : 0);
}

void views_frame(enum shape shape, uint16_t *w_px, uint16_t *h_px)
{
	*w_px = shape == SHAPE_TALL ? FRAME_H : FRAME_W;
	*h_px = shape == SHAPE_TALL ? FRAME_W : FRAME_H;
}

const struct tile_map *views_newest(const struct room *room, uint32_t view)
{
	const struct room_view *v = room->views[view];

	return v && v->generation ? &v->maps[(v->n_posted - 1) % VIEW_MAPS] : NULL;
}

/* ---- opening ----------------------------------------------------------------- */

static int open_one(struct room *room, uint32_t view) RUNS_ON(on_ctl)
{
	struct server *server = room->server;
	struct room_view *v;
	int err;

	if (room->views[view])
		return 0;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->conf.fps = server->conf->view_fps;
	ladder_canvas(&room->ladder, view / VIEW_TIERS, LEVEL_MAIN, CONTENT_PEOPLE,
		      &v->conf);
	err = vworker_view_open(server->vworker, room->base + ID_VIEW + view, &v->conf);
	if (err)
		free(v);
	else
		room->views[view] = v;
	return err;
}

static void close_one(struct room *room, uint32_t view) RUNS_ON(on_ctl)
{
	if (!room->views[view])
		return;
	vworker_view_close(room->server->vworker, room->base + ID_VIEW + view);
	free(room->views[view]);
	room->views[view] = NULL;
}

int views_open(struct room *room)
{
	memset(room->thin, 0, sizeof(room->thin));
	return open_one(room, 0);
}

void views_close(struct room *room)
{
	for (uint32_t view = 0; view < VIEWS; view++)
		close_one(room, view);
}

void views_fit(struct room *room, uint32_t view, uint16_t w_px, uint16_t h_px)
{
	struct room_view *v = room->views[view];
	struct view_conf conf;

	if (!v || (v->conf.w_px == w_px && v->conf.h_px == h_px))
		return;
	conf = v->conf;
	conf.w_px = w_px;
	conf.h_px = h_px;
	if (vworker_view_retune(room->server->vworker, room->base + ID_VIEW + view,
				&conf) == 0)
		v->conf = conf;
}

/* ---- maps -------------------------------------------------------------------- */

static void map_make(struct tile_map *map, const struct cast *cast,
		     const struct aula_cell *cells, uint32_t n)
{
	map->n = n;
	map->least_h = UNITS;
	for (uint32_t i = 0; i < n; i++) {
		const struct member *owner = NULL;
		const struct aula_source *s = cast_find(cast, cells[i].source, &owner);
		struct tile *tile = &map->tiles[i];
		bool screen = s && s->flags & AULA_SRC_SCREEN;
		const char *text = cells[i].text; /* of a vacant cell */

		*tile = (struct tile){
			.source = cells[i].source,
			.at = {cells[i].x, cells[i].y, cells[i].w, cells[i].h},
			/* a page of text is never cropped */
			.fill = (cells[i].flags & AULA_CELL_FILL) && !screen,
			.video = s && s->flags & AULA_SRC_VIDEO,
			.border = cells[i].flags & AULA_CELL_BORDER,
		};
		snprintf(tile->name, sizeof(tile->name), "%s", s ? owner->name : text);
		map->slides |= screen && tile->video; /* there is something to read */
		if (s && !screen && tile->at.h < map->least_h)
			map->least_h = tile->at.h;
	}
}

static bool tiles_same(const struct tile_map *a, const struct tile_map *b)
{
	if (a->n != b->n || strcmp(a->layout, b->layout) != 0)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct tile *x = &a->tiles[i], *y = &b->tiles[i];

		if (x->source != y->source || x->fill != y->fill ||
		    x->video != y->video || x->border != y->border || x->at.x != y->at.x || x->at.y != y->at.y ||
		    x->at.w != y->at.w || x->at.h != y->at.h ||
		    strcmp(x->name, y->name) != 0)
			return false;
	}
	return true;
}

static int scene_post(const struct room *room, uint32_t view, const struct tile_map *map)
{
	struct scene *scene;
	int err = scene_create(&scene);

	if (err)
		return err;
	scene->generation = map->generation;
	scene->n = map->n;
	for (uint32_t i = 0; i < map->n; i++) {
		struct scene_cell *cell = &scene->cells[i];
		const struct tile *tile = &map->tiles[i];

		cell->source = tile->source;
		cell->at = tile->at;
		cell->fill = tile->fill;
		cell->border = tile->border;
		snprintf(cell->name, sizeof(cell->name), "%s", tile->name);
	}
	return vworker_scene(room->server->vworker, room->base + ID_VIEW + view, scene);
}

/* One that an administrator has taken away, or a plugin that is not there any more. */
static const char *layout_of(const struct room *room, struct plugin_facts *facts)
	RUNS_ON(on_ctl)
{
	const struct plugin_set *set = room->server->plugins;

	if (plugin_set_facts(set, room->row.layout, facts) == 0)
		return room->row.layout;
	memset(facts, 0, sizeof(*facts));
	return "grid";
}

/* The layout's opinion about at most `most` of the cast. What it says to itself is
 * kept only of the full picture. */
static int arrange(struct room *room, enum shape shape, uint32_t most,
		   struct tile_map *map) RUNS_ON(on_ctl)
{
	struct plugin_facts facts;
	const char *layout = layout_of(room, &facts);
	uint32_t mark = 0;
	struct aula_cell cells[AULA_CELLS_MAX];
	struct aula_layout_in in = {.size = sizeof(in)};
	struct cast cast;
	uint16_t w, h;
	uint32_t n = 0;
	int err;

	cast_make(&cast, room, most);
	if (facts.plan && facts.plan->hold_ms &&
	    hold_apply(&room->hold, &cast, facts.plan->hold_ms * INT64_C(1000),
		       clock_us()))
		room->dirty = true; /* to be looked at again within a second */
	views_frame(shape, &w, &h);
	in.last = most == CAST_MAX ? room->layout_mark[shape] : 0;
	in.n_sources = cast.n;
	in.sources = cast.list;
	in.canvas_w_px = w;
	in.canvas_h_px = h;
	err = plugin_set_place(room->server->plugins, layout, &in, cells, &n, &mark);
	if (err)
		return err;
	if (most == CAST_MAX)
		room->layout_mark[shape] = mark;
	memset(map, 0, sizeof(*map));
	snprintf(map->layout, sizeof(map->layout), "%s", layout);
	map_make(map, &cast, cells, n);
	return 0;
}

/* Posts the map unless it is what the view shows already. */
static void apply(struct room *room, uint32_t view, struct tile_map *map) RUNS_ON(on_ctl)
{
	const struct tile_map *last = views_newest(room, view);
	struct room_view *v = room->views[view];

	if (last && tiles_same(map, last))
		return;
	map->generation = room->generation + 1;
	if (scene_post(room, view, map)) {
		log_warn("scene_lost", "room=%s view=%u", room->row.id, view);
		return;
	}
	room->generation = v->generation = map->generation;
	v->maps[v->n_posted++ % VIEW_MAPS] = *map;
}

/* ---- small rungs ------------------------------------------------------------- */

static bool too_small(const struct room *room, const struct tile_map *map,
		      enum shape shape, enum level level)
{
	const struct ladder_spec *spec =
		&room->ladder.video[level][map->slides ? CONTENT_SLIDES : CONTENT_PEOPLE];
	uint32_t h_px = shape == SHAPE_TALL ? spec->w_px : spec->h_px;

	return map->n > 1 && map->least_h * h_px < VIEW_CELL * UNITS;
}

/* As many as can be recognised: fewer and fewer are tried. */
static void arrange_thin(struct room *room, enum shape shape, enum level level)
	RUNS_ON(on_ctl)
{
	static const uint8_t tries[] = {16, 12, 9, 6, 4, 3, 2, 1};
	uint32_t view = (uint32_t)shape * VIEW_TIERS + tier_of(level);
	struct tile_map map;

	if (open_one(room, view))
		return; /* small cells are better than none */
	for (size_t i = 0; i < sizeof(tries); i++) {
		if (arrange(room, shape, tries[i], &map))
			return;
		if (!too_small(room, &map, shape, level))
			break;
	}
	apply(room, view, &map);
	room->thin[shape][level] = true;
}

/* Its map is an old one, so that nobody else tells them. */
static void back_to_full(const struct room *room, enum shape shape, enum level level)
	RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct quality *q = &room->members[i]->quality;

		if (q->on && q->shape == shape && q->level == level)
			notice_layout_to(room->members[i]);
	}
}

static void arrange_shape(struct room *room, enum shape shape) RUNS_ON(on_ctl)
{
	uint32_t full = (uint32_t)shape * VIEW_TIERS;
	struct tile_map map;
	int err;

	if (open_one(room, full))
		return;
	err = arrange(room, shape, CAST_MAX, &map);
	if (err) {
		log_warn("layout_failed", "room=%s layout=%s err=%d", room->row.id,
			 room->row.layout, err);
		return;
	}
	apply(room, full, &map);
	for (enum level level = LEVEL_VIDEO; level <= LEVEL_MAIN; level++) {
		bool was = room->thin[shape][level];

		room->thin[shape][level] = false;
		if (rungs_watched(room, shape, level) &&
		    too_small(room, &map, shape, level))
			arrange_thin(room, shape, level);
		if (was && !room->thin[shape][level])
			back_to_full(room, shape, level);
	}
}

/* Who is seen keeps his place when weights are equal. */
static void note_seen(struct room *room) RUNS_ON(on_ctl)
{
	const struct tile_map *map = views_newest(room, 0);

	for (uint32_t i = 0; i < room->n_members; i++)
		room->members[i]->in_picture = false;
	for (uint32_t i = 0; map && i < map->n; i++) {
		struct member *m = room_member(room, id_base(map->tiles[i].source));

		if (m)
			m->in_picture = true;
	}
}

static enum content wanted(const struct room *room)
{
	const struct tile_map *map = views_newest(room, 0);

	return map && map->slides ? CONTENT_SLIDES : CONTENT_PEOPLE;
}

bool views_content_due(const struct room *room, int64_t now_us)
{
	return wanted(room) != room->content &&
	       now_us - room->content_us >= VIEW_CONTENT_US;
}

void views_arrange(struct room *room)
{
	int64_t now_us = clock_us();

	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++)
		if (shape == SHAPE_WIDE || room->n_tall)
			arrange_shape(room, shape);
	note_seen(room);
	if (!views_content_due(room, now_us))
		return;
	room->content = wanted(room);
	room->content_us = now_us;
}

void views_sweep(struct room *room)
{
	for (uint32_t view = 1; view < VIEWS; view++) {
		bool full = view % VIEW_TIERS == 0 && room->n_tall;

		if (room->views[view] && !full && !rungs_on(room, view))
			close_one(room, view);
	}
}

void views_live(struct room *room, uint32_t view, uint32_t generation, int64_t pts_us)
{
	struct room_view *v = view < VIEWS ? room->views[view] : NULL;

	for (uint32_t i = 0; v && i < VIEW_MAPS; i++)
		if (v->maps[i].generation == generation && generation) {
			v->live = v->maps[i];
			v->live_pts_us = pts_us;
			notice_layout(room, view);
			return;
		}
	/* one that was overtaken eight times is not worth telling */
}
