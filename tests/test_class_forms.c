/* A class recorded in every form at once, against a whole server: the rung becomes larger
 * and smaller in the midst, a platform does not answer, and all files play, of one
 * length. What is asked for wrongly is refused whole; a full disk is told to everybody; a
 * recording waits while all are in groups. Needs ffprobe and ffmpeg, else it is skipped.
 */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mcu/breakout.h"
#include "mcu/editions.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

static const struct class_world *world;
static struct class_client *lecturer;
static char id[40], push[100], wish[700];
static int64_t all_us; /* that the class with groups took */
static uint32_t forms; /* that this server makes, a bit each */

static bool ok(const char *type, const char *d)
{
	return class_client_ok(class_client_ask(lecturer, type, d));
}

static bool refused(const char *d)
{
	return class_client_said(class_client_ask(lecturer, "record.start", d),
				 "bad_field");
}

/* What there is, and the wish for all of it. */
static void options(void)
{
	const char *reply;
	size_t n = 0;

	CHECK(ok("record.options", "{}"));
	reply = class_client_reply(lecturer);
	for (enum edition e = 0; e < EDITIONS; e++) {
		char want[60];

		snprintf(want, sizeof(want),
			 "\"edition\":\"%s\",\"hour_mb\":", edition_name(e));
		if (!strstr(reply, want))
			continue;
		CHECK(atoi(strstr(reply, want) + strlen(want)) > 10);
		forms |= EDITION_BIT(e);
		n += (size_t)snprintf(wish + n, sizeof(wish) - n, "%s\"%s\"",
				      n ? "," : "{\"editions\":[", edition_name(e));
	}
	CHECK(forms & EDITION_BIT(EDITION_FULL) && forms & EDITION_BIT(EDITION_SOUND));
	snprintf(wish + n, sizeof(wish) - n, "]%s}",
		 forms & EDITION_BIT(EDITION_PUSH) ? push : "");
}

/* A port that takes connections and says nothing: as a platform in trouble. */
static int mute_platform(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0);
	CHECK(listen(fd, 8) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	snprintf(push, sizeof(push), ",\"push\":\"rtmp://127.0.0.1:%u/live/secretkey\"",
		 ntohs(at.sin_port));
	return fd;
}

static void wrong_wishes(void)
{
	CHECK(refused("{\"editions\":[\"push\"]}"));
	CHECK(refused("{\"editions\":[\"full\"],\"push\":\"rtmp://127.0.0.1/a/b\"}"));
	CHECK(refused("{\"editions\":[\"push\"],\"push\":\"http://127.0.0.1/a/b\"}"));
	CHECK(refused("{\"push\":\"rtmp://10.0.0.1/a/b\"}"));
	CHECK(refused("{\"push\":7}"));
	CHECK(ok("recording.list", "{}"));
	CHECK(strstr(class_client_reply(lecturer), "\"recordings\":[]"));
}

static void resize(void *arg)
{
	const uint16_t *size = arg;
	struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	for (enum content content = 0; content < CONTENTS; content++) {
		room->ladder.video[LEVEL_MAIN][content].w_px = size[0];
		room->ladder.video[LEVEL_MAIN][content].h_px = size[1];
	}
	rungs_update(room);
}

static void path_of(enum edition e, char *path, size_t size)
{
	static const char *const ext[EDITIONS] = {"mp4",  "mp4",
						  "m4a",  "mkv",
						  "webm", "hls/index.m3u8",
						  "",     "dir/tracks.json"};

	snprintf(path, size, "%s/recordings/%s%s%s.%s", world->dir, id,
		 e == EDITION_FULL ? "" : ".", e == EDITION_FULL ? "" : edition_name(e),
		 ext[e]);
}

static bool listed(const char *state)
{
	char want[40];

	snprintf(want, sizeof(want), "\"state\":\"%s\"", state);
	if (!class_client_list(lecturer, 1))
		return false;
	CHECK(strstr(class_client_reply(lecturer), id));
	return strstr(class_client_reply(lecturer), want);
}

static void began(void)
{
	const char *at = strstr(class_client_reply(lecturer), "\"id\":\"");

	CHECK(at);
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(at + 6, "\""), at + 6);
}

static void record_all(void)
{
	static const uint16_t larger[] = {960, 540}, before[] = {640, 360};

	CHECK(ok("record.start", wish));
	began();
	RUN_UNTIL(&lecturer, 1, class_world_records(world));
	class_world_pass(&lecturer, 1, 2000);
	class_world_on(world, resize, (void *)larger);
	class_world_pass(&lecturer, 1, 2000);
	class_world_on(world, resize, (void *)before);
	class_world_pass(&lecturer, 1, 2000);
	CHECK(ok("record.stop", "{}"));
	RUN_UNTIL(&lecturer, 1, listed("ready"));
}

