/* A recording that runs, fetched by HTTP while it does: by members, and by those who only
 * watch. Against a whole server, with a folder as the plugin of HLS leaves it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "mcu/editions.h"
#include "mcu/rest_live.h"
#include "mcu/room.h"
#include "signaling/auth.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/stream.h"
#include "tests/test.h"

#define ID   "abcdefghij0123456789"
#define PART "/recordings/" ID ".live.part.hls"
#define DONE "/recordings/" ID ".live.hls"

#define OK(c, type, d) CHECK(!rights_ask(&(c), type, d))

static struct class_world *world;
static struct rights_client lecturer, pupil, other;
static char base[LIVE_URL]; /* of the pupil's link, with its last slash */
static char last[300000], open_url[LIVE_URL];
static uint32_t answers;
static int refusal;

/* ---- files ------------------------------------------------------------------- */

static void path_of(char out[300], const char *folder, const char *name)
{
	snprintf(out, 300, "%s%s%s%s", world->dir, folder, name ? "/" : "",
		 name ? name : "");
}

/* With a time of change so many seconds from now. */
static void put(const char *folder, const char *name, const char *text, int at_s)
{
	struct timespec times[2];
	char path[300];
	FILE *f;

	path_of(path, folder, name);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
	times[0] = (struct timespec){.tv_sec = time(NULL) + at_s};
	times[1] = times[0];
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void put_list(const char *folder, const char *name, int n, int at_s)
{
	static char text[60000];
	size_t at = (size_t)sprintf(text,
				    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n"
				    "#EXT-X-MAP:URI=\"init0.mp4\"\n");

	for (int i = 0; i < n; i++)
		at += (size_t)sprintf(text + at, "#EXTINF:4.000,\n%d.m4s\n", i);
	put(folder, name, text, at_s);
}

/* Locked, as by who records: the recorder that looks for what a crash left passes it by.
 * Returns what holds the lock. */
static int make_folder(void)
{
	char path[300], link[300];
	int fd;

	path_of(link, "/recordings/new", NULL);
	CHECK(mkdir(link, 0700) == 0);
	fd = open(link, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	path_of(path, PART, NULL);
	CHECK(rename(link, path) == 0);
	put(PART, "init0.mp4", "the map", -10);
	put(PART, "0.m4s", "piece 0", -10);
	put(PART, "1.m4s", "piece 1", -10);
	put_list(PART, "index.m3u8", 1000, -5);
	put_list(PART, "live.m3u8", 2, -5);
	put(PART, "2.m4s", "half of", 0); /* it is being written */
	path_of(path, PART, "link.m4s");
	snprintf(link, sizeof(link), "%s/secret.key", world->dir);
	CHECK(symlink(link, path) == 0);
	path_of(path, PART, "dir.m4s");
	CHECK(mkdir(path, 0700) == 0);
	return fd;
}

static void remove_folder(const char *folder)
{
	char path[300];
	const struct dirent *entry;
	DIR *dir;

	path_of(path, folder, NULL);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0))
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
	(void)rmdir(path);
}

/* ---- requests ------------------------------------------------------------------ */

static int ask(const char *method, const char *target, const char *fields,
	       const char *body)
{
	struct stream *s = stream_open("127.0.0.1", world->port, false);
	char head[1200];
	size_t n = 0;
	int got;

	CHECK(s);
	snprintf(head, sizeof(head),
		 "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s"
		 "Content-Length: %zu\r\n\r\n%s",
		 method, target, fields, strlen(body), body);
	CHECK(stream_write(s, head, strlen(head)));
	while ((got = stream_read(s, last + n, sizeof(last) - 1 - n, 60000)) > 0)
		n += (size_t)got;
	last[n] = '\0';
	stream_close(s);
	return n > 12 ? atoi(last + 9) : 0;
}

static int get(const char *target)
{
	return ask("GET", target, "", "");
}

static int get_named(const char *name)
{
	char target[400];

	snprintf(target, sizeof(target), "%s%s", base, name);
	return get(target);
}

static const char *body(void)
{
	const char *end = strstr(last, "\r\n\r\n");

	return end ? end + 4 : "";
}

/* ---- the recording, as if it ran -------------------------------------------------- */

