#include "mcu/rungs.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/picture.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/views.h"
#include "mixer/vworker.h"
#include "transport/net.h"

#define EACH_RUNG(shape, family, level) \
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++) \
		for (enum family family = FAMILY_H264; family < FAMILIES; family++) \
			for (enum level level = LEVEL_VIDEO; level < LEVELS; level++)

uint32_t rungs_id(const struct room_picture *picture, enum shape shape,
		  enum family family, enum level level)
{
	return picture->base + ID_RUNG +
	       ((uint32_t)shape * FAMILIES + (uint32_t)family) * RUNGS_VIDEO +
	       (uint32_t)(level - LEVEL_VIDEO);
}

static enum level level_of(const struct room *room, enum edition edition)
{
	if (room->recording)
		return room->recorded_levels[edition];
	return edition_level(room->server->conf, &room->ladder, edition);
}

uint32_t rungs_recorded(const struct room *room, enum edition edition)
{
	const struct room_picture *of = picture_recorded(room);
	enum level level = level_of(room, edition);

	return of && level < LEVELS
		       ? rungs_id(of, SHAPE_WIDE, edition_family(edition), level)
		       : 0;
}

/* By which editions, a bit each. */
static uint32_t recorded(const struct room_picture *picture, enum shape shape,
			 enum family family, enum level level)
{
	const struct room *room = picture->room;
	uint32_t bits = 0;

	if (!room->recording || picture != picture_recorded(room) || shape != SHAPE_WIDE)
		return 0;
	for (enum edition e = 0; e < EDITIONS; e++)
		if (room->editions & EDITION_BIT(e) && edition_family(e) == family &&
		    level_of(room, e) == level)
			bits |= EDITION_BIT(e);
	return bits;
}

/* Fewer frames, half again as good each. */
static void slow_down(struct rung_conf *conf)
{
	if (conf->fps * 2 <= PICTURE_WALL_FPS * 3)
		return;
	conf->bps = conf->bps * PICTURE_WALL_FPS / conf->fps * 3 / 2;
	conf->fps = PICTURE_WALL_FPS;
}

/* The least of what they want. */
static uint16_t key_most_ms(uint32_t editions)
{
	uint16_t least = 0;

	for (enum edition e = 0; e < EDITIONS; e++)
		if (editions & EDITION_BIT(e) && (!least || edition_key_ms(e) < least))
			least = edition_key_ms(e);
	return least;
}

static struct rung_conf conf_of(const struct room_picture *picture, enum shape shape,
				enum family family, enum level level)
{
	uint32_t editions = recorded(picture, shape, family, level);
	const struct room_rung *rung = &picture->rungs[shape][family][level];
	struct rung_conf conf = ladder_rung(&picture->room->ladder, shape, family, level,
					    picture->content);

	if (picture->key.kind == PICTURE_WALL)
		slow_down(&conf);
	conf.nets = picture_sent(picture) ? picture->room->nets : RUNG_NETS_NONE;
	conf.high = family == FAMILY_H264 && !picture->room->n_baseline &&
		    (!picture->room->baseline_us ||
		     clock_us() - picture->room->baseline_us >= RUNGS_BASELINE_US);
	/* those of AV1 pages are large for their rate */
	conf.key_ms = rung->viewers > RUNG_MANY || family == FAMILY_AV1 ? 2000 : 0;
	conf.key_most_ms = key_most_ms(editions);
	if (editions)
		conf.high = false;
	return conf;
}

/* Pages are at once as large as they must be to be read. Back to people it is as the
 * ladder says, too, but for a class that goes to and fro: then those see themselves in
 * the larger size for a while, rather than that files consist of parts of seconds. */
static void keep_size(struct room_rung *rung, struct rung_conf *conf, int64_t now_us)
{
	const struct bucket_rate rate = {1, RUNG_SHRINKS * RUNG_SHRINK_SEC};
	const int64_t cost_us = RUNG_SHRINK_SEC * BUCKET_DEED_US;

	if (conf->w_px * conf->h_px >= rung->conf.w_px * rung->conf.h_px)
		return;
	if (bucket_wait(&rung->shrunk, &rate, cost_us, now_us) == 0) {
		bucket_take(&rung->shrunk, cost_us);
		return;
	}
	conf->w_px = rung->conf.w_px;
	conf->h_px = rung->conf.h_px;
}

