#include "mcu/director.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/director_room.h"
#include "mcu/happenings.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/notice_director.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "plugins/set.h"

#define LOOK_US SEC_US /* the wall clock may be set meanwhile */

struct director *director_of(struct room *room)
{
	if (!room->director)
		room->director = calloc(1, sizeof(*room->director));
	return room->director;
}

void director_free(struct room *room)
{
	free(room->director);
	room->director = NULL;
}

/* ---- to the first frame ---------------------------------------------------------- */

static void count_air(int64_t ms)
{
	static const struct {
		int64_t most;
		enum count count;
	} buckets[] = {
		{70, COUNT_LAYOUT_AIR_70},     {100, COUNT_LAYOUT_AIR_100},
		{150, COUNT_LAYOUT_AIR_150},   {300, COUNT_LAYOUT_AIR_300},
		{1000, COUNT_LAYOUT_AIR_1000}, {INT64_MAX, COUNT_LAYOUT_AIR_INF},
	};

	for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++)
		if (ms <= buckets[i].most)
			count_add(buckets[i].count, 1);
	count_add(COUNT_LAYOUT_AIR_SUM, ms);
	count_add(COUNT_LAYOUT_AIR_N, 1);
}

/* Takes request `at` off the list. */
static struct asked take_asked(struct director *d, uint32_t at)
{
	struct asked one = d->asked[at];

	d->n_asked--;
	memmove(&d->asked[at], &d->asked[at + 1],
		(d->n_asked - at) * sizeof(d->asked[0]));
	return one;
}

static void answer(const struct room *room, const struct asked *asked, enum fate fate,
		   uint32_t generation, int64_t pts_us) RUNS_ON(on_ctl)
{
	const struct air_news news = {
		.fate = fate,
		.picture = asked->picture,
		.asked = asked->generation,
		.generation = generation,
		.pts_us = pts_us,
		.ms = (clock_us() - asked->at_us) / 1000,
	};
	/* maybe an administrator who is elsewhere */
	const struct member *member = asked->member ? idmap_get(&room->server->member_of,
								asked->member)
						    : NULL;

	if (fate == FATE_LIVE)
		count_air(news.ms);
	else if (fate == FATE_OVERTAKEN)
		count_add(COUNT_LAYOUT_OVERTAKEN, 1);
	if (member)
		notice_air(member, &news);
}

static void expect(struct room *room, const struct member *by, enum picture_kind picture,
		   uint32_t before, uint32_t generation, int64_t at_us) RUNS_ON(on_ctl)
{
	struct director *d = room->director;
	struct asked old;

	if (!d || !room->media)
		return;
	if (d->n_asked == DIRECTOR_ASKED) {
		old = take_asked(d, 0);
		answer(room, &old, FATE_OVERTAKEN, generation, 0);
	}
	/* what changes nothing is on air with the scene that is there */
	d->asked[d->n_asked++] = (struct asked){
		by ? by->base : 0, picture, generation,
		generation > before ? before + 1 : generation, at_us};
	if (generation > before)
		director_arm(room->server);
	else /* said behind the reply */
		loop_timer_once(room->server->director, 0);
}

static bool takes_part(const struct asked *asked, enum picture_kind picture,
		       uint32_t generation)
{
	return asked->picture == picture && asked->first <= generation;
}

/* The newest request that the scene can show is live; those before it never were. */
static void live(struct room *room, enum picture_kind picture, uint32_t generation,
		 int64_t pts_us) RUNS_ON(on_ctl)
{
	struct director *d = room->director;
	struct asked one;
	uint32_t newest = 0;

	for (uint32_t i = 0; i < d->n_asked; i++)
		if (takes_part(&d->asked[i], picture, generation))
			newest = i + 1;
	for (uint32_t i = 0, n = newest, at = 0; i < n; i++) {
		if (!takes_part(&d->asked[at], picture, generation)) {
			at++;
			continue;
		}
		one = take_asked(d, at);
		answer(room, &one, i + 1 == n ? FATE_LIVE : FATE_OVERTAKEN, generation,
		       pts_us);
	}
}

