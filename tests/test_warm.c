/* Who waits before a class: connected, but not seen, not heard, not counted and not
 * told anything, until it enters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "mcu/member.h"
#include "mcu/porch.h"
#include "tests/class_media.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

static struct class_world *world;
static struct class_client *all[2]; /* a lecturer, and who waits */

static struct class_client *warm(const char *name)
{
	const struct class_client_conf c = {.host = "127.0.0.1",
					    .port = world->port,
					    .code = world->code,
					    .name = name,
					    .warm = true};
	struct class_client *client = class_client_join(&c, 60000);

	CHECK(client);
	return client;
}

static bool knows(struct class_client *c, const char *text)
{
	return strstr(class_client_reply(c), text) != NULL;
}

/* From where it asks to be let in. */
static int64_t until_a_frame(struct class_client **list, struct class_client *who)
{
	int64_t from = clock_us();

	while (!class_client_stats(who)->first_video_us &&
	       clock_us() - from < 60 * SEC_US)
		class_world_pass(list, 2, 1);
	CHECK(class_client_stats(who)->first_video_us);
	return class_client_stats(who)->first_video_us - from;
}

static void waits_unseen(const struct class_media *media)
{
	uint32_t decoded, audible, events;

	all[1] = warm("");
	CHECK(knows(all[1], "\"warm\":true") && knows(all[1], "\"title\":\"Tested\""));
	CHECK(!knows(all[1], "\"members\"") && !knows(all[1], "\"chat\":"));
	CHECK(count_get(COUNT_MEMBERS) == 1 && count_get(COUNT_PEERS) == 2);
	class_world_pass(all, 2, 300);

	/* what it sends goes nowhere, and it gets nothing */
	decoded = (uint32_t)count_get(COUNT_FRAMES_DECODED);
	audible = class_client_stats(all[0])->audible;
	events = class_client_stats(all[1])->events;
	class_client_send(all[1], media, true, true);
	CHECK(class_client_ok(
		class_client_ask(all[0], "chat.send", "{\"text\":\"to the class\"}")));
	class_world_pass(all, 2, 1500);
	CHECK(count_get(COUNT_FRAMES_DECODED) == decoded);
	CHECK(class_client_stats(all[0])->audible == audible);
	CHECK(class_client_stats(all[1])->audio == 0);
	CHECK(class_client_stats(all[1])->video == 0);
	CHECK(class_client_stats(all[1])->events == events);

	/* it can do what belongs to its own call, and nothing in the class */
	CHECK(class_client_ok(class_client_ask(all[1], "rtc.prefer",
					       "{\"tall\":true,\"net\":\"4g\"}")));
	CHECK(class_client_said(class_client_ask(all[1], "chat.send", "{\"text\":\"x\"}"),
				"bad_state"));
	CHECK(class_client_said(class_client_ask(all[1], "media.set", "{\"mic\":true}"),
				"bad_state"));
	CHECK(class_client_said(class_client_ask(all[1], "screen.set", "{\"on\":true}"),
				"bad_state"));
	CHECK(class_client_said(
		class_client_ask(all[1], "join", "{\"code\":\"x\",\"name\":\"y\"}"),
		"bad_state"));
	CHECK(class_client_said(class_client_ask(all[0], "enter", "{}"), "bad_state"));
}

static void enters(void)
{
	uint32_t audible = class_client_stats(all[0])->audible;

	CHECK(class_client_said(class_client_enter(all[1], "{}"),
				"bad_field")); /* without a name */
	CHECK(class_client_said(class_client_enter(all[1], "{\"name\":\"\\u202e\"}"),
				"bad_name"));
	CHECK(count_get(COUNT_MEMBERS) == 1);
	CHECK(class_client_ok(class_client_enter(
		all[1], "{\"name\":\"Asha\",\"mic\":true,\"cam\":true}")));
	CHECK(knows(all[1], "\"members\"") && knows(all[1], "\"Asha\""));
	CHECK(knows(all[1], "to the class"));
	CHECK(count_get(COUNT_MEMBERS) == 2);
	until_a_frame(all, all[1]);
	RUN_UNTIL(all, 2, class_client_stats(all[0])->audible > audible + 20);
	RUN_UNTIL(all, 2, class_client_stats(all[0])->tiles >= 1);
	RUN_UNTIL(all, 2, class_client_stats(all[1])->audio > 30);
	CHECK(class_client_said(class_client_enter(all[1], "{}"), "bad_state"));
	class_client_leave(all[1]);
	CHECK(count_get(COUNT_MEMBERS) == 1 && count_get(COUNT_PEERS) <= 2);
}

/* Nothing is lost with who waits: it does not come back by its token. */
static void is_let_go(void)
{
	char text[9000], ask[120], token[40] = "";
	struct class_client *c = warm("Ivan");
	struct ws_client *ws;
	const char *at = strstr(class_client_reply(c), "\"session\":\"");

	CHECK(at && sscanf(at, "\"session\":\"%32[a-z0-9]", token) == 1);
	class_client_vanish(c);
	all[1] = warm("Lena");
	class_client_leave(all[1]);
	ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(ws);
	snprintf(ask, sizeof(ask),
		 "{\"t\":\"resume\",\"id\":2,\"d\":{\"token\":\"%s\",\"seq\":0}}", token);
	CHECK(ws_client_send(ws, ask));
	CHECK(ws_client_recv(ws, text, sizeof(text), 60000) > 0);
	CHECK(strstr(text, "no_session"));
	ws_client_close(ws);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

#define TIMES 9

/* Tells how long the first frame takes, when somebody watches already: only told,
 * since it depends on the machine. */
static void how_long(void)
{
	int64_t cold_us[TIMES], warm_us[TIMES];

	for (int i = 0; i < TIMES; i++) {
		int64_t from = clock_us();

		all[1] = class_world_join(world, "Cold", false, false, false);
		cold_us[i] = until_a_frame(all, all[1]);
		cold_us[i] = class_client_stats(all[1])->first_video_us - from;
		class_client_leave(all[1]);
		all[1] = warm("Warm");
		class_world_pass(all, 2, 100);
		from = clock_us();
		CHECK(class_client_ok(class_client_enter(all[1], "{}")));
		until_a_frame(all, all[1]);
		warm_us[i] = class_client_stats(all[1])->first_video_us - from;
		class_client_leave(all[1]);
	}
	qsort(cold_us, TIMES, sizeof(cold_us[0]), by_size);
	qsort(warm_us, TIMES, sizeof(warm_us[0]), by_size);
	printf("first frame after: join %lld ms, enter %lld ms (medians)\n",
	       (long long)cold_us[TIMES / 2] / 1000,
	       (long long)warm_us[TIMES / 2] / 1000);
}

static void a_class(struct class_world *w)
{
	struct class_media *h264 = class_media_create(false, 180, 440);

	world = w;
	all[0] = class_world_join(world, "Lecturer", true, false, false);
	class_client_send(all[0], NULL, false, false);
	waits_unseen(h264);
	enters();
	is_let_go();
	how_long();
	all[1] = warm("Stays until the end");
	CHECK(class_client_ok(class_client_ask(all[0], "class.end", "{}")));
	class_client_vanish(all[0]);
	/* the class has ended, but can be entered */
	CHECK(class_client_ok(class_client_enter(all[1], "{}")));
	class_client_leave(all[1]);
	all[1] = warm("Stays until the server stops");
	class_client_vanish(all[1]);
	class_media_destroy(h264);
}

int main(void)
{
	return class_world_run(NULL, a_class);
}
