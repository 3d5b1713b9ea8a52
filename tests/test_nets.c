/* A class on two net threads: its members are on both, and see and hear each other.
 * Made to run under ThreadSanitizer, too.
 */
#include "mcu/nets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "tests/class_media.h"
#include "tests/class_world.h"
#include "tests/test.h"

static struct class_client *lecturer, *first, *second;
static struct class_client *all[3];

static bool ok(const char *error)
{
	if (error)
		fprintf(stderr, "refused: %s\n", error);
	return !error;
}

static bool nobody_waits_for_media(void)
{
	for (int i = 0; i < 3; i++) {
		const struct class_client_stats *s = class_client_stats(all[i]);

		if (s->frames < 10 || s->audio < 60)
			return false;
	}
	return true;
}

/* Only `who` speaks; all others hear it. What it gets itself is made for it alone
 * and is silent, but it comes. */
static void is_heard(struct class_client *who, const struct class_media *media)
{
	uint32_t heard[3], own = class_client_stats(who)->audio;
	bool done = false;

	class_client_send(who, media, true, true);
	CHECK(ok(class_client_ask(who, "media.set", "{\"mic\":true,\"cam\":true}")));
	for (int i = 0; i < 3; i++)
		heard[i] = class_client_stats(all[i])->audible;
	for (int64_t end = clock_us() + 60 * SEC_US; !done && clock_us() < end;) {
		class_world_pass(all, 3, 50);
		done = class_client_stats(who)->audio > own + 60;
		for (int i = 0; i < 3; i++)
			done &= all[i] == who ||
				class_client_stats(all[i])->audible > heard[i] + 20;
	}
	CHECK(done);
	CHECK(ok(class_client_ask(who, "media.set", "{\"mic\":false}")));
	class_world_pass(all, 3, 1000); /* until its last sound is out of the mix */
}

static void a_class_on_two(struct class_world *world)
{
	struct class_media *h264 = class_media_create(false, 180, 440);
	struct class_media *vp8 = class_media_create(true, 90, 700);
	uint16_t home;

	all[0] = lecturer = class_world_join(world, "Lecturer", true, false, false);
	all[1] = first = class_world_join(world, "Asha", false, true, false);
	all[2] = second = class_world_join(world, "Ivan", false, false, true);
	home = class_client_stats(lecturer)->media_port;
	/* the next one goes where the fewest are, the one after it where it is even */
	CHECK(class_client_stats(first)->media_port != home);
	is_heard(lecturer, h264);
	is_heard(first, vp8);
	RUN_UNTIL(all, 3, nobody_waits_for_media());
	for (int i = 0; i < 3; i++) /* both cameras, whichever thread they came by */
		RUN_UNTIL(all, 3, class_client_stats(all[i])->tiles >= 2);

	/* a source on the other thread is asked for a key frame, and muted by force */
	CHECK(ok(class_client_ask(first, "media.set", "{\"mic\":true}")));
	CHECK(ok(class_client_ask(lecturer, "member.mute", "{\"member\":\"\"}")));
	class_client_leave(first);
	all[1] = first = class_world_join(world, "Asha again", false, true, false);
	RUN_UNTIL(all, 3, class_client_stats(first)->frames >= 3);
	is_heard(first, vp8);
	/* the home thread loses all its members, the class goes on */
	class_client_leave(lecturer);
	class_client_leave(second);
	{
		uint32_t frames = class_client_stats(first)->frames;

		RUN_UNTIL(&all[1], 1, class_client_stats(first)->frames > frames + 5);
	}
	class_client_leave(first);
	class_media_destroy(h264);
	class_media_destroy(vp8);
}

static void two(struct conf *conf)
{
	conf->net_threads = 2;
	conf->net_spread = 1;
}

static void the_number(void)
{
	CHECK(nets_number(1) == 1 && nets_number(3) == 3);
	CHECK(nets_number(LIMIT_NETS) == LIMIT_NETS);
	CHECK(nets_number(0) >= 1 && nets_number(0) <= LIMIT_NETS);
}

static const char *refused(const struct conf *conf)
{
	static char why[200];

	why[0] = '\0';
	CHECK(nets_check_ports(conf, 4, why, sizeof(why)) == -EINVAL);
	return why;
}

/* Each thread has its own ports: there must be so many. */
static void the_ports(void)
{
	static struct conf conf;

	conf_init(&conf);
	conf.media_udp_port = 65533;
	CHECK(strstr(refused(&conf),
		     "media_udp_port: 4 net threads need the ports 65533"));
	conf_init(&conf);
	conf.advertise_tcp_port = 65535;
	CHECK(strstr(refused(&conf), "advertise_tcp_port"));
	conf_init(&conf);
	conf.media_tcp_port = 8440; /* to 8443, which is the page's */
	CHECK(strstr(refused(&conf), "http_port"));
}

int main(void)
{
	the_number();
	the_ports();
	return class_world_run(two, a_class_on_two);
}