static void runs(void *arg)
{
	struct room *room;
	const bool *on = arg;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	room->recording = *on;
	room->editions = *on ? EDITION_BIT(EDITION_LIVE) : 0;
	snprintf(room->recording_row.id, sizeof(room->recording_row.id), "%s", ID);
}

static void set_running(bool on)
{
	class_world_on(world, runs, &on);
}

static void on_second(void *arg)
{
	uint32_t *n = arg;

	thread_claim(&on_ctl);
	rest_live_tick(world->server, clock_us());
	*n = room_by_code(world->server, world->code)->n_watchers;
}

static uint32_t n_watchers(void)
{
	uint32_t n = 0;

	class_world_on(world, on_second, &n);
	return n;
}

/* ---- what is tested --------------------------------------------------------------- */

static void the_link(void)
{
	char *slash;

	CHECK(strcmp(rights_ask(&pupil, "recording.live", "{}"), "not_recording") == 0);
	set_running(true);
	OK(pupil, "recording.live", "{}");
	CHECK(strstr(pupil.reply, "\"at_ms\":"));
	deck_http_word(&pupil, "url", base, sizeof(base));
	CHECK(strncmp(base, LIVE_PATH ID "/", strlen(LIVE_PATH ID "/")) == 0);
	slash = strrchr(base, '/');
	CHECK(strcmp(slash, "/index.m3u8") == 0);
	slash[1] = '\0';
	rights_join(&other, world, ROLE_STUDENT, "", false);
	CHECK(strstr(other.reply, "\"live\":true")); /* as record.state says it */
	OK(other, "leave", "{}");                    /* its seat is not held */
	rights_drop(&other);
}

static void lists(void)
{
	char target[400];
	size_t plain;

	CHECK(get_named("index.m3u8") == 200);
	CHECK(strstr(last, "Content-Type: application/vnd.apple.mpegurl\r\n"));
	CHECK(strstr(last, "Cache-Control: no-store\r\n"));
	CHECK(strstr(last, "Vary: Accept-Encoding\r\n"));
	CHECK(!strstr(last, "Content-Encoding") && strstr(body(), "\n999.m4s\n"));
	plain = strlen(body());
	snprintf(target, sizeof(target), "%sindex.m3u8", base);
	CHECK(ask("GET", target, "Accept-Encoding: gzip\r\n", "") == 200);
	CHECK(strstr(last, "Content-Encoding: gzip\r\n"));
	CHECK((uint8_t)body()[0] == 0x1f && (uint8_t)body()[1] == 0x8b);
	CHECK((size_t)atoi(strstr(last, "Content-Length: ") + 16) < plain / 4);
	CHECK(ask("HEAD", target, "", "") == 200 && !body()[0]);
	/* it grows, and is told so soon */
	put_list(PART, "index.m3u8", 1001, -4);
	usleep(600000);
	CHECK(get_named("index.m3u8") == 200 && strstr(body(), "\n1000.m4s\n"));
	CHECK(get_named("live.m3u8") == 200 && !strstr(body(), "\n2.m4s"));
}

static void pieces(void)
{
	char target[400];

	CHECK(get_named("1.m4s") == 200 && strcmp(body(), "piece 1") == 0);
	CHECK(strstr(last, "Cache-Control: private, max-age=86400, immutable\r\n"));
	CHECK(strstr(last, "Cross-Origin-Resource-Policy: same-origin\r\n"));
	CHECK(!strstr(last, "Access-Control-Allow-Origin"));
	snprintf(target, sizeof(target), "%s1.m4s", base);
	CHECK(ask("GET", target, "Range: bytes=2-4\r\n", "") == 206);
	CHECK(strcmp(body(), "ece") == 0);
	CHECK(get_named("init0.mp4") == 200 && strcmp(body(), "the map") == 0);
	/* what is being written is not there, and is not kept as it was then */
	CHECK(get_named("2.m4s") == 404);
	put(PART, "2.m4s", "all of piece 2", -4);
	put_list(PART, "index.m3u8", 3, 0);
	CHECK(get_named("2.m4s") == 200 && strcmp(body(), "all of piece 2") == 0);
	CHECK(get_named("3.m4s") == 404 && get_named("link.m4s") == 404);
	CHECK(get_named("dir.m4s") == 404);
}

