/* What goes on in a class stays over a reload of a page and over the end of the server:
 * hands in their order, the floor, the pin, the parts, the interpreters, the timer, the
 * groups. And what the floor gives for a while is not stored with the seat.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/live_text.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

enum { LECTURER, ASHA, IVAN, LENA, N };
static const char *const names[N] = {"Lecturer", "Asha", "Ivan", "Lena"};

static struct class_world *world;
static char message[512 << 10];

static struct client {
	struct ws_client *ws;
	char id[16], seat[80];
	cJSON *d; /* of the last reply */
	char code[32];
} all[N];

static const cJSON *at(const cJSON *d, const char *key)
{
	return cJSON_GetObjectItem(d, key);
}

static const char *word(const cJSON *d, const char *key)
{
	return cJSON_IsString(at(d, key)) ? at(d, key)->valuestring : "";
}

static double number(const cJSON *d, const char *key)
{
	return cJSON_IsNumber(at(d, key)) ? at(d, key)->valuedouble : -1;
}

/* NULL when it was done, else the error code; events are passed over. */
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
		if (at(got, "id")) {
			cJSON_Delete(c->d);
			c->d = cJSON_DetachItemFromObject(got, "d");
			snprintf(c->code, sizeof(c->code), "%s", word(got, "code"));
			cJSON_Delete(got);
			return c->d ? NULL : c->code;
		}
		cJSON_Delete(got);
	}
}

static bool ok(int who, const char *type, const char *d)
{
	const char *code = ask(&all[who], type, d);

	if (code)
		fprintf(stderr, "%s %s: %s\n", type, d, code);
	return !code;
}

static void join(int who)
{
	struct client *c = &all[who];
	char d[300];

	c->ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(c->ws);
	snprintf(d, sizeof(d),
		 "{\"code\":\"%s\",\"name\":\"%s\",\"token\":\"%s\",\"seat\":\"%s\"}",
		 world->code, names[who], who == LECTURER ? world->token : "", c->seat);
	CHECK(ok(who, "join", d));
	snprintf(c->id, sizeof(c->id), "%s", word(c->d, "self"));
	snprintf(c->seat, sizeof(c->seat), "%s", word(c->d, "seat"));
	CHECK(c->seat[0]);
}

static void away(int who)
{
	ws_client_close(all[who].ws);
	all[who].ws = NULL;
}

static void leave(int who)
{
	CHECK(ok(who, "leave", "{}"));
	away(who);
}

static const char *of(int who)
{
	static char d[64];

	snprintf(d, sizeof(d), "{\"member\":\"%s\"}", all[who].id);
	return d;
}

/* ---- what the server knows -------------------------------------------------------- */

struct now {
	char hands[N][300]; /* names, in order */
	uint32_t n_hands;
	char floor[300], pinned[300], interpreter[300], speaks[300];
	bool floor_may;
	int64_t timer_left_ms;
	bool timer_paused;
	uint32_t due, groups;
	char group_of[N][8];
	int64_t group_left_us;
	uint32_t grants; /* stored with Asha's seat */
};

static void name_of(const struct room *room, uint32_t base, char out[300])
{
	const struct member *member = base ? room_member(room, base) : NULL;

	snprintf(out, 300, "%s", member ? member->name : "");
}

static void where(const struct room *room, struct now *now)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		for (int k = 0; k < N; k++)
			if (strcmp(room->members[i]->name, names[k]) == 0)
				memcpy(now->group_of[k], room->row.code, 8);
}

static void look(void *arg)
{
	struct now *now = arg;
	struct room *room, *group;

	thread_claim(&on_ctl);
	memset(now, 0, sizeof(*now));
	room = room_by_code(world->server, world->code);
	now->n_hands = room->hands.n;
	for (uint32_t i = 0; i < room->hands.n && i < N; i++)
		name_of(room, room->hands.list[i].member, now->hands[i]);
	name_of(room, room->hands.floor, now->floor);
	name_of(room, room->pinned, now->pinned);
	name_of(room, room->interpreter, now->interpreter);
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->speaks == 1)
			snprintf(now->speaks, sizeof(now->speaks), "%s",
				 room->members[i]->name);
	if (room->hands.floor && room_member(room, room->hands.floor))
		now->floor_may = member_may(room_member(room, room->hands.floor),
					    CAP_SPEAK);
	now->timer_left_ms = countdown_left_ms(&room->countdown, clock_us());
	now->timer_paused = room->countdown.paused;
	now->due = room->live.n;
	where(room, now);
	for (uint32_t i = 1; (group = breakout_room(room, i)); i++) {
		now->groups++;
		where(group, now);
	}
	if (room->breakout && room->breakout->end_us)
		now->group_left_us = room->breakout->end_us - clock_us();
	for (uint32_t i = 0; i < room->seats.n; i++)
		if (strcmp(room->seats.list[i].name, "Asha") == 0)
			now->grants = (uint32_t)room->seats.list[i].grants;
}

