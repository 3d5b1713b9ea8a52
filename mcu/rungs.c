#include "mcu/rungs.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/views.h"
#include "mixer/vworker.h"
#include "transport/net.h"

/* A file has one size, whatever is shown: fit for people and for pages. */
#define RECORD_W 960
#define RECORD_H 540

#define EACH_RUNG(shape, family, level) \
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++) \
		for (enum family family = FAMILY_H264; family < FAMILIES; family++) \
			for (enum level level = LEVEL_VIDEO; level < LEVELS; level++)

uint32_t rungs_id(const struct room *room, enum shape shape, enum family family,
		  enum level level)
{
	return room->base + ID_RUNG +
	       ((uint32_t)shape * FAMILIES + (uint32_t)family) * RUNGS_VIDEO +
	       (uint32_t)(level - LEVEL_VIDEO);
}

uint32_t rungs_recorded(const struct room *room)
{
	return rungs_id(room, SHAPE_WIDE, FAMILY_H264, LEVEL_MAIN);
}

void rungs_recorded_size(uint16_t *w_px, uint16_t *h_px)
{
	*w_px = RECORD_W;
	*h_px = RECORD_H;
}

static bool recorded(const struct room *room, enum shape shape, enum family family,
		     enum level level)
{
	return room->recording && shape == SHAPE_WIDE && family == FAMILY_H264 &&
	       level == LEVEL_MAIN;
}

static struct rung_conf conf_of(const struct room *room, enum shape shape,
				enum family family, enum level level)
{
	const struct room_rung *rung = &room->rungs[shape][family][level];
	struct rung_conf conf = ladder_rung(&room->ladder, shape, family, level,
					    room->content);

	conf.nets = room->nets;
	conf.high = family == FAMILY_H264 && !room->n_baseline &&
		    (!room->baseline_us ||
		     clock_us() - room->baseline_us >= RUNGS_BASELINE_US);
	/* those of AV1 pages are large for their rate */
	conf.key_ms = rung->viewers > RUNG_MANY || family == FAMILY_AV1 ? 2000 : 0;
	if (recorded(room, shape, family, level)) {
		conf.high = false;
		conf.w_px = RECORD_W;
		conf.h_px = RECORD_H;
	}
	return conf;
}

static bool conf_same(const struct rung_conf *a, const struct rung_conf *b)
{
	return a->codec == b->codec && a->w_px == b->w_px && a->h_px == b->h_px &&
	       a->fps == b->fps && a->bps == b->bps && a->vbv_ms == b->vbv_ms &&
	       a->effort == b->effort && a->high == b->high && a->screen == b->screen &&
	       a->key_ms == b->key_ms && a->nets == b->nets;
}

/* ---- one rung ---------------------------------------------------------------- */

static void start(struct room *room, struct room_rung *rung, uint32_t id, uint32_t view)
	RUNS_ON(on_ctl)
{
	struct server *server = room->server;

	if (programme_outlet_open(room, id, rung->conf.codec))
		return; /* tried again in a second */
	if (vworker_rung_open(server->vworker, room->base + ID_VIEW + view, id,
			      &rung->conf)) {
		programme_outlet_close(room, id);
		return;
	}
	rung->open = true;
	rung->view = view;
	if (id == rungs_recorded(room) && room->recording)
		vworker_rung_tap(server->vworker, id, true);
}

static void stop(struct room *room, struct room_rung *rung, uint32_t id) RUNS_ON(on_ctl)
{
	if (!rung->open)
		return;
	vworker_rung_close(room->server->vworker, id);
	programme_outlet_close(room, id);
	rung->open = false;
	rung->idle_us = 0;
}

/* The viewers keep their outlet; only what it is made of changes. */
static void move(struct room *room, struct room_rung *rung, uint32_t id, uint32_t view)
	RUNS_ON(on_ctl)
{
	struct server *server = room->server;

	vworker_rung_close(server->vworker, id);
	if (vworker_rung_open(server->vworker, room->base + ID_VIEW + view, id,
			      &rung->conf)) {
		log_warn("rung_lost", "room=%s rung=%u", room->row.id, id);
		programme_outlet_close(room, id);
		rung->open = false;
		rung->failed = true;
		return;
	}
	rung->view = view;
	if (id == rungs_recorded(room) && room->recording)
		vworker_rung_tap(server->vworker, id, true);
}

static void show_again(struct room *room, enum shape shape, enum family family,
		       enum level level) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct quality *q = &room->members[i]->quality;

		if (q->video && q->shape == shape && q->family == family &&
		    q->level == level)
			quality_show_again(room->members[i]);
	}
}

static void update_one(struct room *room, enum shape shape, enum family family,
		       enum level level, int64_t now_us) RUNS_ON(on_ctl)
{
	struct room_rung *rung = &room->rungs[shape][family][level];
	uint32_t id = rungs_id(room, shape, family, level);
	uint32_t view = views_of(room, shape, level);
	struct rung_conf conf = conf_of(room, shape, family, level);
	bool wanted = rung->viewers || recorded(room, shape, family, level);

