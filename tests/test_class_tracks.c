/* A class recorded as tracks, against a whole server: each member's camera and voice are
 * files of their own, whose units are those that were sent; who is not in the class, or
 * while it pauses, is in none. Only who records sees that there are such files; nothing
 * is made of them, so the full edition comes along, and of one without it there is
 * nothing to play.
 */
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/editions.h"
#include "mcu/room.h"
#include "mcu/workshop_work.h"
#include "tests/class_media.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/stream.h"

static struct class_world *world;
static struct class_client *who[2]; /* the lecturer, and a student */
static char id[DB_ID + 1];

static bool ok(const char *type, const char *d)
{
	return class_client_ok(class_client_ask(who[0], type, d));
}

static bool listed(void)
{
	if (!class_client_list(who[0], 1))
		return false;
	CHECK(strstr(class_client_reply(who[0]), id));
	return strstr(class_client_reply(who[0]), "\"state\":\"ready\"");
}

static cJSON *list_of(void)
{
	char path[300], text[20000];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/recordings/%s.tracks.dir/tracks.json",
		 world->dir, id);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	CHECK(n > 0);
	text[n] = '\0';
	fprintf(stderr, "%s", text);
	return cJSON_Parse(text);
}

/* ---- the units
 * ------------------------------------------------------------------------- */

/* Is it one of those that are sent, byte by byte? */
static bool was_sent(const struct class_media *m, const AVPacket *p, bool voice)
{
	int n = voice ? 50 : CLASS_FPS;

	for (int i = 0; i < n; i++) {
		const struct au *au = voice ? m->audio[i]->au : m->video[i]->au;

		if (au->len == (size_t)p->size && memcmp(au->data, p->data, au->len) == 0)
			return true;
	}
	return false;
}

/* All of the file are; returns how many there are, and the first time (s). */
static int units(const struct class_media *m, const char *file, bool voice, double *first)
{
	AVFormatContext *ctx = NULL;
	AVPacket *p = av_packet_alloc();
	char path[300];
	int n = 0;

	snprintf(path, sizeof(path), "%s/recordings/%s.tracks.dir/%s", world->dir, id,
		 file);
	CHECK(p && avformat_open_input(&ctx, path, NULL, NULL) == 0);
	for (; av_read_frame(ctx, p) >= 0; n++) {
		if (!n)
			*first = (double)p->pts * av_q2d(ctx->streams[0]->time_base);
		CHECK(was_sent(m, p, voice));
		CHECK(n || p->flags & AV_PKT_FLAG_KEY);
		av_packet_unref(p);
	}
	avformat_close_input(&ctx);
	av_packet_free(&p);
	return n;
}

static const char *text(const cJSON *track, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(track, key));
}

static int64_t number(const cJSON *track, const char *key)
{
	return (int64_t)cJSON_GetNumberValue(
		cJSON_GetObjectItemCaseSensitive(track, key));
}

static void look_at(const cJSON *list, const struct class_media *m, const char *name,
		    const char *source, int most_ms, int *n_found)
{
	const cJSON *track;

	cJSON_ArrayForEach(track, cJSON_GetObjectItemCaseSensitive(list, "tracks"))
	{
		bool voice = strcmp(source, "voice") == 0;
		double first = -1;
		int n;

		if (strcmp(text(track, "name"), name) != 0 ||
		    strcmp(text(track, "source"), source) != 0)
			continue;
		n = units(m, text(track, "file"), voice, &first);
		fprintf(stderr, "%s of %s: %d units from %.3f s\n", source, name, n,
			first);
		CHECK(fabs(first * 1000 - (double)number(track, "start_ms")) <= 2);
		CHECK(number(track, "end_ms") <= most_ms);
		CHECK(n >= (voice ? 50 : 10));
		(*n_found)++;
	}
}

/* ---- the class
 * --------------------------------------------------------------------------- */

