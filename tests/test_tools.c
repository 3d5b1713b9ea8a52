/* The tools of a class as its members see them, against a whole server: the queue of
 * hands and the floor, polls, reactions, the timer; over a lost connection, and a poll
 * over the end of the server too.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "mcu/hands.h"
#include "mcu/member.h"
#include "mcu/reactions.h"
#include "mcu/room.h"
#include "signaling/session.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#define MEMBERS 5

static const struct class_world *world;
static char message[512 << 10];
static char ballot[DB_ID + 1], poll_id[DB_ID + 1]; /* over the end of the server */

/* What is kept of each kind of event: the last one, and how many there were. */
enum told { HANDS, HAND, POLL, COUNTS, TIMER, REACTED, MUTED, PINNED, TOLD };
static const char *const names[TOLD] = {"hands", "hand",      "poll",  "poll.counts",
					"timer", "reactions", "muted", "pinned"};

static struct client {
	struct ws_client *ws;
	char id[16], session[SESSION_TOKEN + 1];
	double seq;
	cJSON *d; /* of the last reply */
	char code[32], field[32];
	cJSON *last[TOLD];
	int n[TOLD];
	int signs; /* of all hints */
} all[MEMBERS];

#define LECTURER (&all[0])
#define ASHA     (&all[1])
#define IVAN     (&all[2])
#define LENA     (&all[3])

/* ---- a client ---------------------------------------------------------------------- */

static const cJSON *at(const cJSON *d, const char *key)
{
	return cJSON_GetObjectItem(d, key);
}

static const char *word(const cJSON *d, const char *key)
{
	return cJSON_IsString(at(d, key)) ? at(d, key)->valuestring : "";
}

static int number(const cJSON *d, const char *key)
{
	return cJSON_IsNumber(at(d, key)) ? (int)at(d, key)->valuedouble : -1;
}

static void note(struct client *c, cJSON *got)
{
	const cJSON *one;

	if (at(got, "seq"))
		c->seq = at(got, "seq")->valuedouble;
	for (int i = 0; i < TOLD; i++) {
		if (strcmp(word(got, "t"), names[i]) != 0)
			continue;
		cJSON_Delete(c->last[i]);
		c->last[i] = cJSON_DetachItemFromObject(got, "d");
		c->n[i]++;
		if (i == REACTED)
			cJSON_ArrayForEach(one, at(c->last[i], "n"))
				c->signs += one->valueint;
	}
	cJSON_Delete(got);
}

/* NULL when it was done, else the error code. Events before its reply are noted. */
static const char *ask(struct client *c, const char *type, const char *d)
{
	char text[8192];

	snprintf(text, sizeof(text), "{\"t\":\"%s\",\"id\":1,\"d\":%s}", type, d);
	CHECK(ws_client_send(c->ws, text));
	for (;;) {
		cJSON *got;

		CHECK(ws_client_recv(c->ws, message, sizeof(message), 60000) >= 0);
		got = cJSON_Parse(message);
		CHECK(got);
		if (!at(got, "id")) {
			note(c, got);
			continue;
		}
		cJSON_Delete(c->d);
		c->d = cJSON_DetachItemFromObject(got, "d");
		snprintf(c->code, sizeof(c->code), "%s", word(got, "code"));
		snprintf(c->field, sizeof(c->field), "%s", word(got, "field"));
		cJSON_Delete(got);
		return c->d ? NULL : c->code;
	}
}

static bool ok(struct client *c, const char *type, const char *d)
{
	const char *code = ask(c, type, d);

	if (code)
		fprintf(stderr, "%s %s: %s %s\n", type, d, code, c->field);
	return !code;
}

static bool refused(struct client *c, const char *type, const char *d, const char *want)
{
	const char *code = ask(c, type, d);

	if (!code || strcmp(code, want) != 0)
		fprintf(stderr, "%s %s: %s, not %s\n", type, d, code ? code : "ok", want);
	return code && strcmp(code, want) == 0;
}

