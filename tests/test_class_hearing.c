/* Who hears whom in a class, as members get it: five of them, each with a tone for a
 * voice, under each rule; languages and their interpreters; what is stored.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/test.h"

enum { LECTURER, ANNA, BORIS, INTERPRETER, LISTENER, N };

static const unsigned tones[N] = {450, 700, 1150, 1900, 2450};
static const char *const names[N] = {"Lecturer", "Anna", "Boris", "Ines", "Liam"};

static struct class_world *world;
static struct class_client *all[N];
static char ids[N][12];

/* What each hears of each, in rows for who hears: y, n, or s as softly as the floor
 * under an interpreter. */
struct expected {
	const char *rule;
	const char *heard[N];
};

static const struct expected expected[] = {
	{"all", {"nyyny", "ynyny", "yynny", "yyyny", "sssyn"}},
	{"lecturers", {"nyyny", "ynnnn", "ynnnn", "yyyny", "snnyn"}},
	{"apart", {"nyyny", "ynnnn", "ynnnn", "yyyny", "snnyn"}},
	{"all", {"nyyny", "ynyny", "yynny", "yyyny", "sssyn"}},
};

static bool is(double db, char want)
{
	if (want == 'y')
		return db > -27 && db < -8;
	if (want == 's')
		return db > -42 && db < -24;
	return db < -50;
}

static bool as_expected(const struct expected *e, bool say)
{
	bool yes = true;

	for (int to = 0; to < N; to++)
		for (int of = 0; of < N; of++) {
			double db = class_client_tone(all[to], tones[of]);

			if (is(db, e->heard[to][of]))
				continue;
			yes = false;
			if (say)
				fprintf(stderr, "%s: %s hears %s at %.1f dB, not %c\n",
					e->rule, names[to], names[of], db,
					e->heard[to][of]);
		}
	return yes;
}

/* Soon, and then for two seconds. */
static void all_hear(const struct expected *e)
{
	int64_t end_us = clock_us() + 40 * SEC_US;

	while (!as_expected(e, false) && clock_us() < end_us)
		class_world_pass(all, N, 100);
	CHECK(as_expected(e, true));
}

static void look_up(void *arg)
{
	struct class_world *w = arg;
	struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(w->server, w->code);
	for (uint32_t i = 0; i < room->n_members; i++)
		for (int k = 0; k < N; k++)
			if (strcmp(room->members[i]->name, names[k]) == 0)
				member_id(room->members[i], ids[k]);
}

static void join_all(struct class_media *media[N])
{
	for (int i = 0; i < N; i++) {
		all[i] = class_world_join(world, names[i], i == LECTURER, false, false);
		media[i] = class_media_create(false, 100, tones[i]);
		class_client_listen(all[i]);
		class_client_send(all[i], media[i], false, true);
		CHECK(!class_client_ask(all[i], "media.set", "{\"mic\":true}"));
	}
	class_world_on(world, look_up, world);
}

static bool knows(const struct class_client *c, const char *part)
{
	bool there = strstr(class_client_reply(c), part) != NULL;

	if (!there)
		fprintf(stderr, "no %s in %s\n", part, class_client_reply(c));
	return there;
}

static void interpret(void)
{
	char d[100];

	snprintf(d, sizeof(d), "{\"set\":{\"English\":[\"%s\"],\"Deutsch\":[]}}",
		 ids[INTERPRETER]);
	CHECK(class_client_ok(class_client_ask(all[LECTURER], "room.interpreters", d)));
	CHECK(class_client_ok(class_client_ask(all[LISTENER], "sound.channel",
					       "{\"channel\":\"English\"}")));
}

static void bad_inputs(void)
{
	static const struct {
		int by;
		const char *type, *d, *error;
	} bad[] = {
		{ANNA, "class.hearing", "{\"rule\":\"all\"}", "forbidden"},
		{ANNA, "room.interpreters", "{\"set\":{}}", "forbidden"},
		{ANNA, "sound.channel", "{}", "bad_field"},
		{ANNA, "sound.channel", "{\"channel\":\"Klingon\"}", "unknown_channel"},
		{ANNA, "sound.channel", "{\"channel\":1}", "bad_field"},
		{LECTURER, "class.hearing", "{\"rule\":\"nobody\"}", "bad_field"},
		{LECTURER, "class.hearing", "{}", "bad_field"},
		{LECTURER, "room.interpreters", "{}", "bad_field"},
		{LECTURER, "room.interpreters", "{\"set\":[]}", "bad_field"},
		{LECTURER, "room.interpreters", "{\"set\":{\"\":[]}}", "bad_field"},
		{LECTURER, "room.interpreters", "{\"set\":{\"a\\nb\":[]}}", "bad_field"},
		{LECTURER, "room.interpreters", "{\"set\":{\"x\":\"m1\"}}", "bad_field"},
		{LECTURER, "room.interpreters", "{\"set\":{\"x\":[1]}}",
		 "unknown_member"},
		{LECTURER, "room.interpreters", "{\"set\":{\"x\":[\"m999\"]}}",
		 "unknown_member"},
		{LECTURER, "room.interpreters", "{\"set\":{\"x\":[\"\"]}}",
		 "unknown_member"},
		{LECTURER, "room.interpreters",
		 "{\"set\":{\"1\":[],\"2\":[],\"3\":[],\"4\":[],\"5\":[],\"6\":[],"
		 "\"7\":[],\"8\":[]}}",
		 "bad_field"},
	};
	char d[100];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(class_client_said(
			class_client_ask(all[bad[i].by], bad[i].type, bad[i].d),
			bad[i].error));
	snprintf(d, sizeof(d), "{\"set\":{\"a\":[\"%s\"],\"b\":[\"%s\"]}}", ids[ANNA],
		 ids[ANNA]);
	CHECK(class_client_said(class_client_ask(all[LECTURER], "room.interpreters", d),
				"bad_field"));
}

static void rules(struct class_world *w)
{
	struct class_media *media[N];
	char d[40];

	world = w;
	join_all(media);
	bad_inputs();
	interpret();
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		snprintf(d, sizeof(d), "{\"rule\":\"%s\"}", expected[i].rule);
		CHECK(class_client_ok(
			class_client_ask(all[LECTURER], "class.hearing", d)));
		all_hear(&expected[i]);
	}
	CHECK(class_client_ok(class_client_ask(all[LECTURER], "class.hearing",
					       "{\"rule\":\"apart\"}")));
	for (int i = 0; i < N; i++)
		class_client_leave(all[i]);
	for (int i = 0; i < N; i++)
		class_media_destroy(media[i]);
}

/* Languages and the rule are as they were; who interpreted is not here any more. */
static void after_restart(struct class_world *w)
{
	static const char part[] = "\"hearing\":{\"rule\":\"apart\",\"sees\":\"all\",\"languages\":["
				   "{\"name\":\"English\",\"members\":[]},"
				   "{\"name\":\"Deutsch\",\"members\":[]}]}";
	const struct class_client_conf conf = {.host = "127.0.0.1",
					       .port = w->port,
					       .code = w->code,
					       .name = "Anna",
					       .no_media = true};
	struct class_client *anna = class_client_join(&conf, 60000);

	CHECK(anna && knows(anna, part) && knows(anna, "\"channel\":\"\""));
	class_client_leave(anna);
}

int main(void)
{
	static void (*const parts[])(struct class_world * world) = {rules, after_restart};

	return class_world_run_each(NULL, parts, 2);
}
