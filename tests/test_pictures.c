/* Several pictures of one class: who chooses which, who shares them, what they show by
 * the rule of who sees whom, how many may be put in front, what a restart finds. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

enum { LEAD, HELP, ANNA, BORIS, CLARA, WATCHER, N };
static const enum role roles[N] = {ROLE_LECTURER, ROLE_LECTURER, ROLE_STUDENT,
				   ROLE_STUDENT,  ROLE_STUDENT,  ROLE_OBSERVER};
static const char ALL[] = "LHABC", STAFF[] = "LH";

static struct class_world *world;
static struct rights_client all[N];
static const char *const ok;

static void ask(int who, const char *want, const char *type, const char *d)
{
	const char *got = rights_ask(&all[who], type, d);

	if (want ? !got || strcmp(got, want) != 0 : got != NULL)
		fprintf(stderr, "%d %s %s: %s\n", who, type, d, got ? got : "ok");
	CHECK(want ? got && strcmp(got, want) == 0 : !got);
}

static void view(int who, const char *want, const char *name, int front)
{
	char d[80];

	snprintf(d, sizeof(d), "{\"view\":\"%s\",\"member\":\"%s\"}", name,
		 front < 0 ? "" : all[front].self);
	ask(who, want, "view.set", d);
}

/* ---- what the server has ------------------------------------------------------- */

struct looked {
	const struct rights_client *who;
	enum picture_kind kind; /* what it is shown */
	bool narrow;
	uint32_t number, n_watch, n_pictures, n_pins;
	char layout[LIMIT_LAYOUT_TEXT + 1];
	char seen[LIMIT_CELLS +
		  1]; /* a letter each, see ALL; - is the name of the class */
	bool away;
};

static char letter_of(uint32_t base)
{
	for (int i = 0; i < N; i++)
		if (member_base_of(all[i].self) == base)
			return "LHABCW"[i];
	return '?';
}

static void look(void *arg)
{
	struct looked *l = arg;
	const struct tile_map *map;
	const struct member *m;
	const struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	m = room_member(room, member_base_of(l->who->self));
	CHECK(m && m->picture);
	l->kind = m->picture->key.kind;
	l->narrow = m->picture->key.narrow;
	l->number = m->picture->number;
	l->n_watch = m->picture->n_watch;
	l->n_pictures = room->n_pictures;
	l->n_pins = world->server->n_pins;
	l->away = m->away_since_us > 0;
	CHECK(picture_by_number(world->server, m->picture->base + 5) == m->picture);
	CHECK(room_by_number(world->server, m->picture->base + 5) == room);
	map = views_newest(m->picture, 0);
	CHECK(map);
	snprintf(l->layout, sizeof(l->layout), "%s", map->layout);
	for (uint32_t i = 0; i < map->n; i++)
		l->seen[i] = map->tiles[i].source
				     ? letter_of(id_base(map->tiles[i].source))
				     : '-';
	l->seen[map->n] = '\0';
}

static struct looked of(int who)
{
	struct looked l = {.who = &all[who]};

	class_world_on(world, look, &l);
	return l;
}

/* All of `who` are in the picture of this member, and nobody else. */
static bool sees(int who, const char *want)
{
	struct looked l = of(who);
	bool same = strlen(l.seen) == strlen(want) &&
		    strspn(l.seen, want) == strlen(l.seen);

	if (!same)
		fprintf(stderr, "%d sees %s (%s, %s), not %s\n", who, l.seen,
			picture_name(l.kind), l.layout, want);
	return same;
}

static void pass(int ms)
{
	for (int i = 0; i < N; i++)
		rights_pass(&all[i], ms / N);
}

static void join_all(void)
{
	for (int i = 0; i < N; i++) {
		rights_join(&all[i], world, roles[i], "", false);
		CHECK(!all[i].code[0]);
	}
}

static void drop_all(void)
{
	for (int i = 0; i < N; i++)
		rights_drop(&all[i]);
}

/* ---- choosing -------------------------------------------------------------------- */

static void refused(void)
{
	view(ANNA, "forbidden", "wall", -1);
	view(LEAD, "forbidden", "staff", -1);
	view(ANNA, "bad_field", "everything", -1);
	view(ANNA, "bad_field", "pin", -1);
	view(ANNA, "bad_field", "slides", LEAD);
	view(ANNA, "unknown_member", "pin", ANNA);
	ask(ANNA, "unknown_member", "view.set",
	    "{\"view\":\"pin\",\"member\":\"m99999\"}");
	view(ANNA, "unknown_member", "pin", WATCHER); /* nobody sees an observer */
	CHECK(of(ANNA).kind == PICTURE_CLASS && of(ANNA).n_pictures == 1);
}