void director_live(struct room *room, enum picture_kind picture, uint32_t generation,
		   int64_t pts_us)
{
	if (room->director && room->director->n_asked)
		live(room, picture, generation, pts_us);
}

/* What asked for nothing else than there was is on air already. */
static void settle(struct room *room) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; room->director->n_asked && i < room->n_pictures * VIEWS;
	     i++) {
		const struct room_picture *p = room->pictures[i / VIEWS];
		const struct room_view *v = p->views[i % VIEWS];

		if (v && v->live.generation)
			live(room, p->key.kind, v->live.generation, v->live_pts_us);
	}
}

static void sweep(struct room *room, int64_t now_us) RUNS_ON(on_ctl)
{
	struct director *d = room->director;
	struct asked one;

	while (d->n_asked && now_us - d->asked[0].at_us >= DIRECTOR_UNSEEN_US) {
		one = take_asked(d, 0);
		answer(room, &one, FATE_UNSEEN, one.generation, 0);
	}
}

/* ---- changes ------------------------------------------------------------------- */

void director_on_air(const struct room *room, enum picture_kind picture,
		     struct on_air *out)
{
	*out = (struct on_air){.picture = picture,
			       .pinned = room->pinned,
			       .interpreter = room->interpreter,
			       .guest = room->guest};
	snprintf(out->layout, sizeof(out->layout), "%s",
		 picture == PICTURE_CLASS ? room->row.layout
					  : room->looks.layout[picture]);
}

static bool same(const struct on_air *a, const struct on_air *b)
{
	return a->picture == b->picture && a->pinned == b->pinned &&
	       a->interpreter == b->interpreter && a->guest == b->guest &&
	       strcmp(a->layout, b->layout) == 0;
}

static void push(struct history *history, const struct on_air *one)
{
	if (history->n && same(&history->list[history->n - 1], one))
		return;
	if (history->n == DIRECTOR_UNDO) {
		history->n--;
		memmove(&history->list[0], &history->list[1],
			history->n * sizeof(history->list[0]));
	}
	history->list[history->n++] = *one;
}

void director_push(struct room *room, const struct on_air *before)
{
	struct director *d = director_of(room);

	if (!d)
		return;
	push(&d->undo, before);
	d->redo.n = 0;
}

void director_note(struct room *room)
{
	struct on_air now;

	director_on_air(room, PICTURE_CLASS, &now);
	director_push(room, &now);
}

/* Whoever left meanwhile is nobody. */
static uint32_t here(const struct room *room, uint32_t base)
{
	return base && room_member(room, base) ? base : 0;
}

/* True when it is another one. */
static bool set_people(struct room *room, const struct on_air *want) RUNS_ON(on_ctl)
{
	uint32_t pinned = here(room, want->pinned), guest = here(room, want->guest);
	uint32_t interpreter = here(room, want->interpreter);
	bool moved = pinned != room->pinned || guest != room->guest ||
		     interpreter != room->interpreter;

	room->interpreter = interpreter;
	room->guest = guest;
	if (pinned == room->pinned)
		return moved;
	room->pinned = pinned;
	notice_pinned(room);
	return moved;
}

/* The newest map of the picture of this kind; NULL: nobody is shown it. */
static const struct tile_map *newest(const struct room *room, enum picture_kind kind)
{
	for (uint32_t i = 0; i < room->n_pictures; i++) {
		const struct room_picture *p = room->pictures[i];

		if (p->key.kind == kind && picture_lives(p))
			return views_newest(p, 0);
	}
	return NULL;
}

/* The layout that was asked for, or the grid in its place, is what is to come: else it
 * failed. */
static bool succeeded(const struct room *room, const struct on_air *want) RUNS_ON(on_ctl)
{
	const struct tile_map *map = newest(room, want->picture);

	return !room->media || !*want->layout || !map ||
	       strcmp(map->layout, want->layout) == 0;
}