static const struct now *now(void)
{
	static struct now n;

	class_world_on(world, look, &n);
	return &n;
}

#define SOON(cond) \
	do { \
		for (int i_ = 0; i_ < 600 && !(cond); i_++) \
			usleep(50000); \
		CHECK(cond); \
	} while (0)

/* What a broken database, or a later program, may have stored: as much as is good. */
static void read_bad(void *arg)
{
	static const char *const bad[] = {
		"", "{", "[]", "1", "null", "\"due\"",
	};
	static const char *const odd[] = {
		"{}",
		"{\"due\":1}",
		"{\"due\":[1,[],[1],[\"hand\"],[\"hand\",\"short\",1]]}",
		"{\"due\":[[\"hand\",\"aaaaaaaaaaaaaaaaaaaa\",-1]]}",
		"{\"due\":[[\"hand\",\"aaaaaaaaaaaaaaaaaaaa\",1e300]]}",
		"{\"due\":[[\"flag\",\"aaaaaaaaaaaaaaaaaaaa\",1]]}",
		"{\"due\":[[\"hand\",\"aaaaaaaaaaaaaaaaaaaaa\",1]]}",
		"{\"timer\":{}}",
		"{\"timer\":{\"total\":1e9,\"end\":1}}",
		"{\"timer\":{\"total\":1000,\"end\":1}}",
		"{\"timer\":{\"total\":1000,\"end\":9e14}}",
		"{\"timer\":{\"total\":1000,\"paused\":true,\"left\":-1}}",
		"{\"groups\":1}",
		"{\"groups\":{\"how\":\"odd\",\"rooms\":[]}}",
		"{\"groups\":{\"how\":\"set\"}}",
		"{\"groups\":{\"how\":\"set\",\"rooms\":[]}}",
		"{\"groups\":{\"how\":\"set\",\"rooms\":[1]}}",
		"{\"groups\":{\"how\":\"set\",\"rooms\":[\"nowhere\"]}}",
		"{\"groups\":{\"how\":\"set\",\"end\":1,\"rooms\":[\"nowhere\"]}}",
	};
	struct room *room;

	(void)arg;
	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(live_text_read(room, bad[i]) == -EINVAL);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		CHECK(live_text_read(room, odd[i]) == 0);
	CHECK(room->live.n == 0 && !room->countdown.on && !room->breakout);
	CHECK(live_text_read(room, "{\"due\":[[\"hand\",\"aaaaaaaaaaaaaaaaaaaa\",1]]}") ==
	      0);
	CHECK(room->live.n == 1);
	live_fini(&room->live);
}

/* ---- before the end ---------------------------------------------------------------- */

static void set_up(void)
{
	char d[200];

	for (int i = 0; i < N; i++)
		join(i);
	CHECK(ok(LECTURER, "room.set", "{\"kind\":\"lecture\"}"));
	CHECK(ok(LENA, "hand.set", "{\"on\":true}"));
	usleep(2000); /* hands have times of whole milliseconds */
	CHECK(ok(IVAN, "hand.set", "{\"on\":true}"));
	usleep(2000);
	CHECK(ok(ASHA, "hand.set", "{\"on\":true}"));
	CHECK(ok(LECTURER, "timer.set", "{\"seconds\":600,\"label\":\"Read\"}"));
	snprintf(d, sizeof(d), "{\"set\":{\"Deutsch\":[\"%s\"]}}", all[LENA].id);
	CHECK(ok(LECTURER, "room.interpreters", d));
	snprintf(d, sizeof(d), "{\"part\":\"interpreter\",\"member\":\"%s\"}",
		 all[IVAN].id);
	CHECK(ok(LECTURER, "layout.part", d));
	CHECK(ok(LECTURER, "hand.call", of(ASHA)));
	CHECK(strcmp(now()->floor, "Asha") == 0 && now()->floor_may);
}

/* Whatever is said of Asha by name, what the floor gives it is not stored. */
static void floor_is_not_stored(void)
{
	char d[120];

	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"grant\":[\"share\"]}", all[ASHA].id);
	CHECK(ok(LECTURER, "member.allow", d));
	CHECK(now()->grants == CAP_SHARE);
}