void rungs_recorded_size(const struct room *room, enum edition edition, uint16_t *w_px,
			 uint16_t *h_px)
{
	const struct room_picture *of = picture_recorded(room);
	enum level level = level_of(room, edition);
	enum family family = edition_family(edition);
	struct rung_conf conf = {.codec = CODEC_NONE};

	if (of && level < LEVELS) {
		const struct room_rung *rung = &of->rungs[SHAPE_WIDE][family][level];

		conf = rung->open ? rung->conf : conf_of(of, SHAPE_WIDE, family, level);
	}
	*w_px = conf.w_px;
	*h_px = conf.h_px;
}

static bool conf_same(const struct rung_conf *a, const struct rung_conf *b)
{
	return a->codec == b->codec && a->w_px == b->w_px && a->h_px == b->h_px &&
	       a->fps == b->fps && a->bps == b->bps && a->vbv_ms == b->vbv_ms &&
	       a->effort == b->effort && a->high == b->high && a->screen == b->screen &&
	       a->key_ms == b->key_ms && a->key_most_ms == b->key_most_ms &&
	       a->nets == b->nets;
}

/* ---- one rung ---------------------------------------------------------------- */

static int outlet_open(const struct room_picture *picture, uint32_t id, enum codec codec)
	RUNS_ON(on_ctl)
{
	return picture_sent(picture) ? programme_outlet_open(picture->room, id, codec)
				     : 0;
}

static void outlet_close(const struct room_picture *picture, uint32_t id) RUNS_ON(on_ctl)
{
	if (picture_sent(picture))
		programme_outlet_close(picture->room, id);
}

static void start(struct room_picture *picture, struct room_rung *rung, uint32_t id,
		  uint32_t view, bool tapped) RUNS_ON(on_ctl)
{
	struct server *server = picture->room->server;

	if (outlet_open(picture, id, rung->conf.codec))
		return; /* tried again in a second */
	if (vworker_rung_open(server->vworker, picture->base + ID_VIEW + view, id,
			      &rung->conf)) {
		outlet_close(picture, id);
		return;
	}
	rung->open = true;
	rung->view = view;
	if (tapped)
		vworker_rung_tap(server->vworker, id, picture->room->base + ID_RECORDING);
}

static void stop(struct room_picture *picture, struct room_rung *rung, uint32_t id)
	RUNS_ON(on_ctl)
{
	if (!rung->open)
		return;
	vworker_rung_close(picture->room->server->vworker, id);
	outlet_close(picture, id);
	rung->open = false;
	rung->idle_us = 0;
}

/* The viewers keep their outlet, the encoder goes on; only what it is made of changes,
 * and that costs no key frame. */
static void move(struct room_picture *picture, struct room_rung *rung, uint32_t id,
		 uint32_t view) RUNS_ON(on_ctl)
{
	if (vworker_rung_move(picture->room->server->vworker, id,
			      picture->base + ID_VIEW + view, &rung->conf))
		log_warn("rung_stays", "room=%s rung=%u", picture->room->row.id, id);
	else
		rung->view = view;
}

static void show_again(struct room_picture *picture, enum shape shape, enum family family,
		       enum level level) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < picture->room->n_members; i++) {
		const struct quality *q = &picture->room->members[i]->quality;

		if (q->video && q->picture == picture && q->shape == shape &&
		    q->family == family && q->level == level)
			quality_show_again(picture->room->members[i]);
	}
}

static void update_one(struct room_picture *picture, enum shape shape, enum family family,
		       enum level level, int64_t now_us) RUNS_ON(on_ctl)
{
	struct room_rung *rung = &picture->rungs[shape][family][level];
	uint32_t id = rungs_id(picture, shape, family, level);
	uint32_t view = views_of(picture, shape, level);
	struct rung_conf conf = conf_of(picture, shape, family, level);
	bool kept = recorded(picture, shape, family, level) != 0;