/* Of all pictures in it, how many are of this width. */
static int wide(const char *path, int w_px)
{
	char cmd[700], out[100];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -select_streams v:0 -show_entries frame=width -of "
		 "csv=p=0 '%s' | grep -c '^%d' || true",
		 path, w_px);
	mp4_run(cmd, out, sizeof(out));
	return atoi(out);
}

static void all_play(void)
{
	double first = 0;

	for (enum edition e = 0; e < EDITION_PUSH; e++) {
		char path[300];
		double length;

		if (!(forms & EDITION_BIT(e)))
			continue;
		path_of(e, path, sizeof(path));
		mp4_decodes(path);
		length = mp4_probe(path, "", "format=duration");
		if (e == EDITION_FULL)
			first = length;
		fprintf(stderr, "%s: %.3f s\n", path, length);
		CHECK(fabs(length - first) <= 0.2 && length > 3);
		if (edition_level(&world->conf, &world->server->ladder, e) != LEVEL_MAIN)
			continue;
		if (!wide(path, 960) || !wide(path, 640))
			fprintf(stderr, "%s: %d and %d pictures\n", path, wide(path, 960),
				wide(path, 640));
		CHECK(wide(path, 960) >= 5 && wide(path, 640) >= 10);
	}
}

struct groups {
	struct room *room;
	bool waits, on;
};

static void look(void *arg)
{
	struct groups *g = arg;

	thread_claim(&on_ctl);
	g->room = class_world_room(world);
	g->waits = g->room->recording_waits && g->room->recording_paused &&
		   g->room->n_members == 0;
	g->on = g->room->recording && !g->room->recording_paused &&
		g->room->recorded_counts;
}

static bool waits(void)
{
	struct groups g = {.waits = false};

	class_world_on(world, look, &g);
	return g.waits;
}

static bool goes_on(void)
{
	struct groups g = {.waits = false};

	class_world_on(world, look, &g);
	return g.on;
}

/* Everybody goes into a group and comes home: one recording. */
static void through_groups(int64_t *away_us)
{
	CHECK(ok("record.start", "{\"editions\":[\"full\"]}"));
	began();
	all_us = clock_us();
	RUN_UNTIL(&lecturer, 1, class_world_records(world));
	class_world_pass(&lecturer, 1, 1500);
	CHECK(ok("breakout.start", "{\"n\":1,\"how\":\"self\"}"));
	CHECK(ok("breakout.join", "{\"group\":1}"));
	RUN_UNTIL(&lecturer, 1, waits());
	*away_us = clock_us();
	class_world_pass(&lecturer, 1, 4000);
	CHECK(waits());
	*away_us = clock_us() - *away_us;
	CHECK(ok("breakout.join", "{\"group\":0}"));
	RUN_UNTIL(&lecturer, 1, goes_on());
	class_world_pass(&lecturer, 1, 2000);
	CHECK(ok("record.stop", "{}"));
	CHECK(ok("breakout.end", "{\"seconds\":0}"));
	RUN_UNTIL(&lecturer, 1, listed("ready"));
	all_us = clock_us() - all_us;
}

/* Without the time in which nobody was there. */
static void fewer_seconds(int64_t away_us)
{
	double length;
	char path[300];

	path_of(EDITION_FULL, path, sizeof(path));
	mp4_decodes(path);
	length = mp4_probe(path, "", "format=duration");
	fprintf(stderr, "%s: %.3f s, %.3f s away\n", path, length, (double)away_us / 1e6);
	CHECK(length >= 2.5 && length * 1e6 < (double)(all_us - away_us));
}

static void with_lecturer(struct class_world *of, void (*run)(void))
{
	struct class_media *h264 = class_media_create(false, 90, 440);

	world = of;
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && h264);
	class_client_send(lecturer, h264, true, true);
	CHECK(ok("media.set", "{\"mic\":true,\"cam\":true}"));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
	run();
	class_client_leave(lecturer);
	class_media_destroy(h264);
}

static void all_forms(void)
{
	int platform = mute_platform();
	char whole[sizeof(id)];
	int64_t away_us;

	options();
	wrong_wishes();
	record_all();
	memcpy(whole, id, sizeof(whole));
	through_groups(&away_us);
	/* who does not speak meanwhile is taken for gone: nothing is asked any more */
	fewer_seconds(away_us);
	memcpy(id, whole, sizeof(whole));
	all_play();
	close(platform);
}

static void first_server(struct class_world *of)
{
	with_lecturer(of, all_forms);
}

static void tune(struct conf *conf)
{
	conf->n_push_hosts = 1;
	snprintf(conf->push_hosts[0], sizeof(conf->push_hosts[0]), "127.0.0.1");
}

int main(void)
{
	log_set_level(LOG_ERROR);
	if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null "
		   "2>&1") != 0)
		return 77;
	return class_world_run(tune, first_server);
}