	if (!wanted) {
		if (rung->open && !rung->idle_us)
			rung->idle_us = now_us;
		if (rung->open && now_us - rung->idle_us >= RUNG_LINGER_US)
			stop(room, rung, id);
		return;
	}
	rung->idle_us = 0;
	if (!rung->open) {
		rung->conf = conf;
		start(room, rung, id, view);
		if (rung->open && rung->failed) /* who waits for it hears of it again */
			show_again(room, shape, family, level);
		rung->failed = !rung->open;
		return;
	}
	if (rung->view != view) {
		rung->conf = conf;
		move(room, rung, id, view);
	} else if (!conf_same(&rung->conf, &conf) &&
		   vworker_rung_retune(room->server->vworker, id, &conf) == 0) {
		rung->conf = conf;
	}
}

/* ---- all of a room ----------------------------------------------------------- */

/* One of two sizes, so that each rung is a fast ratio of it. */
static void fit_views(struct room *room) RUNS_ON(on_ctl)
{
	const struct ladder *ladder = &room->ladder;
	bool large[VIEWS] = {false};

	EACH_RUNG(shape, family, level)
	{
		const struct room_rung *rung = &room->rungs[shape][family][level];
		const struct ladder_spec *small =
			&ladder->video[LEVEL_MAIN][CONTENT_PEOPLE];

		if (rung->open && (uint32_t)rung->conf.w_px * rung->conf.h_px >
					  (uint32_t)small->w_px * small->h_px)
			large[rung->view] = true;
	}
	for (uint32_t view = 0; view < VIEWS; view++) {
		enum shape shape = (enum shape)(view / VIEW_TIERS);
		struct view_conf conf = {0};

		if (large[view])
			views_frame(shape, &conf.w_px, &conf.h_px);
		else
			ladder_canvas(ladder, shape, LEVEL_MAIN, CONTENT_PEOPLE, &conf);
		views_fit(room, view, conf.w_px, conf.h_px);
	}
}

void rungs_update(struct room *room)
{
	int64_t now_us = clock_us();

	if (!room->media)
		return;
	EACH_RUNG(shape, family, level)
	update_one(room, shape, family, level, now_us);
	fit_views(room);
}

void rungs_reach(struct room *room, struct net *net)
{
	EACH_RUNG(shape, family, level)
	{
		const struct room_rung *rung = &room->rungs[shape][family][level];
		uint32_t id = rungs_id(room, shape, family, level);

		/* without it nobody there would see this rung until it is closed */
		if (rung->open && net_outlet_open(net, id, rung->conf.codec))
			log_warn("outlet_lost", "room=%s rung=%u", room->row.id, id);
	}
}

void rungs_close(struct room *room)
{
	EACH_RUNG(shape, family, level)
	{
		struct room_rung *rung = &room->rungs[shape][family][level];

		stop(room, rung, rungs_id(room, shape, family, level));
		rung->viewers = 0;
	}
}

void rungs_take(struct room *room, enum shape shape, enum family family, enum level level)
{
	struct room_rung *rung = &room->rungs[shape][family][level];

	if (rung->viewers++ == 0)
		room->dirty = true; /* cells may be too small for it */
	update_one(room, shape, family, level, clock_us());
	fit_views(room);
}

void rungs_leave(struct room *room, enum shape shape, enum family family,
		 enum level level)
{
	struct room_rung *rung = &room->rungs[shape][family][level];

	if (rung->viewers)
		rung->viewers--;
	if (!rung->viewers)
		rung->idle_us = clock_us();
}

void rungs_baseline(struct room *room, int n)
{
	room->n_baseline += (uint32_t)n;
	if (!room->n_baseline)
		room->baseline_us = clock_us();
}

void rungs_failed(struct room *room, uint32_t id)
{
	EACH_RUNG(shape, family, level)
	{
		struct room_rung *rung = &room->rungs[shape][family][level];

		if (!rung->open || rungs_id(room, shape, family, level) != id)
			continue;
		log_warn("rung_failed", "room=%s rung=%u", room->row.id, id);
		programme_outlet_close(room, id);
		rung->open = false;
		rung->failed = true;
		if (family == FAMILY_AV1) { /* this machine cannot: as if it were off */
			room->server->ladder.av1 = false;
			for (uint32_t i = 0; i < room->n_members; i++)
				quality_limit(room->members[i]);
		}
	}
}

bool rungs_watched(const struct room *room, enum shape shape, enum level level)
{
	for (int family = 0; family < FAMILIES; family++)
		if (room->rungs[shape][family][level].viewers)
			return true;
	return false;
}

bool rungs_on(const struct room *room, uint32_t view)
{
	EACH_RUNG(shape, family, level)
	if (room->rungs[shape][family][level].open &&
	    room->rungs[shape][family][level].view == view)
		return true;
	return false;
}