	if (!rung->viewers && !kept) {
		if (rung->open && !rung->idle_us)
			rung->idle_us = now_us;
		if (rung->open && now_us - rung->idle_us >= RUNG_LINGER_US)
			stop(picture, rung, id);
		return;
	}
	rung->idle_us = 0;
	if (!rung->open) {
		rung->conf = conf;
		start(picture, rung, id, view, kept && !picture->room->recording_paused);
		if (rung->open && rung->failed) /* who waits for it hears of it again */
			show_again(picture, shape, family, level);
		rung->failed = !rung->open;
		return;
	}
	if (kept)
		keep_size(rung, &conf, now_us);
	if (rung->view != view) {
		rung->conf = conf;
		move(picture, rung, id, view);
	} else if (!conf_same(&rung->conf, &conf) &&
		   vworker_rung_retune(picture->room->server->vworker, id, &conf) == 0) {
		rung->conf = conf;
	}
}

/* ---- all of a room ----------------------------------------------------------- */

/* One of two sizes, so that each rung is a fast ratio of it. */
static void fit_views(struct room_picture *picture) RUNS_ON(on_ctl)
{
	const struct ladder *ladder = &picture->room->ladder;
	bool large[VIEWS] = {false};

	EACH_RUNG(shape, family, level)
	{
		const struct room_rung *rung = &picture->rungs[shape][family][level];
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
		views_fit(picture, view, conf.w_px, conf.h_px);
	}
}

static void update(struct room_picture *picture) RUNS_ON(on_ctl)
{
	int64_t now_us = clock_us();

	EACH_RUNG(shape, family, level)
	update_one(picture, shape, family, level, now_us);
	fit_views(picture);
}

void rungs_update(struct room *room)
{
	for (uint32_t i = 0; i < room->n_pictures; i++)
		update(room->pictures[i]);
}

static void reach(const struct room_picture *picture, struct net *net) RUNS_ON(on_ctl)
{
	EACH_RUNG(shape, family, level)
	{
		const struct room_rung *rung = &picture->rungs[shape][family][level];
		uint32_t id = rungs_id(picture, shape, family, level);

		/* without it nobody there would see this rung until it is closed */
		if (rung->open && net_outlet_open(net, id, rung->conf.codec))
			log_warn("outlet_lost", "room=%s rung=%u", picture->room->row.id,
				 id);
	}
}

void rungs_reach(struct room *room, struct net *net)
{
	for (uint32_t i = 0; i < room->n_pictures; i++)
		if (picture_sent(room->pictures[i]))
			reach(room->pictures[i], net);
}

void rungs_close(struct room_picture *picture)
{
	EACH_RUNG(shape, family, level)
	{
		struct room_rung *rung = &picture->rungs[shape][family][level];

		stop(picture, rung, rungs_id(picture, shape, family, level));
		rung->viewers = 0;
	}
}

void rungs_take(struct room_picture *picture, enum shape shape, enum family family,
		enum level level)
{
	struct room_rung *rung = &picture->rungs[shape][family][level];

	if (rung->viewers++ == 0)
		picture->room->dirty = true; /* cells may be too small for it */
	update_one(picture, shape, family, level, clock_us());
	fit_views(picture);
}

void rungs_leave(struct room_picture *picture, enum shape shape, enum family family,
		 enum level level)
{
	struct room_rung *rung = &picture->rungs[shape][family][level];

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

void rungs_failed(struct room_picture *picture, uint32_t id)
{
	EACH_RUNG(shape, family, level)
	{
		struct room_rung *rung = &picture->rungs[shape][family][level];

		if (!rung->open || rungs_id(picture, shape, family, level) != id)
			continue;
		log_warn("rung_failed", "room=%s rung=%u", picture->room->row.id, id);
		outlet_close(picture, id);
		rung->open = false;
		rung->failed = true;
		if (family == FAMILY_AV1) { /* this machine cannot: as if it were off */
			picture->room->server->ladder.av1 = false;
			for (uint32_t i = 0; i < picture->room->n_members; i++)
				quality_limit(picture->room->members[i]);
		}
	}
}

bool rungs_watched(const struct room_picture *picture, enum shape shape, enum level level)
{
	for (int family = 0; family < FAMILIES; family++)
		if (picture->rungs[shape][family][level].viewers)
			return true;
	return false;
}

bool rungs_on(const struct room_picture *picture, uint32_t view)
{
	EACH_RUNG(shape, family, level)
	if (picture->rungs[shape][family][level].open &&
	    picture->rungs[shape][family][level].view == view)
		return true;
	return false;
}
