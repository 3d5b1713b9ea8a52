/* Groups of a class and moves between classes, as members get them: four with a tone for
 * a voice; who hears whom and whose picture comes, in the groups, after the return, and
 * within a second of a move; who may do what.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

enum { LECTURER, ANNA, BORIS, CLARA, N };

static const unsigned tones[N] = {450, 700, 1150, 1900};
static const char *const names[N] = {"Lecturer", "Anna", "Boris", "Clara"};

static struct class_world *world;
static struct class_client *all[N];

/* What the server knows of them. */
static struct seen {
	char ids[N][12];
	char codes[N][8]; /* of the room that each is in */
	uint32_t with[N]; /* members in there */
	uint32_t rooms, groups;
	char other[8], token[AUTH_TOKEN + 1]; /* another class */
} seen;

static void look(void *arg)
{
	struct seen *s = arg;
	struct server *server = world->server;

	thread_claim(&on_ctl);
	s->rooms = server->n_rooms;
	s->groups = 0;
	for (uint32_t r = 0; r < server->n_rooms; r++) {
		const struct room *room = server->rooms[r];

		s->groups += room->parent != NULL;
		for (uint32_t i = 0; i < room->n_members; i++)
			for (int k = 0; k < N; k++) {
				if (strcmp(room->members[i]->name, names[k]) != 0)
					continue;
				member_id(room->members[i], s->ids[k]);
				memcpy(s->codes[k], room->row.code, sizeof(s->codes[k]));
				s->with[k] = room->n_members;
			}
	}
}

static void look_now(void)
{
	class_world_on(world, look, &seen);
}

static void make_other(void *arg)
{
	struct seen *s = arg;
	struct room *room;

	thread_claim(&on_ctl);
	CHECK(room_new(&room, world->server, "Other") == 0);
	memcpy(s->other, room->row.code, sizeof(s->other));
	room_lecturer_token(room, s->token);
}

/* ---- what comes ---------------------------------------------------------------- */

static bool as_heard(const char *const heard[N], bool say)
{
	bool yes = true;

	for (int to = 0; to < N; to++)
		for (int of = 0; of < N; of++) {
			double db = class_client_tone(all[to], tones[of]);
			bool is = heard[to][of] == 'y' ? db > -30 : db < -50;

			if (is)
				continue;
			yes = false;
			if (say)
				fprintf(stderr, "%s hears %s at %.1f dB, not %c\n",
					names[to], names[of], db, heard[to][of]);
		}
	return yes;
}

static void hear(const char *const heard[N])
{
	int64_t end_us = clock_us() + 40 * SEC_US;

	while (!as_heard(heard, false) && clock_us() < end_us)
		class_world_pass(all, N, 100);
	CHECK(as_heard(heard, true));
}

static uint32_t frames(int who)
{
	return class_client_stats(all[who])->frames;
}

/* A picture comes again; a class that nobody is seen in has one, too. */
static void see(int who)
{
	uint32_t before = frames(who);

	RUN_UNTIL(all, N, frames(who) > before + 2);
}

static bool ask(int who, const char *type, const char *d)
{
	return class_client_ok(class_client_ask(all[who], type, d));
}

static bool refused(int who, const char *type, const char *d, const char *want)
{
	return class_client_said(class_client_ask(all[who], type, d), want);
}

/* ---- groups ---------------------------------------------------------------------- */

static const char *const apart[N] = {"nnnn", "nnny", "nnnn", "nynn"};
static const char *const together[N] = {"nyyy", "ynyy", "yyny", "yyyn"};
static const char *const with_boris[N] = {"nnyn", "nnny", "ynnn", "nynn"};