static void bad_names(void)
{
	static const char *const names[] = {
		"",
		"..",
		"../x.m4s",
		"%2e%2e/x.m4s",
		"a/b.m4s",
		"1.m4s/",
		"1.M4S",
		"1.ts",
		"secret.key",
		".m4s",
		"1.m4s%00",
		"1.m4s%0a",
		"%2e%2e%2f1.m4s",
		"1.m4s.part",
		"-1.m4s",
		"0123456789012345678901234567890.m4s",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int status = get_named(names[i]);

		CHECK(status == 403 || status == 404 || status == 400);
		CHECK(!strstr(last, "piece"));
	}
	CHECK(get(LIVE_PATH) == 403 && get(LIVE_PATH ID) == 403);
	CHECK(get(LIVE_PATH ID "/x/1.m4s") == 403);
	CHECK(get(LIVE_PATH "../../x/1.2.3/1.m4s") >= 400);
	CHECK(get(LIVE_PATH "/1.2.3/1.m4s") >= 400);
}

/* A link with one letter changed, of another recording, member or time. */
static void bad_links(void)
{
	char target[400], sig[128];
	size_t len;

	snprintf(target, sizeof(target), "%s1.m4s", base);
	len = strlen(base);
	for (size_t i = strlen(LIVE_PATH); i < len - 1; i++) {
		char was = target[i];

		target[i] = was == '1' ? '2' : '1';
		if (i % 7 == 0 || i > len - 12) /* some of them: each is a connection */
			CHECK(get(target) == 403);
		target[i] = was;
	}
	CHECK(get(target) == 200);
	auth_sign(sig, sizeof(sig), "live:" ID ":128", clock_wall_ms() - 1);
	snprintf(target, sizeof(target), LIVE_PATH ID "/128.%s/1.m4s", sig);
	CHECK(get(target) == 403); /* it is over */
	auth_sign(sig, sizeof(sig), "live:" ID ":128", clock_wall_ms() + 60000);
	snprintf(target, sizeof(target), LIVE_PATH ID "/128.%s/1.m4s", sig);
	CHECK(get(target) == 200); /* but for that it was good */
	snprintf(target, sizeof(target), LIVE_PATH ID "/256.%s/1.m4s", sig);
	CHECK(get(target) == 403); /* another member's */
	snprintf(target, sizeof(target), "/api/v1/recordings/" ID "?m=128&sig=%s", sig);
	CHECK(get(target) == 403); /* of another kind */
	CHECK(ask("POST", base, "", "{}") == 405);
}

static void everybody(void)
{
	char url[LIVE_URL], target[400];
	int n;

	OK(pupil, "recording.live", "{}");
	CHECK(!strstr(pupil.reply, "\"public\"")); /* it may not tell others */
	OK(lecturer, "recording.live", "{}");
	deck_http_word(&lecturer, "public", url, sizeof(url));
	snprintf(open_url, sizeof(open_url), "%s", url);
	n = (int)(strrchr(url, '/') - url);
	snprintf(target, sizeof(target), "%.*s/1.m4s", n, url);
	CHECK(get(target) == 200);
	CHECK(strstr(last, "Cache-Control: public, max-age=86400, immutable\r\n"));
	CHECK(strstr(last, "Access-Control-Allow-Origin: *\r\n"));
	CHECK(strstr(last, "Cross-Origin-Resource-Policy: cross-origin\r\n"));
	CHECK(get(url) == 200 && strstr(last, "Cache-Control: public, max-age=1\r\n"));
}

/* ---- who only watches ---------------------------------------------------------------
 */

static int watch(const char *code, const char *key)
{
	char d[200];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"key\":\"%s\"}", code, key);
	return ask("POST", WATCH_PATH, "Content-Type: application/json\r\n", d);
}

static bool refused(int status, int want, const char *code)
{
	char text[60];

	snprintf(text, sizeof(text), "\"code\":\"%s\"", code);
	return status == want && strstr(body(), text);
}