static void shared(void)
{
	struct looked l;

	CHECK(sees(ANNA, ALL) && sees(WATCHER, ALL));
	view(LEAD, ok, "wall", -1);
	CHECK(strstr(all[LEAD].reply, "\"picture\":\"wall\""));
	view(HELP, ok, "wall", -1);
	l = of(HELP);
	CHECK(l.kind == PICTURE_WALL && l.n_watch == 2 && l.n_pictures == 2);
	CHECK(strcmp(l.layout, "wall") == 0 && sees(HELP, ALL));
	CHECK(l.number != of(ANNA).number); /* other tile maps by another name */
	view(LEAD, ok, "class", -1);
	CHECK(of(HELP).n_watch == 1 && of(LEAD).kind == PICTURE_CLASS);
	view(HELP, ok, "class", -1);
	CHECK(of(HELP).n_pictures == 2); /* it lingers */
	view(HELP, ok, "slides", -1);
	CHECK(strcmp(of(HELP).layout, "slides-only") == 0);
	view(HELP, ok, "interpreter", -1);
	CHECK(strcmp(of(HELP).layout, "sign-language") == 0);
	view(HELP, ok, "stage", -1);
	CHECK(strcmp(of(HELP).layout, "grid") == 0);
	ask(LEAD, ok, "layout.set", "{\"name\":\"speaker-strip\"}");
	ask(LEAD, ok, "pin.set", "{\"member\":\"\"}");
	pass(1500);
	/* whoever is large in the class's is the one who is not on the stage */
	CHECK(strlen(of(HELP).seen) == strlen(ALL) - 1);
	ask(LEAD, ok, "layout.set", "{\"name\":\"grid\"}");
	view(HELP, ok, "class", -1);
	for (int i = 0; i < 10 && of(HELP).n_pictures > 1; i++)
		pass(1000);
	CHECK(of(HELP).n_pictures == 1);
}

/* Two of a class and three of all: see tune(). */
static void quota(void)
{
	view(ANNA, ok, "pin", LEAD);
	view(BORIS, ok, "pin", LEAD);
	CHECK(of(BORIS).n_watch == 2 && of(BORIS).n_pins == 1);
	view(CLARA, ok, "pin", ANNA);
	view(LEAD, "pins_full", "pin", BORIS);
	CHECK(of(LEAD).kind == PICTURE_CLASS);
	view(LEAD, ok, "pin", ANNA); /* that one is there */
	view(LEAD, ok, "class", -1);
	view(CLARA, ok, "class", -1);
	view(LEAD, ok, "pin", BORIS); /* in the place of the one that lingers */
	CHECK(of(LEAD).n_pins == 2 && sees(LEAD, ALL));
	/* the one in front goes: back to the class, and the place is free */
	rights_ask(&all[BORIS], "leave", "{}");
	rights_drop(&all[BORIS]);
	for (int i = 0; i < 10 && of(LEAD).kind != PICTURE_CLASS; i++)
		rights_pass(&all[LEAD], 500);
	CHECK(of(LEAD).kind == PICTURE_CLASS);
	rights_join(&all[BORIS], world, ROLE_STUDENT, "", false);
}

static void resumed(void)
{
	char d[120];

	CHECK(of(ANNA).kind == PICTURE_PIN);
	rights_drop(&all[ANNA]);
	for (int i = 0; i < 40 && !of(ANNA).away; i++)
		rights_pass(&all[LEAD], 250);
	all[ANNA].ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(all[ANNA].ws);
	snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":0}", all[ANNA].session);
	ask(ANNA, ok, "resume", d);
	CHECK(of(ANNA).kind == PICTURE_PIN);
	view(ANNA, ok, "class", -1);
}

/* ---- who sees whom ----------------------------------------------------------------- */