static void settle(struct client *c)
{
	CHECK(ok(c, "ping", "{}"));
}

/* Until it was told something that `cond` is about. */
#define UNTIL(c, cond) \
	do { \
		for (int i_ = 0; i_ < 1200 && !(cond); i_++) { \
			usleep(50000); \
			settle(c); \
		} \
		CHECK(cond); \
	} while (0)

static void opened(struct client *c)
{
	c->ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(c->ws);
}

static void join(struct client *c, const char *name, bool lecturer)
{
	char d[200];

	opened(c);
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"name\":\"%s\",\"token\":\"%s\"}",
		 world->code, name, lecturer ? world->token : "");
	CHECK(ok(c, "join", d));
	snprintf(c->id, sizeof(c->id), "%s", word(c->d, "self"));
	snprintf(c->session, sizeof(c->session), "%s", word(c->d, "session"));
	c->seq = number(c->d, "seq");
}

static void lost(struct client *c)
{
	ws_client_close(c->ws);
	c->ws = NULL;
}

static void resume(struct client *c, double seq)
{
	char d[120];

	opened(c);
	snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":%.0f}", c->session, seq);
	CHECK(ok(c, "resume", d));
}

static void leave(struct client *c)
{
	if (c->ws) {
		CHECK(ok(c, "leave", "{}"));
		lost(c);
	}
	cJSON_Delete(c->d);
	for (int i = 0; i < TOLD; i++)
		cJSON_Delete(c->last[i]);
	*c = (struct client){.ws = NULL};
}

static const char *of(const struct client *c)
{
	static char d[64];

	snprintf(d, sizeof(d), "{\"member\":\"%s\"}", c->id);
	return d;
}

static void all_come(void)
{
	static const char *const people[MEMBERS] = {"Lecturer", "Asha", "Ivan", "Lena",
						    "Omar"};

	for (int i = 0; i < MEMBERS; i++)
		join(&all[i], people[i], i == 0);
}

/* ---- hands ------------------------------------------------------------------------- */

/* The name in this place of the queue as `c` was told it. */
static bool waits(const struct client *c, int place, const char *name)
{
	const cJSON *row = cJSON_GetArrayItem(at(c->last[HANDS], "list"), place);

	return row && strcmp(word(row, "name"), name) == 0;
}

static int told_n(const struct client *c)
{
	return number(c->last[HANDS], "n");
}

static void the_order_is_told(void)
{
	CHECK(number(at(ASHA->d, "hands"), "n") == 0); /* of the snapshot */
	CHECK(number(at(ASHA->d, "hand"), "at") == 0);
	CHECK(ok(IVAN, "hand.set", "{\"on\":true}") && number(IVAN->d, "at") == 1);
	CHECK(ok(ASHA, "hand.set", "{\"on\":true}") && number(ASHA->d, "at") == 2);
	CHECK(ok(LENA, "hand.set", "{\"on\":true}") && number(LENA->d, "at") == 3);
	CHECK(ok(IVAN, "hand.set", "{\"on\":true}") && number(IVAN->d, "at") == 1);
	UNTIL(LECTURER, told_n(LECTURER) == 3);
	CHECK(waits(LECTURER, 0, "Ivan") && waits(LECTURER, 1, "Asha"));
	UNTIL(ASHA, told_n(ASHA) == 3);
	CHECK(ok(IVAN, "hand.set", "{\"on\":false}") && number(IVAN->d, "at") == 0);
	UNTIL(LENA, number(LENA->last[HAND], "at") == 2);
	CHECK(refused(ASHA, "hand.lower", of(LENA), "forbidden"));
	CHECK(refused(ASHA, "hand.clear", "{}", "forbidden"));
	CHECK(refused(ASHA, "hand.call", of(ASHA), "forbidden"));
	CHECK(refused(ASHA, "hand.done", "{}", "forbidden"));
	CHECK(refused(LECTURER, "hand.lower", "{\"member\":\"m999999\"}",
		      "unknown_member"));
	CHECK(refused(LECTURER, "hand.call", "{\"member\":\"x\"}", "unknown_member"));
	CHECK(refused(ASHA, "hand.set", "{}", "bad_field"));
	CHECK(refused(ASHA, "hand.set", "{\"on\":1}", "bad_field"));
}