static void all_as_before(void)
{
	const struct now *n = now();

	CHECK(n->n_hands == 2);
	CHECK(strcmp(n->hands[0], "Lena") == 0 && strcmp(n->hands[1], "Ivan") == 0);
	CHECK(strcmp(n->floor, "Asha") == 0 && n->floor_may);
	CHECK(strcmp(n->pinned, "Asha") == 0);
	CHECK(strcmp(n->interpreter, "Ivan") == 0);
	CHECK(strcmp(n->speaks, "Lena") == 0);
	CHECK(n->timer_left_ms > 400000 && n->timer_left_ms <= 600000);
	CHECK(n->due == 0);
}

/* A page that is loaded anew says that it leaves, or just is not there any more. */
static void reloads(void)
{
	for (int i = 1; i < N; i++) {
		leave(i);
		CHECK(now()->n_hands == (i == ASHA ? 2 : 1));
		join(i);
		all_as_before();
	}
	for (int i = 1; i < N; i++) {
		away(i);
		join(i);
		all_as_before();
	}
}

static void first(struct class_world *w)
{
	world = w;
	class_world_on(world, read_bad, NULL);
	set_up();
	floor_is_not_stored();
	reloads();
	all_as_before();
	/* they are there when the server ends */
}

/* ---- after it -----------------------------------------------------------------------
 */

static void second(struct class_world *w)
{
	char d[200];

	world = w;
	for (int i = 0; i < N; i++)
		away(i);
	SOON(now()->due > 0); /* the database may be slower */
	CHECK(now()->timer_left_ms > 0);
	for (int i = 0; i < N; i++)
		join(i);
	all_as_before();
	CHECK(at(all[LENA].d, "hand") && number(at(all[LENA].d, "hand"), "at") == 1);
	/* the floor ends as if nothing had been */
	CHECK(ok(LECTURER, "hand.done", "{}"));
	CHECK(now()->floor[0] == '\0' && now()->pinned[0] == '\0');
	CHECK(now()->grants == CAP_SHARE);
	CHECK(ok(LECTURER, "timer.pause", "{\"on\":true}"));
	CHECK(ok(LECTURER, "hand.clear", "{}"));
	snprintf(d, sizeof(d),
		 "{\"groups\":[{\"members\":[\"%s\"]},{\"members\":[\"%s\",\"%s\"]}],"
		 "\"minutes\":30}",
		 all[ASHA].id, all[IVAN].id, all[LENA].id);
	CHECK(ok(LECTURER, "breakout.start", d));
	CHECK(strcmp(now()->group_of[IVAN], now()->group_of[LENA]) == 0);
	/* a reload leads back into the group */
	leave(IVAN);
	join(IVAN);
	CHECK(ok(IVAN, "ping", "{}"));
	CHECK(strcmp(now()->group_of[IVAN], now()->group_of[LENA]) == 0);
	CHECK(strcmp(now()->group_of[IVAN], world->code) != 0);
}

static void third(struct class_world *w)
{
	world = w;
	for (int i = 0; i < N; i++)
		away(i);
	SOON(now()->groups == 2);
	CHECK(now()->timer_paused && now()->timer_left_ms > 400000);
	CHECK(now()->group_left_us > 25 * 60 * SEC_US);
	for (int i = 0; i < N; i++) {
		join(i);
		CHECK(ok(i, "ping", "{}"));
	}
	CHECK(strcmp(now()->group_of[IVAN], now()->group_of[LENA]) == 0);
	CHECK(strcmp(now()->group_of[ASHA], now()->group_of[LENA]) != 0);
	CHECK(strcmp(now()->group_of[LECTURER], world->code) == 0);
	CHECK(ok(LECTURER, "breakout.end", "{\"seconds\":0}"));
	CHECK(now()->groups == 0);
	CHECK(strcmp(now()->group_of[ASHA], world->code) == 0);
	CHECK(ok(LECTURER, "timer.stop", "{}"));
	for (int i = 0; i < N; i++)
		leave(i);
	for (int i = 0; i < N; i++)
		cJSON_Delete(all[i].d);
}

static void tune(struct conf *conf)
{
	conf->max_joins = conf->max_joins_per_address = 10000;
}

int main(void)
{
	static void (*const lessons[])(struct class_world * world) = {first, second,
								      third};

	return class_world_run_each(tune, lessons, 3);
}
