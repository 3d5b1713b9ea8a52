/* A class with more members than are listed, as its clients see it, against a whole
 * server: who is told of whom, and what a lecturer does to all.
 */
#include "mcu/roster.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#define AUDIENCE 20
#define ALL      (ROSTER_LISTED + AUDIENCE)

static const struct class_world *world;
static char message[512 << 10];

static struct client {
	struct ws_client *ws;
	char id[16];
	cJSON *snapshot;
	/* events since the last counting() */
	int n_joined, n_changed, n_left, n_muted, n_chat;
	char joined[16], chat_name[64]; /* of the last one */
	int n, listed;                  /* of the last hint */
} all[ALL + 2];

/* ---- a client ---------------------------------------------------------------------- */

static const char *word(const cJSON *d, const char *key)
{
	const cJSON *item = cJSON_GetObjectItem(d, key);

	return cJSON_IsString(item) ? item->valuestring : "";
}

static int number(const cJSON *d, const char *key)
{
	const cJSON *item = cJSON_GetObjectItem(d, key);

	return item ? (int)item->valuedouble : -1;
}

static void note(struct client *c, const char *type, const cJSON *d)
{
	if (strcmp(type, "member.joined") == 0) {
		c->n_joined++;
		snprintf(c->joined, sizeof(c->joined), "%s", word(d, "id"));
	} else if (strcmp(type, "member.changed") == 0) {
		c->n_changed++;
	} else if (strcmp(type, "member.left") == 0) {
		c->n_left++;
	} else if (strcmp(type, "muted") == 0) {
		c->n_muted++;
	} else if (strcmp(type, "chat.msg") == 0) {
		c->n_chat++;
		snprintf(c->chat_name, sizeof(c->chat_name), "%s", word(d, "name"));
	} else if (strcmp(type, "roster") == 0) {
		c->n = number(d, "n");
		c->listed = number(d, "listed");
	}
}

/* Sends a request, notes all events before its reply, which is the caller's. */
static cJSON *request(struct client *c, const char *type, const char *d)
{
	char text[512];

	snprintf(text, sizeof(text), "{\"t\":\"%s\",\"id\":1,\"d\":%s}", type, d);
	CHECK(ws_client_send(c->ws, text));
	for (;;) {
		cJSON *got;

		CHECK(ws_client_recv(c->ws, message, sizeof(message), 60000) >= 0);
		got = cJSON_Parse(message);
		CHECK(got);
		if (cJSON_GetObjectItem(got, "id"))
			return got;
		note(c, word(got, "t"), cJSON_GetObjectItem(got, "d"));
		cJSON_Delete(got);
	}
}

static bool ok(struct client *c, const char *type, const char *d)
{
	cJSON *got = request(c, type, d);
	bool good = strcmp(word(got, "t"), "ok") == 0;

	if (!good)
		fprintf(stderr, "%s %s: %s\n", type, d, message);
	cJSON_Delete(got);
	return good;
}

/* All that was sent until now has been noted when it returns. */
static void settle(struct client *c)
{
	CHECK(ok(c, "ping", "{}"));
}

static void counting(struct client *c)
{
	settle(c);
	c->n_joined = c->n_changed = c->n_left = c->n_muted = c->n_chat = 0;
}

static void join(struct client *c, int i, bool lecturer)
{
	char d[200];

	c->ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(c->ws);
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"name\":\"N%d\",\"token\":\"%s\"}",
		 world->code, i, lecturer ? world->token : "");
	c->snapshot = request(c, "join", d);
	CHECK(strcmp(word(c->snapshot, "t"), "ok") == 0);
	snprintf(c->id, sizeof(c->id), "%s",
		 word(cJSON_GetObjectItem(c->snapshot, "d"), "self"));
}

static void leave(struct client *c)
{
	cJSON_Delete(c->snapshot);
	ws_client_close(c->ws);
	*c = (struct client){.ws = NULL};
}

static bool lists(const struct client *c, const char *id)
{
	const cJSON *d = cJSON_GetObjectItem(c->snapshot, "d"), *member;

	cJSON_ArrayForEach(
		member,
		cJSON_GetObjectItem(d, "members")) if (strcmp(word(member, "id"), id) ==
						       0) return true;
	return false;
}

static int listed(const struct client *c)
{
	const cJSON *d = cJSON_GetObjectItem(c->snapshot, "d");

	return cJSON_GetArraySize(cJSON_GetObjectItem(d, "members"));
}

static int roster(const struct client *c, const char *key)
{
	const cJSON *d = cJSON_GetObjectItem(c->snapshot, "d");

	return number(cJSON_GetObjectItem(d, "roster"), key);
}

/* ---- what is to be ----------------------------------------------------------------- */

#define LECTURER (&all[0])
#define LISTED   (&all[ROSTER_LISTED - 1])
#define HIDDEN   (&all[ROSTER_LISTED]) /* the first of the audience */

static void the_first_are_listed(void)
{
	for (int i = 0; i < ALL; i++)
		join(&all[i], i, i == 0);
	CHECK(listed(LISTED) == ROSTER_LISTED && lists(LISTED, LISTED->id));
	CHECK(roster(LISTED, "n") == ROSTER_LISTED);
	/* the audience sees the others and itself, not each other */
	CHECK(listed(HIDDEN) == ROSTER_LISTED + 1 && lists(HIDDEN, HIDDEN->id));
	CHECK(listed(&HIDDEN[5]) == ROSTER_LISTED + 1);
	CHECK(lists(&HIDDEN[5], HIDDEN[5].id) && !lists(&HIDDEN[5], HIDDEN->id));
	CHECK(roster(&HIDDEN[5], "n") == ROSTER_LISTED + 6);
	CHECK(roster(&HIDDEN[5], "listed") == ROSTER_LISTED);
	settle(LECTURER);
	CHECK(LECTURER->n_joined == ROSTER_LISTED - 1);
}

