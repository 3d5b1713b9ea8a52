#include "mcu/views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/cast.h"
#include "mcu/looks.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/overload.h"
#include "mcu/picture.h"
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

uint32_t views_of(const struct room_picture *picture, enum shape shape, enum level level)
{
	return (uint32_t)shape * VIEW_TIERS +
	       (picture->thin[shape][level] ? tier_of(level) : 0);
}

void views_frame(enum shape shape, uint16_t *w_px, uint16_t *h_px)
{
	*w_px = shape == SHAPE_TALL ? FRAME_H : FRAME_W;
	*h_px = shape == SHAPE_TALL ? FRAME_W : FRAME_H;
}

const struct tile_map *views_newest(const struct room_picture *picture, uint32_t view)
{
	const struct room_view *v = picture->views[view];

	return v && v->generation ? &v->maps[(v->n_posted - 1) % VIEW_MAPS] : NULL;
}

/* ---- opening ----------------------------------------------------------------- */

static int open_one(struct room_picture *picture, uint32_t view) RUNS_ON(on_ctl)
{
	struct server *server = picture->room->server;
	struct room_view *v;
	int err;

	if (picture->views[view])
		return 0;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->conf.fps = server->conf->view_fps;
	if (picture->key.kind == PICTURE_WALL && v->conf.fps > PICTURE_WALL_FPS)
		v->conf.fps = PICTURE_WALL_FPS;
	ladder_canvas(&picture->room->ladder, view / VIEW_TIERS, LEVEL_MAIN,
		      CONTENT_PEOPLE, &v->conf);
	err = vworker_view_open(server->vworker, picture->base + ID_VIEW + view,
				&v->conf);
	if (err)
		free(v);
	else
		picture->views[view] = v;
	return err;
}

static void close_one(struct room_picture *picture, uint32_t view) RUNS_ON(on_ctl)
{
	if (!picture->views[view])
		return;
	vworker_view_close(picture->room->server->vworker,
			   picture->base + ID_VIEW + view);
	free(picture->views[view]);
	picture->views[view] = NULL;
}

int views_open(struct room_picture *picture)
{
	memset(picture->thin, 0, sizeof(picture->thin));
	return open_one(picture, 0);
}

void views_close(struct room_picture *picture)
{
	for (uint32_t view = 0; view < VIEWS; view++)
		close_one(picture, view);
}

void views_fit(struct room_picture *picture, uint32_t view, uint16_t w_px, uint16_t h_px)
{
	struct room_view *v = picture->views[view];
	struct view_conf conf;

	if (!v || (v->conf.w_px == w_px && v->conf.h_px == h_px))
		return;
	conf = v->conf;
	conf.w_px = w_px;
	conf.h_px = h_px;
	if (vworker_view_retune(picture->room->server->vworker,
				picture->base + ID_VIEW + view, &conf) == 0)
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
			.face = cells[i].flags & AULA_CELL_FACE,
			.label = (cells[i].flags & AULA_CELL_NAME) && !screen,
			.talks = cells[i].flags & AULA_CELL_TALKS,
		};
		snprintf(tile->name, sizeof(tile->name), "%s",
			 s && owner ? owner->name : text);
		map->slides |= screen && tile->video && id_part(tile->source) != ID_CLIP; /* there is something to read */
		if (s && !screen && tile->at.h < map->least_h)
			map->least_h = tile->at.h;
	}
}

/* NULL: it is code, which has no say in that. */
static void map_decor(struct tile_map *map, const struct plan *plan,
		      const struct gallery *gallery) RUNS_ON(on_ctl)
{
	if (plan)
		map->decor = plan->decor;
	else
		map->decor.ground = DECOR_GROUND;
	gallery_serials(gallery, &map->decor, map->arts);
}