static int http_status(const char *url, char *reply, size_t size)
{
	struct stream *stream = stream_open("127.0.0.1", world->port, false);
	char ask[500];
	size_t len = 0;
	int n;

	CHECK(stream);
	n = snprintf(ask, sizeof(ask),
		     "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", url);
	CHECK(stream_write(stream, ask, (size_t)n));
	while (len + 1 < size &&
	       (n = stream_read(stream, reply + len, size - 1 - len, 5000)) > 0)
		len += (size_t)n;
	reply[len] = '\0';
	stream_close(stream);
	CHECK(strncmp(reply, "HTTP/1.1 ", 9) == 0);
	return atoi(reply + 9);
}

/* What the page does: the list, then each file by the same signature. */
static void can_be_saved(void)
{
	const char *at = strstr(class_client_reply(who[0]), "\"edition\":\"tracks\"");
	char url[300], other[400];
	static char reply[20000];
	const char *name, *query;
	int base;

	CHECK(at && (at = strstr(at, "\"url\":\"")));
	snprintf(url, sizeof(url), "%.*s", (int)strcspn(at + 7, "\""), at + 7);
	CHECK(http_status(url, reply, sizeof(reply)) == 200);
	CHECK(strstr(reply, "{\"file\":\"1.mkv\"") && strstr(reply, "application/json"));
	name = strstr(url, "tracks.json");
	CHECK(name);
	base = (int)(name - url);
	query = name + strlen("tracks.json");
	snprintf(other, sizeof(other), "%.*s1.mkv%s&download=1", base, url, query);
	CHECK(http_status(other, reply, sizeof(reply)) == 200);
	CHECK(strstr(reply, "-1.mkv") && strstr(reply, "video/x-matroska"));
	snprintf(other, sizeof(other), "%.*s99.mkv%s", base, url, query);
	CHECK(http_status(other, reply, sizeof(reply)) == 404);
	snprintf(other, sizeof(other), "%.*sa.mkv%s", base, url, query);
	CHECK(http_status(other, reply, sizeof(reply)) == 403);
	snprintf(other, sizeof(other), "%.*s%s", base - 1, url, query);
	CHECK(http_status(other, reply, sizeof(reply)) == 403);
	url[strlen(url) - 2] ^= 1;
	CHECK(http_status(url, reply, sizeof(reply)) == 403);
}