/* Coming, losing the connection and going of the audience tells nobody. */
static void the_audience_is_quiet(void)
{
	struct client *gone = &HIDDEN[AUDIENCE - 1];

	counting(LECTURER);
	CHECK(ok(gone, "leave", "{}"));
	leave(gone);
	leave(&HIDDEN[AUDIENCE - 2]); /* without a word */
	usleep(200000);
	settle(LECTURER);
	CHECK(!LECTURER->n_left && !LECTURER->n_changed && !LECTURER->n_joined);
	CHECK(ok(HIDDEN, "chat.send", "{\"text\":\"hello\"}"));
	settle(LECTURER);
	CHECK(LECTURER->n_chat == 1 && strcmp(LECTURER->chat_name, "N200") == 0);
	CHECK(!LECTURER->n_joined);
}

static void hold_shortly(void *arg)
{
	((struct server *)arg)->away_us = 2 * SEC_US;
}

/* The others hear the server meanwhile, and answer its pings. */
static void all_live(void)
{
	for (int i = 0; i < ALL; i++)
		if (all[i].ws)
			settle(&all[i]);
}

/* Until the hint says that there are so many. */
static void counted(int n)
{
	for (int i = 0; i < 100 && LECTURER->n != n; i++) {
		usleep(200000);
		all_live();
		settle(LECTURER);
	}
	CHECK(LECTURER->n == n && LECTURER->listed == ROSTER_LISTED);
}

/* The hint says how many there are; the one that vanished is there as long as its seat is
 * held. */
static void the_hint_tells(void)
{
	counted(ALL - 1);
	class_world_on(world, hold_shortly, world->server);
	counted(ALL - 2);
}

/* As soon as others hear or see it, or the lecturer points at it, it is listed. */
static void who_speaks_is_listed(void)
{
	char d[64];

	counting(LECTURER);
	CHECK(ok(&HIDDEN[1], "media.set", "{\"mic\":true}"));
	settle(LECTURER);
	CHECK(LECTURER->n_joined == 1 && strcmp(LECTURER->joined, HIDDEN[1].id) == 0);
	CHECK(ok(&HIDDEN[1], "media.set", "{\"mic\":false}"));
	CHECK(ok(&HIDDEN[1], "media.set", "{\"cam\":true}"));
	settle(LECTURER);
	CHECK(LECTURER->n_joined == 1 && LECTURER->n_changed >= 2);
	CHECK(ok(&HIDDEN[2], "media.set", "{\"cam\":true}"));
	CHECK(ok(&HIDDEN[3], "screen.set", "{\"on\":true}"));
	snprintf(d, sizeof(d), "{\"member\":\"%s\"}", HIDDEN[4].id);
	CHECK(ok(LECTURER, "pin.set", d));
	settle(LECTURER);
	CHECK(LECTURER->n_joined == 4 && strcmp(LECTURER->joined, HIDDEN[4].id) == 0);
	CHECK(!HIDDEN[4].n_joined); /* it knows itself */
	CHECK(ok(&HIDDEN[1], "leave", "{}"));
	settle(LECTURER);
	CHECK(LECTURER->n_left == 1);
	join(&all[ALL], 1000, false);
	CHECK(lists(&all[ALL], HIDDEN[2].id) && lists(&all[ALL], HIDDEN[4].id));
	CHECK(!lists(&all[ALL], HIDDEN->id));
	settle(LECTURER);
	CHECK(LECTURER->n_joined == 4);
	join(&all[ALL + 1], 1001, true); /* a lecturer always is */
	settle(LECTURER);
	CHECK(LECTURER->n_joined == 5);
}

/* Nobody named: all but the one who says it, in one request. */
static void all_are_muted(void)
{
	CHECK(ok(LECTURER, "media.set", "{\"mic\":true}"));
	for (int i = 1; i <= 30; i++) {
		CHECK(ok(&all[i], "media.set", "{\"mic\":true}"));
		counting(&all[i]);
	}
	for (int i = 0; i < 3; i++)
		CHECK(ok(LECTURER, "member.mute", "{\"member\":\"\"}"));
	for (int i = 1; i <= 30; i++) {
		settle(&all[i]);
		CHECK(all[i].n_muted == 1);
	}
	CHECK(LECTURER->n_muted == 0);
	CHECK(!ok(LECTURER, "member.mute", "{\"member\":\"m9999\"}"));
	CHECK(!ok(&all[1], "member.mute", "{\"member\":\"\"}"));
}

static void everything(struct class_world *of)
{
	world = of;
	the_first_are_listed();
	the_audience_is_quiet();
	the_hint_tells();
	who_speaks_is_listed();
	all_are_muted();
	for (int i = 0; i < ALL + 2; i++)
		if (all[i].ws)
			leave(&all[i]);
}

/* ---- the server -------------------------------------------------------------------- */

static void tune(struct conf *conf)
{
	conf->max_joins = conf->max_joins_per_address = 10000; /* all are one address */
	log_set_level(LOG_ERROR);
}

int main(void)
{
	return class_world_run(tune, everything);
}