struct in_room {
	struct client *who;
	uint32_t pinned;
	bool hand, mic;
	uint32_t n;
};

static void look(void *arg)
{
	struct in_room *out = arg;
	const struct room *room;
	const struct member *member;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	member = room_member(room, member_base_of(out->who->id));
	out->pinned = room->pinned;
	out->hand = member->hand;
	out->mic = member->mic;
	out->n = room->hands.n;
}

static struct in_room inside(struct client *who)
{
	struct in_room out = {.who = who};

	class_world_on(world, look, &out);
	return out;
}

/* The floor is given in one action, and taken back by the next or by a word. */
static void one_is_called(void)
{
	CHECK(inside(ASHA).hand);
	CHECK(ok(LECTURER, "pin.set", of(LECTURER)));
	CHECK(ok(LECTURER, "hand.call", of(ASHA)));
	settle(ASHA);
	CHECK(cJSON_IsTrue(at(ASHA->last[HAND], "floor")));
	CHECK(number(ASHA->last[HAND], "at") == 0);
	CHECK(inside(ASHA).pinned == member_base_of(ASHA->id) && !inside(ASHA).hand);
	CHECK(ok(ASHA, "media.set", "{\"mic\":true}"));
	UNTIL(LENA, strcmp(word(LENA->last[HANDS], "floor"), ASHA->id) == 0);
	CHECK(ok(LECTURER, "hand.call", of(LENA))); /* the next one */
	settle(ASHA);
	CHECK(cJSON_IsFalse(at(ASHA->last[HAND], "floor")) && ASHA->n[MUTED] == 1);
	CHECK(!inside(ASHA).mic && inside(LENA).pinned == member_base_of(LENA->id));
	CHECK(ok(LENA, "hand.done", "{}")); /* by herself */
	settle(LECTURER);
	CHECK(inside(LENA).pinned == member_base_of(LECTURER->id));
	CHECK(strcmp(word(LECTURER->last[PINNED], "member"), LECTURER->id) == 0);
	CHECK(ok(LECTURER, "hand.done", "{}")); /* there is nobody: no harm */
	UNTIL(LECTURER, told_n(LECTURER) == 0);
	/* who spoke already is not silenced; a pin that was moved stays */
	CHECK(ok(IVAN, "media.set", "{\"mic\":true}"));
	CHECK(ok(LECTURER, "hand.call", of(IVAN)));
	CHECK(ok(LECTURER, "pin.set", of(LENA)));
	CHECK(ok(LECTURER, "hand.done", "{}"));
	CHECK(inside(IVAN).mic && inside(IVAN).pinned == member_base_of(LENA->id));
}

/* Who may not speak may while it has the floor, and no longer. */
static void the_floor_gives_the_right(void)
{
	CHECK(ok(LECTURER, "room.set", "{\"unmute\":false}"));
	CHECK(refused(ASHA, "media.set", "{\"mic\":true}", "forbidden"));
	CHECK(ok(LECTURER, "hand.call", of(ASHA)));
	CHECK(ok(ASHA, "media.set", "{\"mic\":true}") && inside(ASHA).mic);
	CHECK(ok(LECTURER, "hand.done", "{}") && !inside(ASHA).mic);
	CHECK(refused(ASHA, "media.set", "{\"mic\":true}", "forbidden"));
	CHECK(ok(LECTURER, "room.set", "{\"unmute\":true}"));
}