static void watching(void)
{
	char url[LIVE_URL];
	const char *at;

	CHECK(n_watchers() == 0);
	CHECK(watch(world->code, "") == 200);
	CHECK(strstr(body(), "\"live\":true") && strstr(body(), "\"title\":"));
	at = strstr(body(), "\"url\":\"");
	CHECK(at && sscanf(at, "\"url\":\"%190[^\"]", url) == 1);
	CHECK(strncmp(url, LIVE_PATH ID "/w", strlen(LIVE_PATH ID "/w")) == 0);
	CHECK(get(url) == 200 && n_watchers() == 1);
	CHECK(count_get(COUNT_WATCHERS) == 1);
	CHECK(watch(world->code, world->token) == 200 && n_watchers() == 2);
	set_running(false);
	CHECK(watch(world->code, "") == 200);
	CHECK(strstr(body(), "\"live\":false") && !strstr(body(), "\"url\""));
	CHECK(get(url) == 200); /* what was recorded stays */
	set_running(true);
}

static void at_the_door(void)
{
	CHECK(refused(watch("AAAAAAA", ""), 404, "no_room"));
	CHECK(refused(watch(world->code, "wrong"), 403, "bad_token"));
	CHECK(ask("POST", WATCH_PATH, "", "{") == 400 && strstr(body(), "bad_json"));
	CHECK(ask("POST", WATCH_PATH, "", "{\"code\":7}") == 400);
	CHECK(ask("GET", WATCH_PATH, "", "") == 404);
	OK(lecturer, "room.set", "{\"lobby\":true}");
	CHECK(refused(watch(world->code, ""), 403, "lobby"));
	CHECK(watch(world->code, world->token) == 200);
	OK(lecturer, "room.set", "{\"lobby\":false,\"locked\":true}");
	CHECK(refused(watch(world->code, ""), 403, "locked"));
	OK(lecturer, "room.set", "{\"locked\":false}");
	CHECK(watch(world->code, "") == 200);
}

/* Closed and opened again: at once, for links that are out, and for nobody who has a
 * seat. */
static void closed(void)
{
	char url[LIVE_URL];
	const char *at;

	CHECK(watch(world->code, "") == 200);
	at = strstr(body(), "\"url\":\"");
	CHECK(at && sscanf(at, "\"url\":\"%190[^\"]", url) == 1);
	CHECK(get(url) == 200 && get(open_url) == 200);
	OK(lecturer, "room.set", "{\"watch\":false}");
	CHECK(strstr(lecturer.reply, "\"watch\":false"));
	CHECK(refused(get(url), 403, "watch_closed"));
	CHECK(refused(get(open_url), 403, "watch_closed"));
	CHECK(refused(watch(world->code, ""), 403, "watch_closed"));
	CHECK(get_named("live.m3u8") == 200);
	OK(lecturer, "recording.live", "{}");
	CHECK(!strstr(lecturer.reply, "\"public\""));
	/* another kind of class does not open it, and it is so when nothing runs */
	OK(lecturer, "room.set", "{\"kind\":\"discussion\"}");
	set_running(false);
	CHECK(refused(watch(world->code, ""), 403, "watch_closed"));
	set_running(true);
	OK(lecturer, "room.set", "{\"watch\":true}");
	CHECK(get(url) == 200 && get(open_url) == 200);
	CHECK(watch(world->code, "") == 200);
}

static void most(void *arg)
{
	struct conf *conf;

	thread_claim(&on_ctl);
	/* the tests' own: nobody reads it at this moment */
	conf = (struct conf *)(uintptr_t)world->server->conf;
	conf->max_members = *(const uint32_t *)arg;
}

static void limits(void)
{
	uint32_t n = 2 + n_watchers(); /* the two members, and who has watched */
	uint32_t was = world->server->conf->max_members;
	bool stopped = false;

	class_world_on(world, most, &n);
	CHECK(refused(watch(world->code, ""), 503, "room_full"));
	n++;
	class_world_on(world, most, &n);
	CHECK(watch(world->code, "") == 200);
	class_world_on(world, most, &was);
	for (int i = 0; i < 200 && !stopped; i++)
		stopped = refused(watch(world->code, ""), 429, "too_fast");
	CHECK(stopped && strstr(body(), "\"after_ms\":"));
}

