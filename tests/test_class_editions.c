/* A class recorded in three editions at once, against a whole server: all play and are of
 * one length, also with a pause in it; links bind their edition; marks; one that fails.
 * Needs ffprobe and ffmpeg, else it is skipped.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mcu/editions.h"
#include "mcu/ids.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/takes.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

static const struct class_world *world;
static struct class_client *lecturer;
static const char *const names[] = {"full", "light", "sound"};
static char id[40], urls[3][300];
static int64_t most_mark_ms; /* in the file, by what was measured */

/* On a slow machine more questions come than are taken at once. */
static bool ok(const char *type, const char *d)
{
	const char *error = class_client_ask(lecturer, type, d);

	for (int i = 0; error && strcmp(error, "too_fast") == 0 && i < 50; i++) {
		usleep(300000);
		error = class_client_ask(lecturer, type, d);
	}
	return class_client_ok(error);
}

static bool said(const char *type, const char *d, const char *want)
{
	return class_client_said(class_client_ask(lecturer, type, d), want);
}

/* A text of the last reply behind `key`, from `at` on. */
static const char *text_behind(const char *at, const char *key, char *out, size_t size)
{
	size_t n;

	at = at ? strstr(at, key) : NULL;
	if (!at)
		return NULL;
	at += strlen(key);
	n = strcspn(at, "\"");
	CHECK(n < size);
	memcpy(out, at, n);
	out[n] = '\0';
	return at;
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

static void path_of(int edition, char *path, size_t size)
{
	snprintf(path, size, "%s/recordings/%s%s%s.%s", world->dir, id,
		 edition ? "." : "", edition ? names[edition] : "",
		 edition == 2 ? "m4a" : "mp4");
}

static void start(const char *d)
{
	CHECK(ok("record.start", d));
	CHECK(text_behind(class_client_reply(lecturer), "\"id\":\"", id, sizeof(id)));
}

static void bad_wishes(void)
{
	CHECK(said("record.start", "{\"editions\":[\"slides\"]}", "bad_field"));
	CHECK(said("record.start", "{\"editions\":[\"full\",7]}", "bad_field"));
	CHECK(said("record.start", "{\"editions\":[]}", "bad_field"));
	CHECK(said("record.start", "{\"editions\":\"full\"}", "bad_field"));
	CHECK(said("record.pause", "{}", "not_recording"));
	CHECK(said("record.resume", "{}", "not_recording"));
	CHECK(said("record.mark", "{}", "not_recording"));
}

/* Something of the edition is on the disk. */
static bool begun(int edition)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/recordings/%s%s%s.part.%s", world->dir, id,
		 edition ? "." : "", edition ? names[edition] : "",
		 edition == 2 ? "m4a" : "mp4");
	return stat(path, &st) == 0 && st.st_size > 2000;
}

/* Two seconds, a pause of more than one, and two more: the files last for at least and
 * at most so long. */
static void record(int64_t *least_ms, int64_t *most_ms)
{
	int64_t from_us, begun_us, paused_us;

	start("{\"title\":\"Three\",\"editions\":[\"full\",\"light\",\"sound\"]}");
	CHECK(said("record.resume", "{}", "no_change"));
	from_us = clock_us();
	RUN_UNTIL(&lecturer, 1, begun(0) && begun(1) && begun(2));
	begun_us = clock_us();
	class_world_pass(&lecturer, 1, 2000);
	CHECK(ok("record.pause", "{}") && said("record.pause", "{}", "no_change"));
	paused_us = clock_us();
	class_world_pass(&lecturer, 1, 1500);
	CHECK(ok("record.resume", "{}"));
	paused_us = clock_us() - paused_us;
	class_world_pass(&lecturer, 1, 1000);
	CHECK(ok("record.mark", "{\"text\":\"Second half\"}"));
	most_mark_ms = (clock_us() - from_us - paused_us) / MS_US + 500;
	class_world_pass(&lecturer, 1, 1000);
	CHECK(ok("record.stop", "{}"));
	*most_ms = (clock_us() - from_us - paused_us) / MS_US + 500;
	/* a busy machine has a key frame late, first and after the pause */
	*least_ms = (clock_us() - begun_us - paused_us) / MS_US - 3000;
	RUN_UNTIL(&lecturer, 1, listed("ready"));
}

static void all_play(int64_t least_ms, int64_t most_ms)
{
	double lengths[3];

	for (int i = 0; i < 3; i++) {
		char path[300];

		path_of(i, path, sizeof(path));
		lengths[i] = mp4_probe(path, "", "format=duration");
		mp4_decodes(path);
		mp4_is_fast_start(path);
		fprintf(stderr, "%s: %.3f s, the first %.3f, of %lld to %lld ms\n", path,
			lengths[i], lengths[0], (long long)least_ms, (long long)most_ms);
		CHECK(fabs(lengths[i] - lengths[0]) <= 0.1);
		CHECK(lengths[i] * 1000 >= (double)least_ms &&
		      lengths[i] * 1000 <= (double)most_ms);
	}
}