/* A lost connection keeps the place; who leaves, gives it up. */
static void hands_and_connections(void)
{
	CHECK(ok(ASHA, "hand.set", "{\"on\":true}"));
	CHECK(ok(IVAN, "hand.set", "{\"on\":true}"));
	settle(IVAN);
	lost(IVAN);
	CHECK(ok(LECTURER, "hand.lower", of(ASHA)));
	settle(ASHA);
	CHECK(number(ASHA->last[HAND], "at") == 0);
	resume(IVAN, IVAN->seq);
	CHECK(cJSON_IsTrue(at(IVAN->d, "replayed")));
	UNTIL(IVAN, number(IVAN->last[HAND], "at") == 1);
	lost(IVAN);
	resume(IVAN, 999999); /* never sent: the whole snapshot comes */
	CHECK(cJSON_IsFalse(at(IVAN->d, "replayed")));
	CHECK(number(at(IVAN->d, "hand"), "at") == 1);
	CHECK(number(at(IVAN->d, "hands"), "n") == 1);
	CHECK(ok(ASHA, "hand.set", "{\"on\":true}"));
	CHECK(ok(LECTURER, "hand.clear", "{}"));
	settle(IVAN);
	CHECK(number(IVAN->last[HAND], "at") == 0 && inside(IVAN).n == 0);
	CHECK(ok(LENA, "hand.set", "{\"on\":true}"));
	CHECK(ok(LECTURER, "hand.call", of(&all[4])));
	leave(&all[4]);
	CHECK(inside(LENA).n == 1 && inside(LENA).pinned == member_base_of(LENA->id));
	leave(LENA);
	CHECK(inside(ASHA).n == 0);
	join(LENA, "Lena", false);
	join(&all[4], "Omar", false);
}

/* ---- polls ------------------------------------------------------------------------- */

static bool counts(const cJSON *d, int a, int b, int voters)
{
	const cJSON *list = at(d, "counts");

	return list && cJSON_GetArrayItem(list, 0)->valueint == a &&
	       cJSON_GetArrayItem(list, 1)->valueint == b &&
	       number(d, "voters") == voters;
}

static bool vote(struct client *c, const char *choice, const char *want)
{
	char d[400];

	snprintf(d, sizeof(d), "{\"poll\":\"%s\",%s}", poll_id, choice);
	return want ? refused(c, "poll.vote", d, want) : ok(c, "poll.vote", d);
}

static void a_poll_runs(void)
{
	static const char ask_one[] = "{\"kind\":\"one\",\"question\":\"Which?\","
				      "\"options\":[\"red\",\"blue\"],\"named\":true}";

	CHECK(refused(ASHA, "poll.start", ask_one, "forbidden"));
	CHECK(refused(LECTURER, "poll.stop", "{}", "no_poll"));
	CHECK(refused(LECTURER, "poll.show", "{\"all\":true}", "no_poll"));
	CHECK(refused(LECTURER, "poll.csv", "{}", "no_poll"));
	CHECK(refused(ASHA, "poll.vote", "{\"poll\":\"x\",\"choice\":1}", "no_poll"));
	CHECK(refused(LECTURER, "poll.start", "{\"kind\":\"one\",\"options\":[1,2]}",
		      "bad_field"));
	CHECK(strcmp(LECTURER->field, "options") == 0);
	CHECK(ok(LECTURER, "poll.start", ask_one));
	snprintf(poll_id, sizeof(poll_id), "%s", word(LECTURER->d, "id"));
	CHECK(refused(LECTURER, "poll.start", ask_one, "poll_busy"));
	settle(ASHA);
	CHECK(strcmp(word(ASHA->last[POLL], "id"), poll_id) == 0);
	CHECK(cJSON_IsTrue(at(ASHA->last[POLL], "named")) &&
	      !at(ASHA->last[POLL], "counts"));
	CHECK(vote(ASHA, "\"choice\":1", NULL));
	snprintf(ballot, sizeof(ballot), "%s", word(ASHA->d, "ballot"));
	CHECK(vote(IVAN, "\"choice\":1", NULL) && vote(IVAN, "\"choice\":2", NULL));
	CHECK(vote(LENA, "\"choice\":3", "bad_field"));
	CHECK(vote(LENA, "\"choices\":[1,2]", "bad_field"));
	UNTIL(LECTURER,
	      LECTURER->last[COUNTS] && counts(LECTURER->last[COUNTS], 1, 1, 2));
	settle(ASHA);
	CHECK(!ASHA->n[COUNTS]); /* only who may ask sees them */
	CHECK(ok(LECTURER, "poll.show", "{\"all\":true}"));
	settle(ASHA);
	CHECK(counts(ASHA->last[POLL], 1, 1, 2));
	CHECK(vote(LENA, "\"choice\":2", NULL));
	UNTIL(ASHA, ASHA->last[COUNTS] && counts(ASHA->last[COUNTS], 1, 2, 3));
	CHECK(ok(LECTURER, "poll.show", "{\"all\":false}"));
	CHECK(refused(ASHA, "poll.csv", "{}", "forbidden"));
	CHECK(ok(LECTURER, "poll.csv", "{}"));
	CHECK(strstr(word(LECTURER->d, "csv"), "\"Asha\",\"red\",") != NULL);
	CHECK(refused(LECTURER, "poll.csv", "{\"from\":-1}", "bad_field"));
}

