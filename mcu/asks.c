#include "mcu/asks.h"

#include <stdbool.h>
#include <string.h>

#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/picture.h"
#include "mcu/preview.h"
#include "mcu/room.h"
#include "mcu/rungs.h"
#include "transport/net.h"

#define UNITS         10080 /* of a side; see aula_plugin.h */
#define VOICE_BPS     60000 /* with its headers */
#define ALLOW_PERCENT 125   /* headers and bursts */
#define SCREEN_KBPS   1500

struct picture_ask asks_fit(uint32_t need_px, uint16_t fps)
{
	static const struct {
		uint16_t h_px, kbps;
	} steps[] = {{120, 90},  {180, 160}, {270, 300},
		     {360, 450}, {540, 900}, {720, 1600}};
	size_t last = sizeof(steps) / sizeof(steps[0]) - 1, i = 0;

	if (!need_px)
		return (struct picture_ask){0, 0, 0};
	while (i < last && steps[i].h_px < need_px)
		i++;
	return (struct picture_ask){steps[i].h_px, fps, steps[i].kbps};
}

/* How many lines the largest rung of the view has, and how often. */
static void largest(const struct room_picture *picture, uint32_t view, uint32_t *h_px,
		    uint16_t *fps)
{
	*h_px = 0;
	*fps = 0;
	for (int f = 0; f < FAMILIES; f++)
		for (enum level level = LEVEL_VIDEO; level < LEVELS; level++) {
			const struct room_rung *rung =
				&picture->rungs[view / VIEW_TIERS][f][level];

			if (!rung->open || rung->view != view)
				continue;
			if (rung->conf.h_px > *h_px)
				*h_px = rung->conf.h_px;
			if (rung->conf.fps > *fps)
				*fps = rung->conf.fps;
		}
	/* stills are rare, but want some picture, too */
	if (view % VIEW_TIERS == 0 && picture->stills[view / VIEW_TIERS].n &&
	    *h_px < 180) {
		*h_px = 180;
		*fps = *fps ? *fps : 5;
	}
}

struct need {
	uint32_t h_px;
	uint16_t fps;
};

static void need_more(struct need *need, uint32_t h_px, uint16_t fps)
{
	if (h_px > need->h_px)
		need->h_px = h_px;
	if (fps > need->fps)
		need->fps = fps;
}

/* Over all views of the picture. One that fills its cell is cut: a wide one in an
 * upright cell must be as high as the cell. */
static void need_in(struct need *need, const struct room_picture *picture,
		    uint32_t source)
{
	for (uint32_t view = 0; view < VIEWS; view++) {
		const struct tile_map *map = views_newest(picture, view);
		uint32_t h_px;
		uint16_t fps;

		if (!map)
			continue;
		largest(picture, view, &h_px, &fps);
		for (uint32_t i = 0; h_px && i < map->n; i++)
			if (map->tiles[i].source == source)
				need_more(need,
					  (map->tiles[i].at.h * h_px + UNITS / 2) / UNITS,
					  fps);
	}
}

/* Of one member's camera (or screen), over all pictures. */
static struct need need_of(const struct room *room, uint32_t source)
{
	struct need need = {0, 0};
	uint32_t h_px;

	for (uint32_t i = 0; i < room->n_pictures; i++)
		need_in(&need, room->pictures[i], source);
	/* before it is on air somebody looks how it would be */
	h_px = preview_lines(room->server->previews, room, source);
	if (h_px)
		need_more(&need, h_px, PREVIEW_FPS);
	return need;
}

static bool more(const struct picture_ask *a, const struct picture_ask *b)
{
	return a->h_px > b->h_px || (a->h_px && a->fps > b->fps);
}

static bool same(const struct picture_ask *a, const struct picture_ask *b)
{
	return a->h_px == b->h_px && a->fps == b->fps && a->kbps == b->kbps;
}

static void tell(struct member *member, const struct picture_ask *camera,
		 const struct picture_ask *screen) RUNS_ON(on_ctl)
{
	uint32_t bps = VOICE_BPS;

	bps += (camera->kbps + screen->kbps) * 1000 * ALLOW_PERCENT / 100;
	member->asks.camera = *camera;
	member->asks.screen = *screen;
	member->asks.lower_us = 0;
	notice_asks(member);
	if (member->peer)
		net_peer_allow(member->net, member->peer, bps);
}

static void update_one(struct member *member, int64_t now_us) RUNS_ON(on_ctl)
{
	const struct room *room = member->room;
	struct asks *asks = &member->asks;
	struct picture_ask camera = {0, 0, 0}, screen = {0, 0, 0};
	struct need need;

	if (member->cam) {
		need = need_of(room, member->base + ID_CAMERA);
		camera = asks_fit(need.h_px, need.fps);
	}
	if (member->screen) {
		need = need_of(room, member->base + ID_SCREEN);
		screen = asks_fit(need.h_px ? 720 : 0, need.fps);
		screen.kbps = screen.h_px ? SCREEN_KBPS : 0;
	}
	if (same(&camera, &asks->camera) && same(&screen, &asks->screen)) {
		asks->lower_us = 0;
		return;
	}
	if (more(&camera, &asks->camera) || more(&screen, &asks->screen)) {
		tell(member, &camera, &screen);
		return;
	}
	if (!asks->lower_us)
		asks->lower_us = now_us;
	if (now_us - asks->lower_us >= ASKS_LOWER_US)
		tell(member, &camera, &screen);
}

void asks_update(struct room *room, int64_t now_us)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		struct member *member = room->members[i];

		if (member->cam || member->screen || member->asks.camera.h_px ||
		    member->asks.screen.h_px)
			update_one(member, now_us);
	}
}