/* Each edition has its size and a link of its own, which opens no other. */
static void links(void)
{
	const char *at = class_client_reply(lecturer);
	char edition[20], other[300];

	at = strstr(at, "\"editions\":[");
	CHECK(at);
	for (int i = 0; i < 3; i++) {
		at = text_behind(at, "\"edition\":\"", edition, sizeof(edition));
		CHECK(at && strcmp(edition, names[i]) == 0);
		CHECK(strtoll(strstr(at, "\"bytes\":") + 8, NULL, 10) > 1000);
		CHECK(strtoll(strstr(at, "\"ms\":") + 5, NULL, 10) > 1000);
		at = text_behind(at, "\"url\":\"", urls[i], sizeof(urls[i]));
	}
	CHECK(deck_http_get(world, urls[0]) == 200);
	CHECK(strstr(deck_http_body(), "video/mp4"));
	CHECK(deck_http_get(world, urls[1]) == 200);
	CHECK(deck_http_get(world, urls[2]) == 200);
	CHECK(strstr(deck_http_body(), "audio/mp4"));
	snprintf(other, sizeof(other), "/api/v1/recordings/%s/sound%s", id,
		 strchr(urls[1], '?'));
	CHECK(deck_http_get(world, other) == 403);
	snprintf(other, sizeof(other), "/api/v1/recordings/%s/full%s", id,
		 strchr(urls[0], '?'));
	CHECK(deck_http_get(world, other) == 403);
	snprintf(other, sizeof(other), "/api/v1/recordings/%s/slides%s", id,
		 strchr(urls[0], '?'));
	CHECK(deck_http_get(world, other) == 403);
}

static void marks(void)
{
	const char *at;
	char d[80];
	long ms;

	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	CHECK(ok("recording.marks", d));
	at = strstr(class_client_reply(lecturer), "\"at_ms\":");
	CHECK(at && strstr(at, "\"text\":\"Second half\""));
	ms = strtol(at + 8, NULL, 10);
	if (ms < 1000 || ms > most_mark_ms)
		fprintf(stderr, "marked at %ld of %lld ms\n", ms,
			(long long)most_mark_ms);
	CHECK(ms >= 1000 && ms <= most_mark_ms); /* without the pause */
	CHECK(ok("recording.marks", "{\"id\":\"nothing\"}"));
	CHECK(strstr(class_client_reply(lecturer), "\"marks\":[]"));
}

static void deleted(void)
{
	struct stat st;
	char d[80], path[300];

	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"now\":true}", id);
	CHECK(ok("recording.delete", d));
	for (int i = 0; i < 3; i++) {
		path_of(i, path, sizeof(path));
		CHECK(stat(path, &st) < 0 && errno == ENOENT);
		CHECK(deck_http_get(world, urls[i]) == 404);
	}
	CHECK(ok("recording.marks", d));
	CHECK(strstr(class_client_reply(lecturer), "\"marks\":[]"));
}

static void light_fails(void *arg)
{
	struct room *room;
	struct recording_result result = {.edition = EDITION_LIGHT, .err = -EIO};
	uint32_t rung;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	CHECK(room->editions ==
	      (EDITION_BIT(EDITION_LIGHT) | EDITION_BIT(EDITION_SOUND)));
	/* whatever becomes of the ladder, it is of the rung that it began with */
	rung = rungs_recorded(room, EDITION_LIGHT);
	CHECK(edition_level(room->server->conf, &room->ladder, EDITION_LIGHT) ==
	      LEVEL_MID);
	for (enum content content = 0; content < CONTENTS; content++)
		room->ladder.video[LEVEL_MID][content].kbps = 400;
	CHECK(edition_level(room->server->conf, &room->ladder, EDITION_LIGHT) ==
	      LEVEL_LOW);
	CHECK(rung && rungs_recorded(room, EDITION_LIGHT) == rung);
	/* as the recorder tells of a plugin in trouble */
	result.id = room->base + ID_RECORDING;
	snprintf(result.name, sizeof(result.name), "%s", id);
	takes_done(room->server, &result);
	CHECK(room->recording && room->editions == EDITION_BIT(EDITION_SOUND));
	*(bool *)arg = true;
}

/* The others go on, and are listed with the reason of the one that failed. */
static void one_fails(void)
{
	char url[300];
	bool failed = false;

	start("{\"editions\":[\"sound\",\"light\"]}");
	RUN_UNTIL(&lecturer, 1, begun(1) && begun(2));
	class_world_on(world, light_fails, &failed);
	CHECK(failed);
	class_world_pass(&lecturer, 1, 700);
	CHECK(ok("record.stop", "{}"));
	RUN_UNTIL(&lecturer, 1, listed("interrupted"));
	CHECK(!strstr(class_client_reply(lecturer), "\"edition\":\"full\""));
	CHECK(strstr(
		class_client_reply(lecturer),
		"\"edition\":\"light\",\"bytes\":0,\"ms\":0,\"error\":\"write_failed\""));
	CHECK(text_behind(class_client_reply(lecturer), "\"url\":\"", url, sizeof(url)));
	CHECK(strstr(url, "/sound?") && deck_http_get(world, url) == 200);
}

static void everything(struct class_world *of)
{
	struct class_media *h264 = class_media_create(false, 90, 440);
	int64_t least_ms, most_ms;

	world = of;
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && h264);
	class_client_send(lecturer, h264, true, true);
	CHECK(ok("media.set", "{\"mic\":true,\"cam\":true}"));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
	bad_wishes();
	record(&least_ms, &most_ms);
	links();
	all_play(least_ms, most_ms);
	marks();
	deleted();
	one_fails();
	class_client_leave(lecturer);
	class_media_destroy(h264);
}

static void tune(struct conf *conf)
{
	snprintf(conf->record_light, sizeof(conf->record_light), "mid");
}

int main(void)
{
	log_set_level(LOG_ERROR);
	if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null "
		   "2>&1") != 0)
		return 77;
	return class_world_run(tune, everything);
}
