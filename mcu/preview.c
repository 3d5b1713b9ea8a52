#include "mcu/preview.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/asks.h"
#include "mcu/command.h"
#include "mcu/gallery.h"
#include "mcu/ids.h"
#include "mcu/member.h"
#include "mcu/notice_json.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mixer/vworker.h"
#include "plugins/set.h"
#include "signaling/session.h"

#define UNITS 10080 /* of a side; see aula_plugin.h */

struct preview {
	uint32_t view; /* 0: this place is free */
	struct room *room;
	uint32_t by; /* base of who asked */
	char session[SESSION_TOKEN + 1];
	int64_t id;
	int64_t until_us;
	enum shape shape;
	struct tile_map map;
};

struct previews {
	struct server *server;
	struct loop_timer *timer;
	/* Views are numbered out of a block until it is used up: a still that comes late
	 * must not be taken for another one's. */
	uint32_t base, used;
	struct preview list[PREVIEWS_MAX];
};

static void arm(struct previews *p) RUNS_ON(on_ctl)
{
	int64_t due = INT64_MAX, now = clock_us();

	for (int i = 0; i < PREVIEWS_MAX; i++)
		if (p->list[i].view && p->list[i].until_us < due)
			due = p->list[i].until_us;
	if (due == INT64_MAX)
		loop_timer_stop(p->timer);
	else
		loop_timer_once(p->timer, due > now ? due - now : 0);
}

/* The place is free again, and cameras that nobody else sees may rest. */
static void end(struct previews *p, struct preview *one) RUNS_ON(on_ctl)
{
	struct room *room = one->room;

	vworker_view_close(p->server->vworker, one->view);
	one->view = 0;
	if (room && room->media)
		asks_update(room, clock_us());
	arm(p);
}

static void fail(struct previews *p, struct preview *one) RUNS_ON(on_ctl)
{
	count_add(COUNT_PREVIEWS_LATE, 1);
	log_warn("preview_late", "room=%s", one->room->row.id);
	command_reply(p->server, one->session, one->id, NULL, "no_preview");
	end(p, one);
}

static void on_time(void *ctx)
{
	struct previews *p = ctx;
	int64_t now = clock_us();

	thread_claim(&on_ctl);
	for (int i = 0; i < PREVIEWS_MAX; i++)
		if (p->list[i].view && now >= p->list[i].until_us)
			fail(p, &p->list[i]);
	arm(p);
}

int previews_create(struct previews **out, struct server *server)
{
	struct previews *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->server = server;
	p->used = ID_BLOCK;
	err = loop_timer_create(&p->timer, server->loop, on_time, p);
	if (err)
		free(p);
	else
		*out = p;
	return err;
}

void previews_destroy(struct previews *p)
{
	if (!p)
		return;
	loop_timer_destroy(p->timer);
	free(p);
}

static uint32_t fresh_view(struct previews *p) RUNS_ON(on_ctl)
{
	if (p->used == ID_BLOCK) {
		p->base = server_block(p->server);
		p->used = 0;
	}
	return p->base + p->used++;
}

/* NULL: none is free, or this one has its share. */
static struct preview *place(struct previews *p, const struct member *by)
{
	struct preview *free_one = NULL;

	for (int i = 0; i < PREVIEWS_MAX; i++) {
		if (!p->list[i].view)
			free_one = &p->list[i];
		else if (p->list[i].by == by->base)
			return NULL;
	}
	return free_one;
}

static int open_view(struct previews *p, struct preview *one) RUNS_ON(on_ctl)
{
	struct vworker *w = p->server->vworker;
	struct view_conf conf = {.fps = PREVIEW_FPS};
	struct scene *scene = NULL;
	int err;

	ladder_canvas(&one->room->ladder, one->shape, LEVEL_MAIN, CONTENT_PEOPLE, &conf);
	err = views_scene(&one->map, &scene);
	if (err)
		return err;
	scene->generation = 1;
	gallery_dress(p->server->gallery, scene);
	err = vworker_view_open(w, one->view, &conf);
	if (err) {
		scene_put(scene);
		return err;
	}
	err = vworker_scene(w, one->view, scene);
	if (!err)
		err = vworker_jpeg(w, one->view, PREVIEW_PX, PREVIEW_BYTES);
	if (err)
		vworker_view_close(w, one->view);
	return err;
}