static void bad_groups(void)
{
	static const struct {
		int by;
		const char *type, *d, *error;
	} bad[] = {
		{ANNA, "breakout.start", "{\"n\":2}", "forbidden"},
		{ANNA, "breakout.end", "{}", "forbidden"},
		{ANNA, "breakout.assign", "{\"member\":\"m1\",\"group\":1}", "forbidden"},
		{ANNA, "breakout.join", "{\"group\":1}", "no_groups"},
		{ANNA, "breakout.call", "{}", "no_groups"},
		{LECTURER, "breakout.end", "{}", "no_groups"},
		{LECTURER, "breakout.extend", "{\"minutes\":1}", "no_groups"},
		{LECTURER, "breakout.message", "{\"text\":\"x\"}", "no_groups"},
		{LECTURER, "breakout.start", "{}", "bad_field"},
		{LECTURER, "breakout.start", "{\"n\":0}", "bad_field"},
		{LECTURER, "breakout.start", "{\"n\":51}", "bad_field"},
		{LECTURER, "breakout.start", "{\"n\":2,\"how\":\"odd\"}", "bad_field"},
		{LECTURER, "breakout.start", "{\"n\":2,\"how\":\"set\"}", "bad_field"},
		{LECTURER, "breakout.start", "{\"n\":2,\"minutes\":-1}", "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":[]}", "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":{}}", "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":[1]}", "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":[{\"title\":1}]}", "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":[{\"members\":\"m1\"}]}",
		 "bad_field"},
		{LECTURER, "breakout.start", "{\"groups\":[{\"members\":[\"m999\"]}]}",
		 "unknown_member"},
		{LECTURER, "breakout.start", "{\"groups\":[{\"members\":[1]}]}",
		 "unknown_member"},
	};
	char d[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(refused(bad[i].by, bad[i].type, bad[i].d, bad[i].error));
	snprintf(d, sizeof(d),
		 "{\"groups\":[{\"members\":[\"%s\"]},{\"members\":[\"%s\"]}]}",
		 seen.ids[ANNA], seen.ids[ANNA]);
	CHECK(refused(LECTURER, "breakout.start", d, "bad_field"));
	snprintf(d, sizeof(d), "{\"how\":\"even\",\"groups\":[{\"members\":[\"%s\"]}]}",
		 seen.ids[ANNA]);
	CHECK(refused(LECTURER, "breakout.start", d, "bad_field"));
	look_now();
	CHECK(seen.groups == 0);
}

static void begin(void)
{
	char d[400];

	snprintf(d, sizeof(d),
		 "{\"groups\":[{\"title\":\"Red\",\"members\":[\"%s\",\"%s\"]},"
		 "{\"members\":[\"%s\"]}],\"minutes\":5,\"message\":\"Go\"}",
		 seen.ids[ANNA], seen.ids[CLARA], seen.ids[BORIS]);
	CHECK(ask(LECTURER, "breakout.start", d));
	CHECK(strstr(class_client_reply(all[LECTURER]), "\"title\":\"Red\""));
	CHECK(refused(LECTURER, "breakout.start", "{\"n\":2}", "breakout_busy"));
	look_now();
	CHECK(seen.groups == 2);
	CHECK(seen.with[ANNA] == 2 && seen.with[BORIS] == 1 && seen.with[LECTURER] == 1);
	CHECK(strcmp(seen.codes[ANNA], seen.codes[CLARA]) == 0);
	CHECK(strcmp(seen.codes[ANNA], world->code) != 0);
}

static void groups(void)
{
	char d[100], old[12];

	begin();
	/* in the group one is no member of the class any more */
	snprintf(d, sizeof(d), "{\"member\":\"%s\"}", seen.ids[ANNA]);
	CHECK(refused(LECTURER, "pin.set", d, "unknown_member"));
	hear(apart);
	see(ANNA);
	/* a group is entered by its class, and not changed by who is told where to go */
	CHECK(refused(BORIS, "breakout.join", "{\"group\":1}", "forbidden"));
	CHECK(refused(BORIS, "breakout.join", "{\"group\":3}", "bad_field"));
	CHECK(refused(BORIS, "class.end", "{}", "forbidden"));
	CHECK(ask(BORIS, "breakout.call", "{}"));
	CHECK(ask(LECTURER, "breakout.list", "{}"));
	CHECK(strstr(class_client_reply(all[LECTURER]), "\"calls\":true"));
	CHECK(ask(BORIS, "breakout.list", "{}"));
	CHECK(!strstr(class_client_reply(all[BORIS]), "Red"));
	CHECK(ask(LECTURER, "breakout.message", "{\"text\":\"Five minutes\"}"));
	/* the lecturer looks in: the call is answered by that */
	CHECK(ask(LECTURER, "breakout.join", "{\"group\":2}"));
	CHECK(refused(LECTURER, "class.end", "{}", "bad_state"));
	hear(with_boris);
	see(LECTURER);
	CHECK(ask(LECTURER, "breakout.list", "{}"));
	CHECK(!strstr(class_client_reply(all[LECTURER]), "\"calls\":true"));
	memcpy(old, seen.ids[LECTURER], sizeof(old));
	CHECK(ask(LECTURER, "breakout.end", "{\"seconds\":0}"));
	class_world_pass(all, N, 50);
	look_now();
	CHECK(seen.groups == 0 && seen.with[LECTURER] == N);
	CHECK(strcmp(old, seen.ids[LECTURER]) == 0); /* it is the same member */
	CHECK(strcmp(seen.codes[BORIS], world->code) == 0);
	hear(together);
	for (int i = 0; i < N; i++)
		see(i);
}

/* An administrator looks after the groups without being in the class; what needs a place
 * in it is refused. */
static void by_code(void)
{
	static struct rights_client admin;
	char d[200];

	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(!admin.code[0]);
	CHECK(strcmp(rights_ask(&admin, "breakout.list", "{}"), "bad_state") == 0);
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	CHECK(!rights_ask(&admin, "breakout.list", d));
	CHECK(strstr(admin.reply, "\"breakout\":null"));
	CHECK(strcmp(rights_ask(&admin, "breakout.end", d), "no_groups") == 0);
	CHECK(strcmp(rights_ask(&admin, "breakout.call", d), "no_seat") == 0);
	snprintf(
		d, sizeof(d),
		"{\"code\":\"%s\",\"groups\":[{\"title\":\"Red\",\"members\":[\"%s\"]}]}",
		world->code, seen.ids[ANNA]);
	CHECK(!rights_ask(&admin, "breakout.start", d));
	CHECK(strstr(admin.reply, "\"own\":0,\"at\":0") && strstr(admin.reply, "Anna"));
	look_now();
	CHECK(seen.groups == 1 && seen.with[ANNA] == 1 && seen.with[BORIS] == N - 1);
	/* the code of a group is as good as that of its class */
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"member\":\"%s\",\"group\":1}",
		 seen.codes[ANNA], seen.ids[BORIS]);
	CHECK(!rights_ask(&admin, "breakout.assign", d));
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"group\":1}", world->code);
	CHECK(strcmp(rights_ask(&admin, "breakout.join", d), "no_seat") == 0);
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"minutes\":7}", world->code);
	CHECK(!rights_ask(&admin, "breakout.extend", d));
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"text\":\"Soon\"}", world->code);
	CHECK(!rights_ask(&admin, "breakout.message", d));
	CHECK(ask(BORIS, "breakout.list", "{}"));
	CHECK(strstr(class_client_reply(all[BORIS]), "\"own\":1,\"at\":1"));
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"seconds\":0}", world->code);
	CHECK(!rights_ask(&admin, "breakout.end", d));
	RUN_UNTIL(all, N, (look_now(), seen.groups == 0));
	CHECK(seen.with[LECTURER] == N);
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	CHECK(!rights_ask(&admin, "audit.list", d));
	CHECK(strstr(admin.reply, "\"command\":\"breakout.assign\""));
	CHECK(strstr(admin.reply, "\"command\":\"breakout.end\""));
	CHECK(!strstr(admin.reply, "\"command\":\"breakout.list\""));
	rights_drop(&admin);
}