static void lecturers_only(void)
{
	view(CLARA, ok, "pin", ANNA);
	ask(ANNA, "forbidden", "class.hearing", "{\"rule\":\"all\",\"sees\":\"all\"}");
	ask(LEAD, "bad_field", "class.hearing", "{\"rule\":\"all\",\"sees\":\"some\"}");
	ask(LEAD, ok, "class.hearing", "{\"rule\":\"all\",\"sees\":\"lecturers\"}");
	CHECK(sees(ANNA, STAFF) && sees(BORIS, STAFF) && of(ANNA).kind == PICTURE_CLASS);
	CHECK(of(CLARA).kind == PICTURE_CLASS); /* Anna is not for her to see any more */
	CHECK(sees(LEAD, ALL) && of(LEAD).kind == PICTURE_STAFF);
	CHECK(sees(HELP, ALL) && of(HELP).number == of(LEAD).number);
	CHECK(sees(WATCHER, ALL));
	view(BORIS, "unknown_member", "pin", ANNA);
	view(BORIS, ok, "pin", HELP);
	CHECK(sees(BORIS, STAFF) && of(BORIS).narrow);
	view(HELP, ok, "pin", LEAD);
	CHECK(sees(HELP, ALL) && !of(HELP).narrow);
	view(BORIS, ok, "interpreter", -1);
	CHECK(strspn(of(BORIS).seen, "LH-") == strlen(of(BORIS).seen));
	view(BORIS, ok, "class", -1);
	view(HELP, ok, "class", -1);
	view(LEAD, ok, "wall", -1);
	CHECK(sees(LEAD, ALL));
	view(LEAD, ok, "class", -1);
}

static void apart(void)
{
	ask(LEAD, ok, "class.hearing", "{\"rule\":\"apart\",\"sees\":\"apart\"}");
	CHECK(rights_hears(&all[ANNA], "\"sees\":\"apart\""));
	CHECK(sees(ANNA, STAFF) && sees(LEAD, ALL));
	/* the rule of hearing alone leaves that of seeing */
	ask(LEAD, ok, "class.hearing", "{\"rule\":\"all\"}");
	CHECK(sees(ANNA, STAFF));
	ask(LEAD, ok, "room.interpreters", "{\"set\":{\"English\":[]}}");
	CHECK(sees(ANNA, STAFF));
	ask(LEAD, ok, "class.hearing", "{\"rule\":\"all\",\"sees\":\"all\"}");
	CHECK(sees(ANNA, ALL) && sees(LEAD, ALL));
	CHECK(of(LEAD).kind == PICTURE_CLASS && of(LEAD).number == of(ANNA).number);
	/* and nobody at all: the name of the class is there */
	ask(LEAD, ok, "class.hearing", "{\"rule\":\"all\",\"sees\":\"apart\"}");
	for (int i = LEAD; i <= HELP; i++) {
		rights_ask(&all[i], "leave", "{}");
		rights_drop(&all[i]);
	}
	CHECK(sees(ANNA, "-") && sees(WATCHER, "ABC"));
}

static void first(struct class_world *w)
{
	world = w;
	join_all();
	refused();
	shared();
	quota();
	resumed();
	lecturers_only();
	ask(LEAD, "unknown_layout", "layout.set",
	    "{\"name\":\"nothing\",\"view\":\"wall\"}");
	ask(LEAD, "bad_field", "layout.set", "{\"name\":\"grid\",\"view\":\"door\"}");
	ask(LEAD, ok, "layout.set", "{\"name\":\"grid\",\"view\":\"staff\"}");
	ask(LEAD, ok, "layout.set", "{\"name\":\"grid max=9\",\"view\":\"wall\"}");
	ask(LEAD, ok, "layout.set", "{\"name\":\"speaker\",\"view\":\"slides\"}");
	ask(LEAD, ok, "layout.set", "{\"name\":\"\",\"view\":\"slides\"}");
	apart();
	drop_all();
}

/* The rule and the layouts are as they were, without anybody's choice. */
static void second(struct class_world *w)
{
	world = w;
	join_all();
	CHECK(sees(ANNA, STAFF) && sees(LEAD, ALL) && of(LEAD).kind == PICTURE_STAFF);
	view(LEAD, ok, "wall", -1);
	CHECK(strcmp(of(LEAD).layout, "grid max=9") == 0);
	view(LEAD, ok, "slides", -1);
	CHECK(strcmp(of(LEAD).layout, "slides-only") == 0);
	ask(HELP, ok, "layout.set", "{\"name\":\"\",\"view\":\"wall\"}");
	view(LEAD, ok, "wall", -1);
	CHECK(strcmp(of(LEAD).layout, "wall") == 0);
	drop_all();
}

static void tune(struct conf *conf)
{
	conf->pins = 2;
	conf->pins_server = 3;
}

int main(void)
{
	void (*const clients[])(struct class_world * w) = {first, second};

	return class_world_run_each(tune, clients, 2);
}