static bool tile_same(const struct tile *a, const struct tile *b)
{
	return a->source == b->source && a->fill == b->fill && a->video == b->video &&
	       a->border == b->border && a->face == b->face && a->label == b->label &&
	       a->talks == b->talks && memcmp(&a->at, &b->at, sizeof(a->at)) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

static bool tiles_same(const struct tile_map *a, const struct tile_map *b)
{
	if (a->n != b->n || strcmp(a->layout, b->layout) != 0 ||
	    !decor_same(&a->decor, &b->decor) ||
	    memcmp(a->arts, b->arts, sizeof(a->arts)) != 0)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!tile_same(&a->tiles[i], &b->tiles[i]))
			return false;
	return true;
}

int views_scene(const struct tile_map *map, struct scene **out)
{
	struct scene *scene;
	int err = scene_create(&scene);

	if (err)
		return err;
	scene->generation = map->generation;
	scene->decor = map->decor;
	scene->n = map->n;
	for (uint32_t i = 0; i < map->n; i++) {
		struct scene_cell *cell = &scene->cells[i];
		const struct tile *tile = &map->tiles[i];

		cell->source = tile->source;
		cell->at = tile->at;
		cell->fill = tile->fill;
		cell->border = tile->border;
		cell->face = tile->face;
		cell->label = tile->label;
		cell->talks = tile->talks;
		snprintf(cell->name, sizeof(cell->name), "%s", tile->name);
	}
	*out = scene;
	return 0;
}

uint32_t views_fade_us(const struct tile_map *from, const struct tile_map *to,
		       const struct view_conf *conf, uint32_t fade_ms)
{
	if (!from || strcmp(from->layout, to->layout) == 0 || conf->fps < VIEW_FADE_FPS)
		return 0;
	return fade_ms * (uint32_t)MS_US;
}

/* There is time for it, and it is no wall of faces. */
static bool may_fade(const struct room_picture *picture) RUNS_ON(on_ctl)
{
	return picture->key.kind != PICTURE_WALL &&
	       overload_shed(picture->room->server->overload) == SHED_NOTHING;
}

static int scene_post(const struct room_picture *picture, uint32_t view,
		      const struct tile_map *map) RUNS_ON(on_ctl)
{
	struct scene *scene = NULL;
	int err = views_scene(map, &scene);

	if (err)
		return err;
	gallery_dress(picture->room->server->gallery, scene);
	if (may_fade(picture))
		scene->fade_us = views_fade_us(views_newest(picture, view), map,
					       &picture->views[view]->conf,
					       picture->room->server->conf->fade_ms);
	return vworker_scene(picture->room->server->vworker,
			     picture->base + ID_VIEW + view, scene);
}

/* Each one may be gone: an administrator took it away, or its plugin is not there. */
static const char *layout_of(const struct room_picture *picture,
			     struct plugin_facts *facts) RUNS_ON(on_ctl)
{
	const struct plugin_set *set = picture->room->server->plugins;
	const char *usual = looks_usual(picture->key.kind);
	const char *tries[] = {picture->room->looks.layout[picture->key.kind],
			       usual ? usual : picture->room->row.layout};

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (*tries[i] && plugin_set_facts(set, tries[i], facts) == 0)
			return tries[i];
	memset(facts, 0, sizeof(*facts));
	return "grid";
}

/* Where nobody may be seen there is the name of the class. */
static void map_empty(struct tile_map *map, const struct room *room)
{
	struct tile *tile = &map->tiles[0];

	*tile = (struct tile){.at = {0, 0, UNITS, UNITS}};
	snprintf(tile->name, sizeof(tile->name), "%.*s", LIMIT_NAME_BYTES,
		 room->row.title);
	map->n = 1;
}

/* The layout's opinion about at most `most` of the cast. What it says to itself is
 * kept only of the full picture. */
static int arrange(struct room_picture *picture, enum shape shape, uint32_t most,
		   struct tile_map *map) RUNS_ON(on_ctl)
{
	struct plugin_facts facts;
	const char *layout = layout_of(picture, &facts);
	bool full = most == cast_most(picture);
	uint32_t mark = 0;
	struct aula_cell cells[AULA_CELLS_MAX];
	struct aula_layout_in in = {.size = sizeof(in)};
	struct cast cast;
	uint16_t w, h;
	uint32_t n = 0;
	int err;