/* Each finds its own way, and back. */
static void self_choice(void)
{
	CHECK(ask(LECTURER, "breakout.start", "{\"n\":3,\"how\":\"self\"}"));
	look_now();
	CHECK(seen.with[LECTURER] == N && seen.groups == 3);
	CHECK(ask(ANNA, "breakout.join", "{\"group\":2}"));
	CHECK(ask(CLARA, "breakout.join", "{\"group\":2}"));
	look_now();
	CHECK(seen.with[ANNA] == 2 && seen.with[LECTURER] == 2);
	CHECK(ask(CLARA, "breakout.join", "{\"group\":3}"));
	CHECK(ask(ANNA, "breakout.join", "{\"group\":0}"));
	look_now();
	CHECK(seen.with[CLARA] == 1 && seen.with[LECTURER] == 3);
	CHECK(ask(LECTURER, "breakout.end", "{\"seconds\":1}"));
	RUN_UNTIL(all, N, (look_now(), seen.groups == 0));
	CHECK(seen.with[LECTURER] == N);
}

static void even_groups(void)
{
	CHECK(ask(LECTURER, "breakout.start", "{\"n\":3,\"how\":\"random\"}"));
	look_now();
	CHECK(seen.with[ANNA] == 1 && seen.with[BORIS] == 1 && seen.with[CLARA] == 1);
	CHECK(strcmp(seen.codes[ANNA], seen.codes[BORIS]) != 0);
	CHECK(ask(LECTURER, "breakout.end", "{\"seconds\":0}"));
	class_world_pass(all, N, 50);
}

