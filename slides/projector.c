#include "slides/projector.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"
#include "slides/film.h"
#include "slides/shelf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS  256 /* full: what asks is refused, see base/mailbox.h */
#define TURN_US  (10 * MS_US)
#define LEAD_US  (80 * MS_US)  /* from being ready to the first sound */
#define EARLY_US (10 * MS_US)  /* a picture is seen with the next frame */
#define LATE_US  (200 * MS_US) /* later than that, and the clip's clock is moved */
#define SLOW_US  (10 * SEC_US) /* until it is ready; then it is given up */

struct show {
	uint32_t id, run;
	struct film *film; /* NULL: free */
	bool begun, paused;
	bool seen;        /* a picture of this run was given */
	int64_t since_us; /* asked for */
	int64_t base_us;  /* when the clip's beginning was, of one that runs */
	int64_t at_us;    /* where it stands, of one that does not */
	int64_t given_us; /* up to there its sound was given */
	int64_t last_us;  /* the end of what was given last */
};

struct projector {
	struct loop *loop;
	struct thread *thread;
	struct loop_timer *timer;
	struct projector_events events;
	char helper[SHELF_PATH];
	struct show shows[LIMIT_CLIPS];
	uint32_t n;
	bool ended; /* the thread has; written after it was joined */
};

/* ---- telling -------------------------------------------------------------- */

static int64_t position(const struct show *show, int64_t now_us)
{
	int64_t at = show->begun && !show->paused ? now_us - show->base_us : show->at_us;

	return at < 0 ? 0 : at;
}

static void tell(struct projector *p, const struct show *show, bool ended,
		 enum sheet_fault fault)
{
	const struct reel_head *start = film_start(show->film);
	struct projector_state state = {.id = show->id,
					.run = show->run,
					.playing = show->begun && !show->paused && !ended,
					.ended = ended,
					.fault = fault};

	state.at_ms = (uint32_t)(position(show, clock_us()) / 1000);
	if (start) {
		bool aside = start->rotation_deg % 180 != 0;

		state.length_ms = start->length_ms;
		state.w_px = aside ? start->h_px : start->w_px;
		state.h_px = aside ? start->w_px : start->h_px;
	}
	if (state.length_ms && state.at_ms > state.length_ms)
		state.at_ms = state.length_ms;
	p->events.state(p->events.ctx, &state);
}

static void close_show(struct projector *p, struct show *show)
{
	film_destroy(show->film);
	show->film = NULL;
	if (--p->n == 0)
		loop_timer_stop(p->timer);
}

/* ---- by the clock --------------------------------------------------------- */

/* What comes later than this is heard and seen in its order, a little later on. */
static void be_late(struct show *show, int64_t at_us, int64_t now_us)
{
	int64_t late_us = now_us - (show->base_us + at_us);

	if (late_us > LATE_US)
		show->base_us += late_us + LEAD_US;
}

static void give_sound(struct projector *p, struct show *show, int64_t now_us)
{
	const struct film_sound *sound;

	while ((sound = film_sound(show->film))) {
		int64_t due_us;

		be_late(show, sound->at_us, now_us);
		due_us = show->base_us + sound->at_us;
		if (due_us > now_us + PROJECTOR_AHEAD_US)
			return;
		p->events.sound(p->events.ctx, show->id, due_us, sound->pcm);
		show->given_us = show->last_us = sound->at_us + REEL_BLOCK_US;
		film_sound_take(show->film);
	}
}

static void give_picture(struct projector *p, struct show *show, struct leaf *leaf)
{
	p->events.picture(p->events.ctx, show->id, leaf,
			  film_start(show->film)->rotation_deg);
}

/* Of several that are due the newest is seen. */
static void give_pictures(struct projector *p, struct show *show, int64_t now_us)
{
	const struct film_picture *picture;
	struct leaf *newest = NULL;

	while ((picture = film_picture(show->film))) {
		be_late(show, picture->at_us, now_us);
		if (show->base_us + picture->at_us > now_us + EARLY_US)
			break;
		if (picture->at_us + 2 * REEL_BLOCK_US > show->last_us)
			show->last_us = picture->at_us + 2 * REEL_BLOCK_US;
		leaf_put(newest);
		newest = film_picture_take(show->film);
	}
	if (newest)
		give_picture(p, show, newest);
}

/* The time of what comes first. */
static int64_t first_us(const struct film *film)
{
	const struct film_picture *picture = film_picture(film);
	const struct film_sound *sound = film_sound(film);

	if (!picture)
		return sound ? sound->at_us : 0;
	return sound && sound->at_us < picture->at_us ? sound->at_us : picture->at_us;
}

static void begin(struct projector *p, struct show *show, int64_t now_us)
{
	show->begun = true;
	show->at_us = show->given_us = show->last_us = first_us(show->film);
	show->base_us = now_us + LEAD_US - show->at_us;
	if (show->paused && film_picture(show->film))
		give_picture(p, show, film_picture_take(show->film));
	tell(p, show, false, SHEET_FINE);
}

/* Of one that did not begin: it does, or is given up. */
static void look_for_start(struct projector *p, struct show *show, int64_t now_us)
{
	enum sheet_fault fault;
	bool ended = film_ended(show->film, &fault);

	if (film_start(show->film) && film_ready(show->film)) {
		begin(p, show, now_us);
	} else if (ended || now_us - show->since_us > SLOW_US) {
		tell(p, show, true, ended ? fault : SHEET_SLOW);
		close_show(p, show);
	}
}