/* Finished: the same links find it where it was moved. */
static void finished(void)
{
	char from[300], to[300];

	path_of(from, PART, NULL);
	path_of(to, DONE, NULL);
	put(PART, "7.m4s", "piece 7", 60); /* whatever the times say then */
	CHECK(rename(from, to) == 0);
	CHECK(get_named("7.m4s") == 200 && strcmp(body(), "piece 7") == 0);
	usleep(600000);
	CHECK(get_named("index.m3u8") == 200);
}

static void a_minute_later(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	rest_live_tick(world->server, clock_us() + 61 * SEC_US);
}

/* What was deleted is not kept in memory for long. */
static void deleted(void)
{
	char path[300];

	path_of(path, DONE, "7.m4s");
	CHECK(unlink(path) == 0);
	CHECK(get_named("7.m4s") == 200);
	class_world_on(world, a_minute_later, NULL);
	CHECK(get_named("7.m4s") == 404);
}

/* ---- what the database says of it ------------------------------------------------- */

/* As of a class that ended two minutes ago. */
static void put_row(void *arg)
{
	struct db_recording row = {
		.id = ID, .file = ID, .state = "ready", .made = "failed"};

	(void)arg;
	thread_claim(&on_ctl);
	snprintf(row.room, sizeof(row.room), "%s", class_world_room(world)->row.id);
	row.started_ms = clock_wall_ms() - 121000;
	row.duration_ms = 1000;
	row.bytes = 7;
	CHECK(db_recording_put(world->server->db, &row) == 0);
}

static void trash(void *arg)
{
	const bool *there = arg;

	thread_claim(&on_ctl);
	CHECK(db_recording_trash(world->server->db, ID, *there ? clock_wall_ms() : 0) ==
	      0);
}

static void delete_row(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_recording_delete(world->server->db, ID) == 0);
}

/* The links are as good as before; the recording is not there for them any more. */
static void in_the_trash(void)
{
	bool there = true;

	CHECK(get(open_url) == 200);
	set_running(false);
	CHECK(get(open_url) == 403); /* it was for those who watch the class */
	CHECK(get_named("index.m3u8") == 200 && get_named("1.m4s") == 200);
	class_world_on(world, trash, &there);
	CHECK(get_named("index.m3u8") == 403 && get_named("1.m4s") == 403);
	there = false;
	class_world_on(world, trash, &there);
	CHECK(get_named("index.m3u8") == 200);
	class_world_on(world, delete_row, NULL);
	CHECK(get_named("index.m3u8") == 403 && get_named("1.m4s") == 403);
	set_running(true);
}

static void ask_again(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	(void)err;
	(void)rows;
	(void)n;
	answers++;
	refusal = db_recording(((struct server *)ctx)->db, ID, ask_again, ctx);
}

/* One question to the database is always under way, also while the server ends. */
static void ask_for_ever(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_recording(world->server->db, ID, ask_again, world->server) == 0);
}

static void removed(void)
{
	char d[64];

	CHECK(get_named("1.m4s") == 200);
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"ban\":false}", pupil.self);
	OK(lecturer, "member.remove", d);
	CHECK(get_named("1.m4s") == 403 && get_named("index.m3u8") == 403);
}

static void clients(struct class_world *w)
{
	int lock;

	world = w;
	remove_folder(PART);
	remove_folder(DONE);
	lock = make_folder();
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&pupil, world, ROLE_STUDENT, "", false);
	class_world_on(world, put_row, NULL);
	the_link();
	lists();
	pieces();
	bad_names();
	bad_links();
	everybody();
	watching();
	at_the_door();
	closed();
	limits();
	finished();
	deleted();
	in_the_trash();
	removed();
	set_running(false);
	rights_drop(&pupil);
	rights_drop(&lecturer);
	remove_folder(DONE);
	close(lock);
	class_world_on(world, ask_for_ever, NULL);
}

static void tune(struct conf *conf)
{
	conf->live_public = true;
}

int main(void)
{
	int failed = class_world_run(tune, clients);

	CHECK(failed || (answers > 0 &&
			 refusal == -ESHUTDOWN)); /* the last one was answered, too */
	return failed;
}