static int times(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void looked(void *arg)
{
	thread_claim(&on_ctl);
	*(bool *)arg = strcmp(world->server->workshop->over, id) == 0;
}

static bool looked_at(void)
{
	bool so = false;

	class_world_on(world, looked, &so);
	return so;
}

static bool student_lists(void)
{
	if (!class_client_list(who[1], 1))
		return false;
	CHECK(strstr(class_client_reply(who[1]), id));
	return true;
}

/* What each pupil sent is for who records; nobody can play it. */
static void who_sees(void)
{
	const char *text = class_client_reply(who[0]);

	CHECK(times(text, "\"url\":") == 3 && times(text, "\"edition\":\"full\"") == 1);
	CHECK(strstr(strstr(text, "\"edition\":\"tracks\""), "\"url\":"));
	RUN_UNTIL(who, 2, student_lists());
	text = class_client_reply(who[1]);
	CHECK(times(text, "\"url\":") == 2 && times(text, "tracks") == 0);
	CHECK(times(text, "\"edition\":\"full\"") == 1);
}

static void put_tracks_alone(void *arg)
{
	struct db_recording row = {.id = "alone",
				   .file = "alone",
				   .title = "Alone",
				   .state = "ready",
				   .bytes = 9};
	const struct db_recording_file file = {.id = "alone.tracks",
					       .recording = "alone",
					       .edition = "tracks",
					       .ext = "dir",
					       .bytes = 9};
	struct db *db = world->server->db;

	thread_claim(&on_ctl);
	row.started_ms = *(const int64_t *)arg;
	snprintf(row.room, sizeof(row.room), "%s", class_world_room(world)->row.id);
	CHECK(db_recording_put(db, &row) == 0 && db_recording_file_put(db, &file) == 0);
	snprintf(id, sizeof(id), "%s", row.id);
	workshop_look(world->server->workshop);
}

/* As recordings were before the full edition came along. */
static void of_tracks_alone(void)
{
	int64_t started_ms = clock_wall_ms();
	const char *text;

	RUN_UNTIL(who, 2, count_get(COUNT_MADE) == 1);
	class_world_on(world, put_tracks_alone, &started_ms);
	RUN_UNTIL(who, 2, looked_at());
	CHECK(count_get(COUNT_MADE_FAILED) == 0 && count_get(COUNT_MADE) == 1);
	RUN_UNTIL(who, 2, listed());
	text = class_client_reply(who[0]);
	CHECK(times(text, "\"url\":") == 1 && times(text, "\"made\":") == 0);
	RUN_UNTIL(who, 2, student_lists());
	text = class_client_reply(who[1]);
	CHECK(times(text, "\"url\":") == 0 && times(text, "tracks") == 0);
	CHECK(times(text, "\"editions\":[]") == 1 && times(text, "\"made\":") == 0);
}

static void unknown(void)
{
	const char *error = class_client_ask(who[0], "record.start",
					     "{\"editions\":[\"slides\"]}");

	CHECK(class_client_said(error, "bad_field"));
	CHECK(strstr(class_client_reply(who[0]), "slides is none of full, light"));
	for (enum edition e = 0; e < EDITIONS; e++)
		CHECK(strstr(class_client_reply(who[0]), edition_name(e)));
}

static void record(const struct class_media *m[2])
{
	const char *at;
	cJSON *list;
	int n = 0;

	unknown();
	CHECK(ok("record.start", "{\"editions\":[\"tracks\"]}"));
	at = strstr(class_client_reply(who[0]), "\"id\":\"");
	CHECK(at);
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(at + 6, "\""), at + 6);
	RUN_UNTIL(who, 2, class_world_records(world));
	class_world_pass(who, 2, 2500);
	CHECK(ok("record.pause", "{}"));
	class_world_pass(who, 2, 2000);
	CHECK(ok("record.resume", "{}"));
	RUN_UNTIL(who, 2, class_world_records(world));
	class_world_pass(who, 2, 1500);
	/* a camera that is switched off and on is another track */
	CHECK(class_client_ok(class_client_ask(who[1], "media.set", "{\"cam\":false}")));
	class_world_pass(who, 2, 300);
	CHECK(class_client_ok(class_client_ask(who[1], "media.set", "{\"cam\":true}")));
	class_world_pass(who, 2, 2500);
	CHECK(ok("record.stop", "{}"));
	RUN_UNTIL(who, 2, listed());
	can_be_saved();
	who_sees();
	list = list_of();
	look_at(list, m[0], "L", "voice", 9000, &n);
	look_at(list, m[0], "L", "camera", 9000, &n);
	CHECK(n == 2);
	look_at(list, m[1], "S", "voice", 9000, &n);
	CHECK(n == 3);
	look_at(list, m[1], "S", "camera", 9000, &n);
	CHECK(n == 5);
	cJSON_Delete(list);
	of_tracks_alone();
}

static void clients(struct class_world *of)
{
	struct class_media *made[2] = {class_media_create(true, 90, 440),
				       class_media_create(true, 150, 880)};
	const struct class_media *m[2] = {made[0], made[1]};

	world = of;
	who[0] = class_world_join(world, "L", true, true, false);
	who[1] = class_world_join(world, "S", false, true, false);
	CHECK(who[0] && who[1]);
	for (int i = 0; i < 2; i++) {
		class_client_send(who[i], m[i], true, true);
		CHECK(class_client_ok(class_client_ask(who[i], "media.set",
						       "{\"mic\":true,\"cam\":true}")));
	}
	RUN_UNTIL(who, 2, class_client_stats(who[0])->frames >= 10);
	record(m);
	for (int i = 0; i < 2; i++) {
		class_client_leave(who[i]);
		class_media_destroy(made[i]);
	}
}

/* With a workshop, which looks at it; it is not to wait for a quiet machine. */
static void tune(struct conf *conf)
{
	conf->derive = true;
	conf->shed = false;
	deck_http_reader(conf);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	return class_world_run(tune, clients);
}