/* The one of this kind that is shown to somebody; the class's always is, and it has the
 * same people in it as the one that may be recorded. */
static const struct room_picture *picture_of(const struct room *room,
					     enum picture_kind kind)
{
	for (uint32_t i = 0; room->media && i < room->n_pictures; i++)
		if (room->pictures[i]->key.kind == kind)
			return room->pictures[i];
	return kind == PICTURE_RECORDING ? picture_of_class(room) : NULL;
}

int preview_ask(struct previews *p, const struct preview_wish *wish)
{
	const struct room_picture *picture = picture_of(wish->room, wish->picture);
	struct preview *one = place(p, wish->by);
	int err;

	if (!picture)
		return -ENOTCONN;
	if (!one) {
		count_add(COUNT_PREVIEWS_BUSY, 1);
		return -EBUSY;
	}
	if (!wish->draft) {
		err = plugin_set_facts(p->server->plugins, wish->layout, NULL);
		if (err)
			return err;
	}
	if (views_sketch(picture, wish->layout, wish->draft, wish->shape, &one->map))
		return -EIO;
	one->view = fresh_view(p);
	one->room = wish->room;
	one->by = wish->by->base;
	one->id = wish->id;
	one->shape = wish->shape;
	one->until_us = clock_us() + PREVIEW_US;
	snprintf(one->session, sizeof(one->session), "%s",
		 session_token(wish->by->session));
	err = open_view(p, one);
	if (err) {
		one->view = 0;
		return -EIO;
	}
	asks_update(wish->room, clock_us()); /* cameras that rest are needed again */
	arm(p);
	return 0;
}

/* ---- the answer ------------------------------------------------------------------ */

static cJSON *answer(const struct preview *one, const struct au *au) RUNS_ON(on_ctl)
{
	char *text = malloc(NOTICE_BASE64(au->len));
	uint16_t w, h;
	cJSON *d;

	if (!text)
		return NULL;
	d = cJSON_CreateObject();
	notice_base64(text, au->data, au->len);
	cJSON_AddStringToObject(d, "jpeg", text);
	free(text);
	cJSON_AddStringToObject(d, "name", one->map.layout);
	views_frame(one->shape, &w, &h);
	cJSON_AddNumberToObject(d, "w", w);
	cJSON_AddNumberToObject(d, "h", h);
	cJSON_AddItemToObject(d, "tiles",
			      notice_json_tiles(one->room, &one->map, one->shape));
	return d;
}

bool preview_picture(struct previews *p, uint32_t view, struct au *au)
{
	cJSON *d;

	for (int i = 0; p && i < PREVIEWS_MAX; i++) {
		struct preview *one = &p->list[i];

		if (one->view != view || !view)
			continue;
		d = answer(one, au);
		command_reply(p->server, one->session, one->id, d,
			      d ? NULL : "no_resources");
		count_add(COUNT_PREVIEWS, 1);
		au_put(au);
		end(p, one);
		return true;
	}
	return false; /* of a room, or of one that was given up: nobody's */
}

/* ---- what it needs --------------------------------------------------------------- */

uint32_t preview_lines(const struct previews *p, const struct room *room, uint32_t source)
{
	uint32_t lines = 0;

	for (int i = 0; p && i < PREVIEWS_MAX; i++) {
		const struct preview *one = &p->list[i];
		uint32_t h_px = one->shape == SHAPE_TALL ? PREVIEW_PX
							 : PREVIEW_PX * 9 / 16;

		for (uint32_t k = 0; one->view && one->room == room && k < one->map.n;
		     k++) {
			const struct tile *tile = &one->map.tiles[k];
			uint32_t n = (tile->at.h * h_px + UNITS / 2) / UNITS;

			if (tile->source == source && n > lines)
				lines = n;
		}
	}
	return lines;
}

void previews_forget(struct previews *p, const struct room *room)
{
	for (int i = 0; p && i < PREVIEWS_MAX; i++)
		if (p->list[i].view && p->list[i].room == room)
			fail(p, &p->list[i]);
}
