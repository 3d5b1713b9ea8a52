/* Who takes short packets of sound only gets no others, at no level, whether it hears
 * what all hear or everybody but itself; and pays for them in what its levels cost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "tests/class_world.h"
#include "tests/test.h"

enum { SHORT, MIDDLE, LONG, N };

static struct class_world *world;
static struct class_client *all[N];

static struct class_client *join(const char *name, unsigned maxptime_ms)
{
	const struct class_client_conf c = {.host = "127.0.0.1",
					    .port = world->port,
					    .code = world->code,
					    .name = name,
					    .maxptime_ms = maxptime_ms};
	struct class_client *client = class_client_join(&c, 60000);

	CHECK(client);
	return client;
}

static uint32_t heard(int i, int length)
{
	return class_client_stats(all[i])->lengths[length];
}

/* From here on, when what was on its way is there. */
static void at_level(const char *cap)
{
	char d[40];

	snprintf(d, sizeof(d), "{\"cap\":\"%s\"}", cap);
	for (int i = 0; i < N; i++)
		CHECK(!class_client_ask(all[i], "rtc.prefer", d));
	class_world_pass(all, N, 500);
}

struct before {
	uint32_t lengths[N][3], audible[N];
};

static struct before before(void)
{
	struct before b;

	for (int i = 0; i < N; i++) {
		memcpy(b.lengths[i], class_client_stats(all[i])->lengths,
		       sizeof(b.lengths[i]));
		b.audible[i] = class_client_stats(all[i])->audible;
	}
	return b;
}

static bool enough(const struct before *b, const int lengths[N])
{
	for (int i = 0; i < N; i++)
		if (heard(i, lengths[i]) < b->lengths[i][lengths[i]] + 30 ||
		    class_client_stats(all[i])->audible < b->audible[i] + 10)
			return false;
	return true;
}

/* Each gets packets of this length, and of no other; all hear somebody. */
static void all_hear(const int lengths[N])
{
	const struct before b = before();

	RUN_UNTIL(all, N, enough(&b, lengths));
	for (int i = 0; i < N; i++)
		for (int k = 0; k < 3; k++)
			CHECK(k == lengths[i] || heard(i, k) == b.lengths[i][k]);
}

/* One speaks: the others hear what all hear. Then two do: the first one hears what
 * is made for it alone. */
static void at_each_level(struct class_media *tone)
{
	static const int low[N] = {0, 1, 2}, mid[N] = {0, 1, 1};

	class_client_send(all[LONG], tone, false, true);
	CHECK(!class_client_ask(all[LONG], "media.set", "{\"mic\":true}"));
	class_client_send(all[SHORT], tone, false, true);
	CHECK(!class_client_ask(all[SHORT], "media.set", "{\"mic\":true}"));
	at_level("low");
	all_hear(low);
	at_level("mid");
	all_hear(mid);
	at_level("sound");
	all_hear(low);
	CHECK(!class_client_ask(all[SHORT], "media.set", "{\"mic\":false}"));
	class_client_send(all[MIDDLE], tone, false, true);
	CHECK(!class_client_ask(all[MIDDLE], "media.set", "{\"mic\":true}"));
	class_world_pass(all, N, 500);
	all_hear(low);
	/* all the time, at whatever level */
	CHECK(heard(SHORT, 1) == 0 && heard(SHORT, 2) == 0 && heard(MIDDLE, 2) == 0);
}

static void clients(struct class_world *w)
{
	struct class_media *tone = class_media_create(false, 100, 500);

	world = w;
	all[SHORT] = join("Short", 20);
	all[MIDDLE] = join("Middle", 45);
	all[LONG] = join("Long", 0);
	at_each_level(tone);
	for (int i = 0; i < N; i++)
		class_client_leave(all[i]);
	class_media_destroy(tone);
}

/* Headers are most of what short packets cost. */
static void costs(void)
{
	struct conf conf;
	struct ladder ladder;
	char why[200];

	conf_init(&conf);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	for (enum level level = LEVEL_SOUND; level < LEVELS; level++) {
		uint32_t usual = ladder_wire_bps(&ladder, level, CONTENT_PEOPLE, 60);
		uint32_t most = ladder_wire_bps(&ladder, level, CONTENT_PEOPLE, 20);

		CHECK(mix_class_ms(level_mix(level, 20)) == 20);
		CHECK(mix_class_ms(level_mix(level, 40)) <= 40);
		if (level == LEVEL_HIGH)
			CHECK(most == usual);
		else
			CHECK(most > usual + 15000 && most < usual + 30000);
		if (level > LEVEL_SOUND)
			CHECK(most >
			      ladder_wire_bps(&ladder, level - 1, CONTENT_PEOPLE, 20));
	}
	/* 64 bytes around each of 50 packets a second, instead of around 16.7 */
	CHECK(ladder_wire_bps(&ladder, LEVEL_LOW, CONTENT_PEOPLE, 20) -
		      ladder_wire_bps(&ladder, LEVEL_LOW, CONTENT_PEOPLE, 60) ==
	      64 * 8 * 50 - 64 * 8 * 1000 / 60);
}

int main(void)
{
	costs();
	return class_world_run(NULL, clients);
}
