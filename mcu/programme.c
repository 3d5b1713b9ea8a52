#include "mcu/programme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mixer/vworker.h"
#include "plugins/set.h"
#include "transport/net.h"

/* ---- opening ---------------------------------------------------------------- */

int programme_open(struct room *room)
{
	struct server *server = room->server;
	const struct conf *conf = server->conf;
	const struct view_conf view = {conf->view_w, conf->view_h, conf->view_fps};
	const struct mix_conf mix = {room->base + ID_MIX, conf->audio_kbps * 1000};
	int err;

	err = vworker_view_open(server->vworker, room->base + ID_VIEW, &view);
	if (err)
		return err;
	err = net_outlet_open(server->net, room->base + ID_MIX, CODEC_OPUS);
	if (!err)
		err = aworker_mix_open(server->aworker, room->base + ID_MIX, &mix);
	if (err) {
		vworker_view_close(server->vworker, room->base + ID_VIEW);
		net_outlet_close(server->net, room->base + ID_MIX);
		return err;
	}
	room->media = true;
	room->rung_h264 = room->rung_vp8 = false;
	memset(room->maps, 0, sizeof(room->maps));
	memset(&room->live, 0, sizeof(room->live));
	return 0;
}

void programme_close(struct room *room)
{
	struct server *server = room->server;

	programme_rungs(room);
	vworker_view_close(server->vworker, room->base + ID_VIEW);
	aworker_mix_close(server->aworker, room->base + ID_MIX);
	net_outlet_close(server->net, room->base + ID_MIX);
	room->media = false;
}

/* ---- who is where ----------------------------------------------------------- */

/* The layout's view of a room, and whose source each entry is. */
struct cast {
	uint32_t n;
	struct aula_source sources[LIMIT_CELLS + 1];
	const struct aula_source *list[LIMIT_CELLS + 1];
	const struct member *owners[LIMIT_CELLS + 1];
};

/* UINT32_MAX: has not spoken lately. */
static uint32_t talk_rank(const struct room *room, const struct member *member)
{
	for (uint32_t i = 0; i < room->n_speakers; i++)
		if (room->speakers[i] == member->base)
			return i;
	return UINT32_MAX;
}

static void cast_add(struct cast *cast, const struct room *room,
		     const struct member *member, uint32_t part)
{
	struct aula_source *s = &cast->sources[cast->n];
	bool screen = part == ID_SCREEN;

	*s = (struct aula_source){
		.size = sizeof(*s),
		.id = member->base + part,
		.owner = member->base,
		.talk_rank = talk_rank(room, member),
		.w_px = screen ? member->screen_w : member->camera_w,
		.h_px = screen ? member->screen_h : member->camera_h,
	};
	s->flags = (s->w_px ? AULA_SRC_VIDEO : 0u) | (screen ? AULA_SRC_SCREEN : 0u) |
		   (member->role >= ROLE_LECTURER ? AULA_SRC_LECTURER : 0u) |
		   (room->pinned == member->base && !screen ? AULA_SRC_PINNED : 0u);
	cast->list[cast->n] = s;
	cast->owners[cast->n++] = member;
}

/* Does something worth a tile come from this member, or would? */
static bool active(const struct room *room, const struct member *member)
{
	return member->cam || member->mic || member->role >= ROLE_LECTURER ||
	       room->pinned == member->base || talk_rank(room, member) != UINT32_MAX;
}

/* Everybody in a small class; in a big one the active first, then the others
 * up to the number of cells, all in order of joining. */
static void cast_make(struct cast *cast, const struct room *room)
{
	uint32_t spare = LIMIT_CELLS, n_active = 0;
	const struct member *owner = room_member(room, room->screen_owner);

	cast->n = 0;
	if (owner)
		cast_add(cast, room, owner, ID_SCREEN);
	for (uint32_t i = 0; i < room->n_members; i++)
		n_active += active(room, room->members[i]);
	spare -= n_active < spare ? n_active : spare;
	for (uint32_t i = 0; i < room->n_members && cast->n <= LIMIT_CELLS; i++) {
		const struct member *member = room->members[i];

		if (!active(room, member)) {
			if (!spare)
				continue;
			spare--;
		}
		cast_add(cast, room, member, ID_CAMERA);
	}
}

static const struct aula_source *cast_find(const struct cast *cast, uint32_t id,
					   const struct member **owner)
{
	for (uint32_t i = 0; i < cast->n; i++)
		if (cast->sources[i].id == id) {
			*owner = cast->owners[i];
			return &cast->sources[i];
		}
	return NULL;
}

static void map_make(struct tile_map *map, const struct cast *cast,
		     const struct aula_cell *cells, uint32_t n)
{
	map->n = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct member *owner = NULL;
		const struct aula_source *s = cast_find(cast, cells[i].source, &owner);
		struct tile *tile = &map->tiles[i];

		*tile = (struct tile){
			.source = cells[i].source,
			.at = {cells[i].x, cells[i].y, cells[i].w, cells[i].h},
			/* a page of text is never cropped */
			.fill = (cells[i].flags & AULA_CELL_FILL) &&
				!(s->flags & AULA_SRC_SCREEN),
			.video = s->flags & AULA_SRC_VIDEO,
		};
		snprintf(tile->name, sizeof(tile->name), "%s", owner->name);
	}
}