	cast_make(&cast, picture, most);
	if (facts.plan && facts.plan->hold_ms &&
	    hold_apply(&picture->hold, &cast, facts.plan->hold_ms * INT64_C(1000),
		       clock_us()))
		picture->room->dirty = true; /* to be looked at again within a second */
	views_frame(shape, &w, &h);
	in.last = full ? picture->layout_mark[shape] : 0;
	in.n_sources = cast.n;
	in.sources = cast.list;
	in.canvas_w_px = w;
	in.canvas_h_px = h;
	err = plugin_set_place(picture->room->server->plugins, layout, &in, cells, &n,
			       &mark);
	if (err)
		return err;
	if (full)
		picture->layout_mark[shape] = mark;
	memset(map, 0, sizeof(*map));
	snprintf(map->layout, sizeof(map->layout), "%s", layout);
	map_decor(map, facts.plan, picture->room->server->gallery);
	map_make(map, &cast, cells, n);
	if (!n)
		map_empty(map, picture->room);
	return 0;
}

int views_sketch(const struct room_picture *picture, const char *name,
		 const struct plugin *draft, enum shape shape, struct tile_map *map)
{
	struct aula_cell cells[AULA_CELLS_MAX];
	struct aula_layout_in in = {.size = sizeof(in)};
	struct plugin_facts facts = {0};
	struct cast cast;
	uint32_t n = 0;
	uint16_t w, h;
	int err;

	cast_make(&cast, picture, CAST_MAX);
	views_frame(shape, &w, &h);
	in.n_sources = cast.n;
	in.sources = cast.list;
	in.canvas_w_px = w;
	in.canvas_h_px = h;
	if (!draft && plugin_set_facts(picture->room->server->plugins, name, &facts))
		facts.plan = NULL;
	if (draft)
		err = plugin_arrange(draft, &in, cells, AULA_CELLS_MAX, &n, NULL);
	else
		err = plugin_set_arrange(picture->room->server->plugins, name, &in, cells,
					 &n);
	if (err)
		return err;
	memset(map, 0, sizeof(*map));
	snprintf(map->layout, sizeof(map->layout), "%s", name);
	map_decor(map, draft ? plugin_plan(draft) : facts.plan,
		  picture->room->server->gallery);
	map_make(map, &cast, cells, n);
	return 0;
}

/* Posts the map unless it is what the view shows already. */
static void apply(struct room_picture *picture, uint32_t view, struct tile_map *map)
	RUNS_ON(on_ctl)
{
	const struct tile_map *last = views_newest(picture, view);
	struct room_view *v = picture->views[view];

	if (last && tiles_same(map, last))
		return;
	map->generation = picture->room->generation + 1;
	if (scene_post(picture, view, map)) {
		log_warn("scene_lost", "room=%s view=%u", picture->room->row.id, view);
		return;
	}
	picture->room->generation = v->generation = map->generation;
	v->maps[v->n_posted++ % VIEW_MAPS] = *map;
}

/* ---- small rungs ------------------------------------------------------------- */

static bool too_small(const struct room_picture *picture, const struct tile_map *map,
		      enum shape shape, enum level level)
{
	const struct ladder_spec *spec =
		&picture->room->ladder
			 .video[level][map->slides ? CONTENT_SLIDES : CONTENT_PEOPLE];
	uint32_t h_px = shape == SHAPE_TALL ? spec->w_px : spec->h_px;
	uint32_t least = picture->key.kind == PICTURE_WALL ? VIEW_CELL_WALL : VIEW_CELL;

	return map->n > 1 && map->least_h * h_px < least * UNITS;
}