/* ---- another class --------------------------------------------------------------- */

static const char *const boris_gone[N] = {"nyny", "ynny", "nnnn", "yynn"};

static void moves(void)
{
	char d[300];
	int64_t begin_us;
	uint32_t before;

	class_world_on(world, make_other, &seen);
	look_now();
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"code\":\"%s\"}", seen.ids[BORIS],
		 seen.other);
	CHECK(refused(ANNA, "member.move", d, "forbidden"));
	CHECK(refused(LECTURER, "member.move", d, "forbidden")); /* not there */
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"code\":\"%s\",\"token\":\"x\"}",
		 seen.ids[BORIS], seen.other);
	CHECK(refused(LECTURER, "member.move", d, "bad_token"));
	CHECK(refused(LECTURER, "member.move",
		      "{\"member\":\"m9999\",\"code\":\"ABCDEFG\"}", "unknown_member"));
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"code\":\"%s\",\"token\":\"%s\"}",
		 seen.ids[BORIS], seen.other, seen.token);
	begin_us = clock_us();
	CHECK(ask(LECTURER, "member.move", d));
	/* what it is shown there begins with a key frame; none was due in the old class
	 */
	before = class_client_stats(all[BORIS])->keys;
	while (class_client_stats(all[BORIS])->keys == before &&
	       clock_us() - begin_us < 20 * SEC_US)
		class_world_pass(all, N, 10);
	fprintf(stderr, "first picture %lld ms after the move\n",
		(long long)((clock_us() - begin_us) / 1000));
	look_now();
	CHECK(strcmp(seen.codes[BORIS], seen.other) == 0 && seen.with[BORIS] == 1);
	CHECK(refused(BORIS, "breakout.start", "{\"n\":2}", "forbidden"));
	CHECK(refused(LECTURER, "member.move", d, "unknown_member"));
	hear(boris_gone);
}

static void lesson(struct class_world *w)
{
	struct class_media *media[N];

	world = w;
	for (int i = 0; i < N; i++) {
		all[i] = class_world_join(world, names[i], i == LECTURER, false, false);
		media[i] = class_media_create(false, 100, tones[i]);
		class_client_listen(all[i]);
		class_client_send(all[i], media[i], true, true);
		CHECK(!class_client_ask(all[i], "media.set",
					"{\"mic\":true,\"cam\":true}"));
	}
	look_now();
	bad_groups();
	hear(together);
	groups();
	by_code();
	self_choice();
	even_groups();
	moves();
	for (int i = 0; i < N; i++) {
		class_client_leave(all[i]);
		class_media_destroy(media[i]);
	}
}

int main(void)
{
	return class_world_run(NULL, lesson);
}