static void polls_and_connections(void)
{
	lost(ASHA);
	resume(ASHA, 999999);
	CHECK(cJSON_GetArrayItem(at(at(ASHA->d, "poll"), "mine"), 0)->valueint == 1);
	CHECK(!at(at(ASHA->d, "poll"), "counts"));
	CHECK(vote(ASHA, "\"choice\":2", NULL) && vote(ASHA, "\"choice\":1", NULL));
	UNTIL(LECTURER, counts(LECTURER->last[COUNTS], 1, 2, 3));
	lost(LECTURER);
	LECTURER->n[COUNTS] = 0;
	resume(LECTURER, LECTURER->seq);
	UNTIL(LECTURER, LECTURER->n[COUNTS] > 0); /* hints are not replayed */
}

/* ---- the timer and the signs ------------------------------------------------------- */

static void the_timer_counts(void)
{
	const cJSON *timer;

	CHECK(refused(ASHA, "timer.set", "{\"seconds\":60}", "forbidden"));
	CHECK(refused(LECTURER, "timer.set", "{\"seconds\":0}", "bad_field"));
	CHECK(refused(LECTURER, "timer.set", "{\"seconds\":86401}", "bad_field"));
	CHECK(refused(LECTURER, "timer.set", "{\"seconds\":9,\"label\":\"\\u0001\"}",
		      "bad_field"));
	CHECK(refused(LECTURER, "timer.pause", "{\"on\":true}", "no_timer"));
	CHECK(ok(LECTURER, "timer.set", "{\"seconds\":600,\"label\":\" Task 3 \"}"));
	settle(ASHA);
	timer = ASHA->last[TIMER];
	CHECK(cJSON_IsTrue(at(timer, "on")) &&
	      strcmp(word(timer, "label"), "Task 3") == 0);
	CHECK(number(timer, "total_ms") == 600000 && number(timer, "left_ms") > 590000);
	CHECK(at(timer, "now_ms")->valuedouble > 1e12);
	CHECK(ok(LECTURER, "timer.pause", "{\"on\":true}"));
	leave(LENA);
	join(LENA, "Lena", false); /* late */
	timer = at(LENA->d, "timer");
	CHECK(cJSON_IsTrue(at(timer, "paused")) && number(timer, "left_ms") > 500000);
	CHECK(ok(LECTURER, "timer.stop", "{}") && ok(LECTURER, "timer.stop", "{}"));
	settle(ASHA);
	CHECK(cJSON_IsFalse(at(ASHA->last[TIMER], "on")));
}