static bool tiles_same(const struct tile_map *a, const struct tile_map *b)
{
	if (a->n != b->n || strcmp(a->layout, b->layout) != 0)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct tile *x = &a->tiles[i], *y = &b->tiles[i];

		if (x->source != y->source || x->fill != y->fill ||
		    x->video != y->video || x->at.x != y->at.x || x->at.y != y->at.y ||
		    x->at.w != y->at.w || x->at.h != y->at.h ||
		    strcmp(x->name, y->name) != 0)
			return false;
	}
	return true;
}

static int scene_post(const struct room *room, const struct tile_map *map)
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
		snprintf(cell->name, sizeof(cell->name), "%s", tile->name);
	}
	return vworker_scene(room->server->vworker, room->base + ID_VIEW, scene);
}

static int arrange(struct room *room, const char *layout, struct tile_map *map)
	RUNS_ON(on_ctl)
{
	const struct conf *conf = room->server->conf;
	struct aula_cell cells[AULA_CELLS_MAX];
	struct aula_layout_in in = {.size = sizeof(in)};
	struct cast cast;
	uint32_t n = 0;
	int err;

	cast_make(&cast, room);
	in.n_sources = cast.n;
	in.sources = cast.list;
	in.canvas_w_px = conf->view_w;
	in.canvas_h_px = conf->view_h;
	err = plugin_set_arrange(room->server->plugins, layout, &in, cells, &n);
	if (err)
		return err;
	memset(map, 0, sizeof(*map));
	snprintf(map->layout, sizeof(map->layout), "%s", layout);
	map_make(map, &cast, cells, n);
	return 0;
}

void programme_arrange(struct room *room)
{
	struct tile_map map;
	int err;

	if (!room->media)
		return;
	err = arrange(room, room->row.layout, &map);
	if (err) {
		log_warn("layout_failed", "room=%s layout=%s err=%d", room->row.id,
			 room->row.layout, err);
		return;
	}
	if (room->generation &&
	    tiles_same(&map, &room->maps[room->generation % ROOM_MAPS]))
		return;
	map.generation = room->generation + 1;
	if (scene_post(room, &map)) {
		log_warn("scene_lost", "room=%s", room->row.id);
		return;
	}
	room->generation = map.generation;
	room->maps[map.generation % ROOM_MAPS] = map;
}

int programme_set_layout(struct room *room, const char *name, uint32_t *generation)
{
	if (!plugin_set_layout(room->server->plugins, name))
		return -ENOENT;
	if (strcmp(room->row.layout, name) != 0) {
		snprintf(room->row.layout, sizeof(room->row.layout), "%s", name);
		if (db_room_put(room->server->db, &room->row))
			log_warn("room_lost", "room=%s", room->row.id);
		programme_arrange(room);
	}
	*generation = room->generation;
	return 0;
}

void programme_live(struct room *room, uint32_t generation, int64_t pts_us)
{
	const struct tile_map *map = &room->maps[generation % ROOM_MAPS];

	/* one that was overtaken eight times is not worth telling */
	if (map->generation != generation)
		return;
	room->live = *map;
	room->live_pts_us = pts_us;
	notice_layout(room);
}

/* ---- encoders --------------------------------------------------------------- */

static bool rung_start(struct room *room, uint32_t part, enum codec codec)
{
	struct server *server = room->server;
	const struct conf *conf = server->conf;
	const struct rung_conf rung = {
		.codec = codec,
		.w_px = conf->view_w,
		.h_px = conf->view_h,
		.fps = conf->view_fps,
		.bps = conf->view_kbps * 1000,
		.vbv_ms = conf->view_vbv_ms,
	};

	if (net_outlet_open(server->net, room->base + part, codec))
		return false;
	if (vworker_rung_open(server->vworker, room->base + ID_VIEW, room->base + part,
			      &rung)) {
		net_outlet_close(server->net, room->base + part);
		return false;
	}
	return true;
}

static void rung_set(struct room *room, uint32_t part, enum codec codec, bool want,
		     bool *have) RUNS_ON(on_ctl)
{
	if (want == *have)
		return;
	if (want) {
		*have = rung_start(room, part, codec);
		for (uint32_t i = 0; *have && i < room->n_members; i++)
			if (room->members[i]->codec == codec)
				programme_watch(room->members[i]);
		return;
	}
	vworker_rung_close(room->server->vworker, room->base + part);
	net_outlet_close(room->server->net, room->base + part);
	*have = false;
}

void programme_rungs(struct room *room)
{
	bool h264 = room->recording, vp8 = false;

	for (uint32_t i = 0; i < room->n_members; i++) {
		h264 |= room->members[i]->codec == CODEC_H264;
		vp8 |= room->members[i]->codec == CODEC_VP8;
	}
	rung_set(room, ID_RUNG_H264, CODEC_H264, h264, &room->rung_h264);
	rung_set(room, ID_RUNG_VP8, CODEC_VP8, vp8, &room->rung_vp8);
}

void programme_watch(struct member *member)
{
	struct net *net = member->server->net;
	uint32_t base = member->room->base, rung = 0;

	if (member->codec == CODEC_H264)
		rung = base + ID_RUNG_H264;
	else if (member->codec == CODEC_VP8)
		rung = base + ID_RUNG_VP8;
	net_peer_watch_video(net, member->peer, rung);
	net_peer_watch_audio(net, member->peer, base + ID_MIX);
}