int director_show(struct room *room, struct member *by, const struct on_air *want,
		  uint32_t *generation)
{
	int64_t at_us = clock_us();
	uint32_t before = room->generation;
	const struct tile_map *map;
	struct on_air was;
	bool moved;
	int err;

	/* of other pictures than the class's an empty name means the usual layout */
	err = want->picture != PICTURE_CLASS && !*want->layout
		      ? 0
		      : plugin_set_facts(room->server->plugins, want->layout, NULL);
	if (err || !director_of(room))
		return err ? err : -ENOMEM;
	director_on_air(room, want->picture, &was);
	moved = set_people(room, want);
	if (strcmp(was.layout, want->layout) != 0)
		err = programme_set_layout(room, want->picture, want->layout, generation);
	else if (moved)
		programme_arrange(room);
	if (!err && !succeeded(room, want)) {
		set_people(room, &was);
		if (programme_set_layout(room, want->picture, was.layout, generation))
			log_warn("layout_kept", "room=%s", room->row.id);
		err = -EIO;
	}
	if (err)
		return err;
	map = newest(room, want->picture);
	*generation = map ? map->generation : 0;
	expect(room, by, want->picture, before, *generation, at_us);
	happenings_look(room);
	return 0;
}

int director_layout(struct room *room, struct member *by, enum picture_kind picture,
		    const char *layout, uint32_t *generation)
{
	struct on_air was, want;
	int err;

	director_on_air(room, picture, &was);
	want = was;
	snprintf(want.layout, sizeof(want.layout), "%s", layout);
	err = director_show(room, by, &want, generation);
	if (!err && !same(&was, &want))
		director_push(room, &was);
	return err;
}

/* The newest of this picture that is not what is on air; what is, is forgotten. */
static bool pop(struct history *history, const struct on_air *now, struct on_air *out)
{
	for (uint32_t i = history->n; i-- > 0;) {
		struct on_air one = history->list[i];

		if (one.picture != now->picture)
			continue;
		history->n--;
		memmove(&history->list[i], &history->list[i + 1],
			(history->n - i) * sizeof(history->list[0]));
		if (same(&one, now))
			continue;
		*out = one;
		return true;
	}
	return false;
}

int director_undo(struct room *room, struct member *by, enum picture_kind picture,
		  bool redo, uint32_t *generation)
{
	struct director *d = director_of(room);
	struct on_air now, want;
	int err;

	if (!d)
		return -ENOMEM;
	director_on_air(room, picture, &now);
	if (!pop(redo ? &d->redo : &d->undo, &now, &want))
		return -ENOENT;
	err = director_show(room, by, &want, generation);
	if (!err)
		push(redo ? &d->undo : &d->redo, &now);
	return err;
}

uint32_t director_undos(const struct room *room, bool redo)
{
	const struct director *d = room->director;

	return !d ? 0 : redo ? d->redo.n : d->undo.n;
}

/* ---- time ---------------------------------------------------------------------- */

void director_arm(struct server *server)
{
	int64_t now = clock_us(), due = INT64_MAX;

	for (uint32_t i = 0; i < server->n_rooms; i++) {
		const struct room *room = server->rooms[i];
		const struct director *d = room->director;
		int64_t cue = d ? director_cues_due_us(room, now) : INT64_MAX;

		if (cue != INT64_MAX && cue > now + LOOK_US)
			cue = now + LOOK_US;
		if (d && d->n_asked && d->asked[0].at_us + DIRECTOR_UNSEEN_US < due)
			due = d->asked[0].at_us + DIRECTOR_UNSEEN_US;
		if (cue < due)
			due = cue;
	}
	if (due == INT64_MAX)
		loop_timer_stop(server->director);
	else
		loop_timer_once(server->director, due > now ? due - now : 0);
}

static void on_time(void *ctx)
{
	struct server *server = ctx;
	int64_t now = clock_us();

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct room *room = server->rooms[i];

		if (!room->director)
			continue;
		settle(room);
		sweep(room, now);
		if (!server->draining)
			director_cues_tick(room);
	}
	director_arm(server);
}

static void on_aside(void *ctx, const char *layout, const char *why)
{
	thread_claim(&on_ctl);
	notice_aside(ctx, layout, why);
}

int director_start(struct server *server)
{
	plugin_set_watch(server->plugins, on_aside, server);
	return loop_timer_create(&server->director, server->loop, on_time, server);
}

void director_stop(struct server *server)
{
	loop_timer_destroy(server->director);
	server->director = NULL;
}