static void go_on(struct projector *p, struct show *show, int64_t now_us)
{
	int64_t base_us = show->base_us;
	enum sheet_fault fault;
	bool ended = film_ended(show->film, &fault);

	give_sound(p, show, now_us);
	give_pictures(p, show, now_us);
	if (!ended && base_us != show->base_us)
		tell(p, show, false, SHEET_FINE); /* it is late */
	if (ended && !film_sound(show->film) && !film_picture(show->film) &&
	    now_us >= show->base_us + show->last_us) {
		tell(p, show, true, fault);
		close_show(p, show);
	}
}

static void on_turn(void *ctx)
{
	struct projector *p = ctx;
	int64_t now_us = clock_us();

	for (uint32_t i = 0; i < LIMIT_CLIPS; i++)
		if (p->shows[i].film && !p->shows[i].begun)
			look_for_start(p, &p->shows[i], now_us);
		else if (p->shows[i].film && !p->shows[i].paused)
			go_on(p, &p->shows[i], now_us);
}

/* ---- letters -------------------------------------------------------------- */

struct wish {
	struct projector *projector;
	uint32_t id, run, from_ms;
	bool on;
	char source[SHELF_PATH];
};

static struct show *show_of(struct projector *p, uint32_t id)
{
	for (uint32_t i = 0; i < LIMIT_CLIPS; i++)
		if (p->shows[i].film && p->shows[i].id == id)
			return &p->shows[i];
	return NULL;
}

static struct show *free_show(struct projector *p)
{
	for (uint32_t i = 0; i < LIMIT_CLIPS; i++)
		if (!p->shows[i].film)
			return &p->shows[i];
	return NULL;
}

static void on_play(void *arg)
{
	struct wish *wish = arg;
	struct projector *p = wish->projector;
	struct show *show = show_of(p, wish->id);
	struct projector_state no = {
		.id = wish->id, .run = wish->run, .ended = true, .fault = SHEET_BUSY};
	int err = -EBUSY;

	if (p->ended) {
		free(wish);
		return;
	}
	if (show)
		close_show(p, show);
	show = free_show(p);
	if (show) {
		*show = (struct show){.id = wish->id,
				      .run = wish->run,
				      .paused = wish->on,
				      .since_us = clock_us(),
				      .at_us = wish->from_ms * INT64_C(1000)};
		err = film_create(&show->film, p->loop, p->helper, wish->source,
				  wish->from_ms);
	}
	if (err) {
		log_error("clip_not_played", "err=%d", err);
		p->events.state(p->events.ctx, &no);
	} else if (p->n++ == 0) {
		loop_timer_every(p->timer, TURN_US);
	}
	free(wish);
}

int projector_play(struct projector *p, uint32_t id, uint32_t run, const char *source,
		   uint32_t from_ms, bool paused)
{
	struct wish *wish = malloc(sizeof(*wish));
	int err;

	if (!wish)
		return -ENOMEM;
	*wish = (struct wish){p, id, run, from_ms, paused, ""};
	snprintf(wish->source, sizeof(wish->source), "%s", source);
	err = loop_post(p->loop, on_play, wish);
	if (err)
		free(wish);
	return err;
}

struct word {
	struct projector *projector;
	uint32_t id;
	bool on;
};

static void on_pause(void *note)
{
	const struct word *word = note;
	struct show *show = show_of(word->projector, word->id);
	int64_t now_us = clock_us();

	if (!show || show->paused == word->on)
		return;
	if (show->begun && word->on) {
		show->at_us = position(show, now_us);
		/* what was given is heard; it goes on behind that */
		if (show->at_us < show->given_us)
			show->at_us = show->given_us;
	} else if (show->begun) {
		show->base_us = now_us + LEAD_US - show->at_us;
	}
	show->paused = word->on;
	if (show->begun)
		tell(word->projector, show, false, SHEET_FINE);
}

static void on_stop(void *note)
{
	const struct word *word = note;
	struct show *show = show_of(word->projector, word->id);

	if (show)
		close_show(word->projector, show);
}

static void say(struct projector *p, void (*fn)(void *note), uint32_t id, bool on)
{
	const struct word word = {p, id, on};

	if (loop_note(p->loop, fn, &word, sizeof(word), true))
		log_error("projector_deaf", "id=%u", id);
}

void projector_pause(struct projector *p, uint32_t id, bool on)
{
	say(p, on_pause, id, on);
}

void projector_stop(struct projector *p, uint32_t id)
{
	say(p, on_stop, id, false);
}

/* ---- life ----------------------------------------------------------------- */

static void work(void *arg)
{
	struct projector *p = arg;

	loop_run(p->loop);
}

int projector_create(struct projector **out, const char *helper,
		     const struct projector_events *events)
{
	struct projector *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->events = *events;
	snprintf(p->helper, sizeof(p->helper), "%s", helper);
	err = loop_create(&p->loop, LETTERS);
	if (!err)
		err = loop_timer_create(&p->timer, p->loop, on_turn, p);
	if (!err)
		err = thread_start(&p->thread, NULL, "aula-clip", work, p);
	if (err)
		projector_destroy(p);
	else
		*out = p;
	return err;
}

void projector_destroy(struct projector *p)
{
	if (!p)
		return;
	if (p->thread) {
		loop_stop(p->loop);
		thread_join(p->thread);
	}
	p->ended = true;
	for (uint32_t i = 0; i < LIMIT_CLIPS; i++)
		if (p->shows[i].film)
			close_show(p, &p->shows[i]);
	loop_timer_destroy(p->timer);
	loop_destroy(p->loop);
	free(p);
}
