#include "mcu/happenings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/deck.h"
#include "mcu/member.h"
#include "mcu/recording.h"
#include "mcu/room.h"

static const char *const names[HAPPENINGS] = {"slide", "clip",    "screen",
					      "hand",  "speaker", "layout"};

const char *happening_name(enum happening kind)
{
	return names[kind];
}

enum happening happening_by_name(const char *name)
{
	enum happening kind = 0;

	while (kind < HAPPENINGS && strcmp(names[kind], name) != 0)
		kind++;
	return kind;
}

/* ---- what is seen ---------------------------------------------------------- */

static bool same(const struct happening_now *a, const struct happening_now *b)
{
	return strcmp(a->who, b->who) == 0 && a->number == b->number;
}

static void begin(struct happening_watch *w, const struct happening_now *now,
		  int64_t at_ms, int64_t now_us)
{
	w->now = *now;
	w->since_us = now_us;
	w->since_ms = at_ms;
	w->waits = true;
}

/* Who speaks keeps the floor through a word of somebody else, and through silence. */
static void see_speaker(struct happening_watch *w, const struct happening_now *now,
			int64_t at_ms, int64_t now_us)
{
	if (!*now->who || same(&w->now, now)) {
		w->other_us = 0;
	} else if (!*w->now.who) {
		begin(w, now, at_ms, now_us);
	} else if (!w->other_us) {
		w->other_us = now_us;
	} else if (now_us - w->other_us >= HAPPENINGS_BREAK_US) {
		/* it spoke since then, or others did */
		begin(w, now, at_ms - (now_us - w->other_us) / 1000, w->other_us);
		w->other_us = 0;
	}
}

static bool to_tell(struct happening_watch *w, bool speaker, int64_t now_us)
{
	int64_t rest_us = speaker ? HAPPENINGS_SPEAK_US : HAPPENINGS_REST_US;

	if (!w->waits || now_us - w->since_us < rest_us)
		return false;
	w->waits = false;
	if (same(&w->now, &w->told))
		return false;
	w->told = w->now;
	return *w->now.who;
}

/* A layout and who has the word are news when they change. */
static bool is_news(enum happening kind)
{
	return kind <= HAPPENING_SCREEN;
}

void happenings_see(struct happenings_watch *watch,
		    const struct happening_now now[HAPPENINGS], int64_t at_ms,
		    int64_t now_us,
		    void (*note)(void *ctx, enum happening kind,
				 const struct happening_now *what, int64_t at_ms),
		    void *ctx)
{
	for (enum happening kind = 0; kind < HAPPENINGS; kind++) {
		struct happening_watch *w = &watch->of[kind];
		bool speaker = kind == HAPPENING_SPEAKER;

		if (!watch->looked && !is_news(kind) && !speaker)
			w->now = w->told = now[kind];
		else if (speaker)
			see_speaker(w, &now[kind], at_ms, now_us);
		else if (!same(&w->now, &now[kind]))
			begin(w, &now[kind], at_ms, now_us);
		if (to_tell(w, speaker, now_us))
			note(ctx, kind, &w->now, w->since_ms > 0 ? w->since_ms : 0);
	}
	watch->looked = true;
}

/* ---- what a class is like -------------------------------------------------- */

/* Titles may be longer: cut between two signs. */
static void call_it(struct happening_now *now, const char *text)
{
	size_t n = strlen(text), most = sizeof(now->text) - 1;

	if (n > most)
		for (n = most; n > 0 && (text[n] & 0xc0) == 0x80;)
			n--;
	memcpy(now->text, text, n);
	now->text[n] = '\0';
}

static void see_member(struct happening_now *now, const struct room *room, uint32_t base)
{
	const struct member *member = base ? room_member(room, base) : NULL;

	if (!member)
		return;
	snprintf(now->who, sizeof(now->who), "%u", base);
	call_it(now, member->name);
}

static void see_deck(struct happening_now now[HAPPENINGS], const struct room *room)
	RUNS_ON(on_ctl)
{
	const struct deck *deck = room->decks.shown;
	bool clip = deck && deck_kind_of(deck) == DECK_CLIP;
	struct happening_now *to = &now[clip ? HAPPENING_CLIP : HAPPENING_SLIDE];

	if (!deck)
		return;
	snprintf(to->who, sizeof(to->who), "%s", deck->row.id);
	to->number = clip ? 0 : (uint32_t)deck->row.page;
	call_it(to, deck->row.title);
}

/* That of what is recorded, which need not be what the class sees. */
static void see_layout(struct happening_now *now, const struct room *room)
{
	const struct room_picture *own = room->recorded_base ? picture_recorded(room)
							     : NULL;
	const struct tile_map *map = own ? views_newest(own, 0) : NULL;
	const char *layout = map ? map->layout : room->row.layout;
	char name[LIMIT_LAYOUT_TEXT + 1];

	/* its parameters are no other layout */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(layout, " "), layout);
	snprintf(now->who, sizeof(now->who), "%.39s", name);
	call_it(now, name);
}

/* ---- keeping it ------------------------------------------------------------ */

struct happenings {
	struct happenings_watch watch;
	char recording[DB_ID + 1]; /* whose this is */
	uint32_t n;                /* rows of it */
};

static void keep(void *ctx, enum happening kind, const struct happening_now *what,
		 int64_t at_ms)
{
	struct room *room = ctx;
	struct happenings *h = room->happenings;
	struct db_happening row = {.at_ms = at_ms, .number = what->number};

	thread_claim(&on_ctl);
	if (h->n >= LIMIT_HAPPENINGS)
		return;
	if (++h->n == LIMIT_HAPPENINGS)
		log_warn("happenings_full", "recording=%s", h->recording);
	rand_token(row.id, 20);
	snprintf(row.recording, sizeof(row.recording), "%s", h->recording);
	snprintf(row.kind, sizeof(row.kind), "%s", names[kind]);
	snprintf(row.text, sizeof(row.text), "%s", what->text);
	if (db_happening_put(room->server->db, &row))
		log_warn("happening_lost", "recording=%s", h->recording);
}

/* Without memory nothing is kept. */
static bool of_this_recording(struct room *room) RUNS_ON(on_ctl)
{
	struct happenings *h = room->happenings;

	if (!h)
		h = room->happenings = calloc(1, sizeof(*h));
	if (!h)
		return false;
	if (strcmp(h->recording, room->recording_row.id) != 0) {
		memset(h, 0, sizeof(*h));
		snprintf(h->recording, sizeof(h->recording), "%s",
			 room->recording_row.id);
	}
	return true;
}

void happenings_look(struct room *room)
{
	struct happening_now now[HAPPENINGS] = {0};

	if (!room->recording || !room->recorded_counts || !of_this_recording(room))
		return;
	see_deck(now, room);
	see_member(&now[HAPPENING_SCREEN], room, room->screen_owner);
	see_member(&now[HAPPENING_HAND], room, room->hands.floor);
	if (room->n_speakers)
		see_member(&now[HAPPENING_SPEAKER], room, room->speakers[0]);
	see_layout(&now[HAPPENING_LAYOUT], room);
	happenings_see(&room->happenings->watch, now, recording_at_ms(room), clock_us(),
		       keep, room);
}

void happenings_free(struct room *room)
{
	free(room->happenings);
	room->happenings = NULL;
}