static void signs_are_counted_together(void)
{
	char d[64];
	int sent = 0;

	snprintf(d, sizeof(d), "{\"sign\":\"%s\"}", reaction_sign(0));
	for (int i = 0; i < 3; i++) {
		CHECK(ok(ASHA, "react", d) && ok(IVAN, "react", d) &&
		      ok(LENA, "react", d));
		sent += 3;
	}
	UNTIL(LECTURER, LECTURER->signs == sent);
	CHECK(LECTURER->n[REACTED] < sent);
	CHECK(refused(ASHA, "react", "{\"sign\":\"x\"}", "bad_field"));
	CHECK(refused(ASHA, "react", "{}", "bad_field"));
	for (int i = 0; i < 20 && !ask(ASHA, "react", d); i++)
		sent++;
	CHECK(strcmp(ASHA->code, "too_fast") == 0 && sent < 20);
}

/* ---- a class after the other ------------------------------------------------------- */

static void lesson(struct class_world *of)
{
	world = of;
	all_come();
	the_order_is_told();
	one_is_called();
	the_floor_gives_the_right();
	hands_and_connections();
	a_poll_runs();
	polls_and_connections();
	the_timer_counts();
	signs_are_counted_together();
	for (int i = 0; i < MEMBERS; i++)
		leave(&all[i]);
}

static bool poll_is_back(void)
{
	const cJSON *poll = at(LECTURER->d, "poll");

	return strcmp(word(poll, "id"), poll_id) == 0;
}

/* The same poll runs on after a restart; the page that has a ballot changes its vote,
 * and does not vote twice. */
static void after_restart(struct class_world *of)
{
	char d[200];

	world = of;
	join(LECTURER, "Lecturer", true);
	for (int i = 0; i < 6000 && !poll_is_back();
	     i++) { /* the database may be slower */
		usleep(10000);
		leave(LECTURER);
		join(LECTURER, "Lecturer", true);
	}
	CHECK(poll_is_back());
	CHECK(cJSON_IsTrue(at(at(LECTURER->d, "poll"), "on")));
	CHECK(number(at(LECTURER->d, "poll"), "voters") == 3); /* never without them */
	join(ASHA, "Asha", false);
	CHECK(cJSON_GetArraySize(at(at(ASHA->d, "poll"), "mine")) == 0);
	snprintf(d, sizeof(d), "\"choice\":2,\"ballot\":\"%s\"", ballot);
	CHECK(vote(ASHA, d, NULL) && strcmp(word(ASHA->d, "ballot"), ballot) == 0);
	UNTIL(LECTURER,
	      LECTURER->last[COUNTS] && counts(LECTURER->last[COUNTS], 0, 3, 3));
	/* it is taken: another one who says it has a vote of its own */
	join(IVAN, "Ivan", false);
	CHECK(vote(IVAN, d, NULL) && strcmp(word(IVAN->d, "ballot"), ballot) != 0);
	CHECK(ok(LECTURER, "poll.stop", "{}") && ok(LECTURER, "poll.stop", "{}"));
	settle(LECTURER);
	CHECK(counts(LECTURER->last[POLL], 0, 4, 4));
	CHECK(vote(ASHA, "\"choice\":1", "no_poll"));
	CHECK(ok(LECTURER, "poll.start",
		 "{\"kind\":\"several\",\"options\":[\"a\",\"b\"]}"));
	snprintf(poll_id, sizeof(poll_id), "%s", word(LECTURER->d, "id"));
	CHECK(vote(ASHA, "\"choices\":[1,2]", NULL));
	CHECK(ok(LECTURER, "poll.csv", "{}"));
	CHECK(strcmp(word(LECTURER->d, "csv"),
		     "answer,votes\r\n\"a\",1\r\n\"b\",1\r\n") == 0);
	for (int i = 0; i < MEMBERS; i++)
		leave(&all[i]);
}

static void tune(struct conf *conf)
{
	conf->max_joins = conf->max_joins_per_address = 10000;
	log_set_level(LOG_ERROR);
}

int main(void)
{
	static void (*const lessons[])(struct class_world * world) = {lesson,
								      after_restart};

	return class_world_run_each(tune, lessons, 2);
}