/* As many as can be recognised: fewer and fewer are tried. */
static void arrange_thin(struct room_picture *picture, enum shape shape, enum level level)
	RUNS_ON(on_ctl)
{
	static const uint8_t walls[] = VIEW_TRIES_WALL, usual[] = VIEW_TRIES;
	bool wall = picture->key.kind == PICTURE_WALL;
	const uint8_t *tries = wall ? walls : usual;
	size_t n_tries = wall ? sizeof(walls) : sizeof(usual);
	uint32_t view = (uint32_t)shape * VIEW_TIERS + tier_of(level);
	struct tile_map map;

	if (open_one(picture, view))
		return; /* small cells are better than none */
	for (size_t i = 0; i < n_tries; i++) {
		if (arrange(picture, shape, tries[i], &map))
			return;
		if (!too_small(picture, &map, shape, level))
			break;
	}
	apply(picture, view, &map);
	picture->thin[shape][level] = true;
}

/* Its map is an old one, so that nobody else tells them. */
static void back_to_full(const struct room_picture *picture, enum shape shape,
			 enum level level) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < picture->room->n_members; i++) {
		const struct member *member = picture->room->members[i];
		const struct quality *q = &member->quality;

		if (q->on && member->picture == picture && q->shape == shape &&
		    q->level == level)
			notice_layout_to(member);
	}
}

static void arrange_shape(struct room_picture *picture, enum shape shape) RUNS_ON(on_ctl)
{
	uint32_t full = (uint32_t)shape * VIEW_TIERS;
	struct tile_map map;
	int err;

	if (open_one(picture, full))
		return;
	err = arrange(picture, shape, cast_most(picture), &map);
	if (err) {
		log_warn("layout_failed", "room=%s layout=%s err=%d",
			 picture->room->row.id, picture->room->row.layout, err);
		return;
	}
	apply(picture, full, &map);
	for (enum level level = LEVEL_VIDEO; level <= LEVEL_MAIN; level++) {
		bool was = picture->thin[shape][level];

		picture->thin[shape][level] = false;
		if (rungs_watched(picture, shape, level) &&
		    too_small(picture, &map, shape, level))
			arrange_thin(picture, shape, level);
		if (was && !picture->thin[shape][level])
			back_to_full(picture, shape, level);
	}
}

/* Who is seen in it keeps his place when weights are equal. */
static void note_seen(struct room_picture *picture) RUNS_ON(on_ctl)
{
	const struct tile_map *map = views_newest(picture, 0);
	struct room *room = picture->room;

	for (uint32_t i = 0; i < room->n_members; i++)
		room->members[i]->seen_here = false;
	for (uint32_t i = 0; map && i < map->n; i++) {
		struct member *m = room_member(room, id_base(map->tiles[i].source));

		if (m)
			m->seen_here = m->in_picture = true;
	}
}

static enum content wanted(const struct room_picture *picture)
{
	const struct tile_map *map = views_newest(picture, 0);

	return map && map->slides ? CONTENT_SLIDES : CONTENT_PEOPLE;
}

bool views_content_due(const struct room_picture *picture, int64_t now_us)
{
	return wanted(picture) != picture->content &&
	       now_us - picture->content_us >= VIEW_CONTENT_US;
}

void views_arrange(struct room_picture *picture)
{
	int64_t now_us = clock_us();

	note_seen(picture);
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++)
		if (shape == SHAPE_WIDE || picture->n_tall)
			arrange_shape(picture, shape);
	note_seen(picture);
	if (!views_content_due(picture, now_us))
		return;
	picture->content = wanted(picture);
	picture->content_us = now_us;
}

void views_sweep(struct room_picture *picture)
{
	for (uint32_t view = 1; view < VIEWS; view++) {
		bool full = view % VIEW_TIERS == 0 && picture->n_tall;

		if (picture->views[view] && !full && !rungs_on(picture, view))
			close_one(picture, view);
	}
}

void views_live(struct room_picture *picture, uint32_t view, uint32_t generation,
		int64_t pts_us)
{
	struct room_view *v = view < VIEWS ? picture->views[view] : NULL;

	for (uint32_t i = 0; v && i < VIEW_MAPS; i++)
		if (v->maps[i].generation == generation && generation) {
			v->live = v->maps[i];
			v->live_pts_us = pts_us;
			notice_layout(picture, view);
			return;
		}
	/* one that was overtaken eight times is not worth telling */
}
