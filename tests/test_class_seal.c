/* Recordings that are sealed once all is made of them, against a whole server: the first
 * try is killed in the middle. What is got is what was there before, byte for byte, and
 * nothing of it can be seen on the disk; by another key it is not got at all. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/seal.h"
#include "mcu/check.h"
#include "mcu/editions.h"
#include "mcu/hls_read.h"
#include "mcu/seals.h"
#include "mcu/takes.h"
#include "mcu/workshop_seal.h"
#include "mcu/workshop_work.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/test.h"

#define PATIENT_MS 300000
#define HUGE_BYTES (INT64_C(1) << 50)

static const char key_a[] =
	"5f0a3c8e1b7d2946a0c4e8f2136b9d57385e7c1f90a2b4d6e8f0123456789abc\n";
static const char key_b[] =
	"# another\n00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";

static struct class_world *world;
static struct class_client *lecturer;
static struct class_media *media;
static char id[40], base[200], query[200], url[300];

/* ---- the server's files ----------------------------------------------------------- */

static void path_of(char out[CONF_PATH + 100], const char *folder, const char *name)
{
	snprintf(out, CONF_PATH + 100, "%s/%s%s%s", world->dir, folder, *name ? "/" : "",
		 name);
}

static void put(const char *name, const char *text, mode_t mode)
{
	char path[CONF_PATH + 100];
	FILE *f;

	path_of(path, name, "");
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, mode) == 0);
}

/* All of a file; freed by the caller. */
static char *get_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *data = malloc(4 << 20);

	CHECK(f && data);
	*len = fread(data, 1, 4 << 20, f);
	fclose(f);
	return data;
}

/* The first time that it shall seal it keeps what is there, begins, and dies; when it is
 * told to, it hangs. */
static void fake_derive(const char *real)
{
	static const char script[] =
		"#!/bin/sh\n"
		"d=${0%%/*}\n"
		"r=\n"
		"if [ \"$1\" = -r ]; then r=\"$1 $2\"; shift 2; fi\n"
		"if [ \"$1\" = seal ] && mkdir \"$d/before\"; then\n"
		"	cp -r \"$3\"* \"$d/before\"\n"
		"	echo half >\"$3mp4.seal\"\n"
		"	echo half >\"$3made/video.mp4.seal\"\n"
		"	kill -9 $$\n"
		"elif [ \"$1\" = seal ] && rm \"$d/hang\"; then\n"
		"	echo $$ >\"$d/hanging\"\n"
		"	exec sleep 600\n"
		"elif [ \"$1\" = seal ] && [ -e \"$d/full\" ]; then\n"
		"	echo x >>\"$d/full\"\n"
		"	echo '{\"ok\":false,\"code\":\"disk_full\"}'\n"
		"	exit 73\n"
		"fi 2>/dev/null\n"
		"exec '%.*s/aula-derive' $r \"$@\"\n";
	char text[CONF_PATH + sizeof(script)], path[CONF_PATH + 100];

	path_of(path, "fake", "");
	CHECK(mkdir(path, 0700) == 0);
	snprintf(text, sizeof(text), script, (int)(strrchr(real, '/') - real), real);
	put("fake/aula-derive", text, 0700);
}

static void prepare(struct conf *conf)
{
	char why[CONF_PATH + 100];

	log_set_level(LOG_ERROR);
	/* class_world_run_each() runs one world: its configuration is in it */
	world = (struct class_world *)(void *)((char *)conf -
					       offsetof(struct class_world, conf));
	conf->derive = true;
	conf->shed = false; /* however busy the machine is */
	deck_http_reader(conf);
	fake_derive(conf->deck_reader);
	snprintf(conf->deck_reader, CONF_PATH, "%s/fake/aula-deck", world->dir);
	snprintf(conf->recording_key_file, CONF_PATH, "%s/keys", world->dir);
	CHECK(seals_check(conf, why, sizeof(why)) == -ENOENT);
	CHECK(strstr(why, "recording_key_file: ") && strstr(why, "no such file"));
	put("keys", key_a, 0644);
	CHECK(seals_check(conf, why, sizeof(why)) == -EPERM && strstr(why, "chmod 600"));
	put("keys", "secret\n", 0600);
	CHECK(seals_check(conf, why, sizeof(why)) == -EINVAL && strstr(why, "rand -hex"));
	put("keys", key_a, 0600);
	conf->derive = false;
	CHECK(seals_check(conf, why, sizeof(why)) == -EINVAL && strstr(why, "derive"));
	conf->derive = true;
	snprintf(conf->storage, sizeof(conf->storage), "s3");
	CHECK(seals_check(conf, why, sizeof(why)) == -EINVAL && strstr(why, "s3"));
	snprintf(conf->storage, sizeof(conf->storage), "folder");
	CHECK(seals_check(conf, why, sizeof(why)) == 0);
}

/* ---- the class -------------------------------------------------------------------- */

static bool ok(const char *type, const char *d)
{
	return class_client_ok(class_client_ask(lecturer, type, d));
}

static bool listed(const char *want)
{
	return class_client_list(lecturer, 5) &&
	       strstr(class_client_reply(lecturer), want);
}

static void wait_listed(const char *want)
{
	for (int ms = 0; !listed(want); ms += 250) {
		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 250);
	}
}

static void wait_sealed(int64_t n)
{
	for (int ms = 0; count_get(COUNT_SEALED) < n; ms += 50) {
		CHECK(ms < PATIENT_MS && count_get(COUNT_SEAL_FAILED) == 0);
		class_world_pass(&lecturer, 1, 50);
	}
}

static void enter(struct class_world *of)
{
	world = of;
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer);
}

/* What could not be joined is a file of its own, others are of editions that are no more
 * or of what each member sent. */
static void beside(void)
{
	char path[CONF_PATH + 100], name[80];

	snprintf(name, sizeof(name), "recordings/%s.2.mp4", id);
	put(name, "a second piece\n", 0600);
	snprintf(name, sizeof(name), "recordings/%s.gone.xyz", id);
	put(name, "of a plugin that is gone\n", 0600);
	snprintf(name, sizeof(name), "recordings/%s.tracks.dir", id);
	path_of(path, name, "");
	CHECK(mkdir(path, 0700) == 0);
	snprintf(name, sizeof(name), "recordings/%s.tracks.dir/1.mkv", id);
	put(name, "a voice\n", 0600);
}

static void record(void)
{
	media = class_media_create(false, 90, 440);
	CHECK(media);
	class_client_send(lecturer, media, true, true);
	CHECK(ok("media.set", "{\"mic\":true,\"cam\":true}"));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
	CHECK(ok("record.start", "{\"editions\":[\"full\",\"sound\",\"live\"]}"));
	class_client_text(lecturer, "\"id\":\"", id, sizeof(id));
	class_world_pass(&lecturer, 1, 6000);
	CHECK(ok("record.stop", "{}"));
	beside();
}

/* ---- on the disk ------------------------------------------------------------------ */

static int n_sealed;

static int look(const char *path, const struct stat *st, int type, struct FTW *where)
{
	size_t len;
	char *data;

	(void)st;
	(void)where;
	if (type != FTW_F || strncmp(strrchr(path, '/') + 1, "aula.db", 7) == 0)
		return 0;
	data = get_file(path, &len);
	if (!seal_is(data, len))
		fprintf(stderr, "plain: %s\n", path);
	CHECK(seal_is(data, len) && !memmem(data, len, "ftyp", 4));
	CHECK(!memmem(data, len, "WEBVTT", 6) && !memmem(data, len, "JFIF", 4));
	CHECK(!strstr(path, ".seal"));
	free(data);
	n_sealed++;
	return 0;
}

static int all_sealed(void)
{
	char path[CONF_PATH + 100];

	path_of(path, "recordings", "");
	n_sealed = 0;
	CHECK(nftw(path, look, 8, FTW_PHYS) == 0);
	return n_sealed;
}

/* ---- what is got ------------------------------------------------------------------ */

static const char *content(size_t *len)
{
	const char *length = strcasestr(deck_http_body(), "content-length: ");
	const char *at = strstr(deck_http_body(), "\r\n\r\n");

	CHECK(length && at);
	*len = (size_t)atoll(length + 16);
	return at + 4;
}

static void as_before(const char *target, const char *name)
{
	char path[CONF_PATH + 100], file[120];
	const char *got;
	size_t len, n;
	char *was;

	snprintf(file, sizeof(file), "%s%s", id, name);
	path_of(path, "fake/before", file);
	was = get_file(path, &len);
	CHECK(deck_http_get(world, target) == 200);
	got = content(&n);
	CHECK(len > 0 && len < 290000);
	CHECK(n == len && memcmp(got, was, len) == 0);
	free(was);
}

static void made_as_before(const char *name)
{
	char target[500], file[60];

	snprintf(target, sizeof(target), "%s%s?%s", base, name, query);
	snprintf(file, sizeof(file), ".made/%s", name);
	as_before(target, file);
}

/* The finished live edition: lists and pieces, as the thread of hls_files.h reads them.
 */
static void live_as_before(void)
{
	static const char *const names[] = {"index.m3u8", "init0.mp4", "0.m4s"};
	char dir[CONF_PATH + 100], path[CONF_PATH + 100], file[80];

	path_of(dir, "recordings", "");
	for (int i = 0; i < 3; i++) {
		struct hls_read read;
		size_t len;
		char *was, *got = malloc(4 << 20);

		snprintf(file, sizeof(file), "%s.live.hls/%s", id, names[i]);
		path_of(path, "fake/before", file);
		was = get_file(path, &len);
		CHECK(got && hls_read(&read, dir, id, names[i], NULL) == -EKEYREJECTED);
		CHECK(hls_read(&read, dir, id, names[i], world->server->seal_keys) == 0);
		CHECK(read.bytes == len && len > 0);
		if (read.text)
			CHECK(memcmp(read.text, was, len) == 0);
		else
			CHECK(pread(read.fd, got, len, 0) == (ssize_t)len &&
			      memcmp(got, was, len) == 0);
		hls_read_free(&read);
		free(was);
		free(got);
	}
}

static void range(void)
{
	char by[600];

	snprintf(by, sizeof(by), "%s HTTP/1.1\r\nRange: bytes=4-7\r\nX-A: b", url);
	CHECK(deck_http_get(world, by) == 206);
	CHECK(strstr(deck_http_body(), "\r\n\r\nftyp"));
}

#define VTT "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"

/* They come later, and are sealed before they are on the disk. */
static void captions(void)
{
	char d[100], at[200], by[200], target[500];

	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	CHECK(ok("recording.captions", d));
	class_client_text(lecturer, "\"url\":\"", at, sizeof(at));
	class_client_text(lecturer, "\"query\":\"", by, sizeof(by));
	snprintf(target, sizeof(target), "%sru?%s", at, by);
	CHECK(deck_http_put(world, target, VTT, strlen(VTT), strlen(VTT)) == 200);
	all_sealed();
	snprintf(target, sizeof(target), "%scaptions-ru.vtt?%s", base, query);
	CHECK(deck_http_get(world, target) == 200);
	CHECK(strstr(deck_http_body(), "\r\n\r\n" VTT));
}

/* Of what is sealed; it is sealed, too, when all was made of it. */
static void trim(void)
{
	int64_t n = count_get(COUNT_SEALED);
	char d[100], cut[40];

	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"from_ms\":0,\"to_ms\":3000}", id);
	CHECK(ok("recording.trim", d));
	class_client_text(lecturer, "\"id\":\"", cut, sizeof(cut));
	CHECK(strcmp(cut, id) != 0);
	for (int ms = 0; count_get(COUNT_MADE) < 2; ms += 50) {
		CHECK(ms < PATIENT_MS && count_get(COUNT_MADE_FAILED) == 0);
		class_world_pass(&lecturer, 1, 50);
	}
	for (int ms = 0; count_get(COUNT_SEALED) <= n; ms += 50) {
		CHECK(ms < PATIENT_MS && count_get(COUNT_SEAL_FAILED) == 0);
		class_world_pass(&lecturer, 1, 50);
	}
	/* the captions may have had the first of it sealed once more in between */
	for (int ms = 0, before = 0; before < 2; ms += 1000) {
		char path[CONF_PATH + 100], file[80];
		int fd;

		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 500);
		snprintf(file, sizeof(file), "%s.made/video.mp4", cut);
		path_of(path, "recordings", file);
		fd = open(path, O_RDONLY);
		CHECK(fd >= 0);
		before += seal_is_file(fd);
		close(fd);
	}
	all_sealed();
}

/* What is older and has no room on this disk is passed over: by what is to be made of it,
 * by its size, and by that of one of its files. */
static void too_large(void *arg)
{
	struct db_recording row = {
		.room = "nobody", .state = "ready", .bytes = HUGE_BYTES};
	struct db_recording_file file = {
		.id = "huge3.light",
		.recording = "huge3",
		.edition = "light",
		.ext = "mp4",
		.bytes = HUGE_BYTES,
	};
	struct db *db = world->server->db;

	(void)arg;
	for (int i = 1; i <= 3; i++) {
		snprintf(row.id, sizeof(row.id), "huge%d", i);
		row.started_ms = i;
		if (i == 3)
			row.bytes = 10;
		CHECK(db_recording_put(db, &row) == 0);
		CHECK(i == 1 || db_recording_made(db, row.id, "failed", "{}") == 0);
	}
	CHECK(db_recording_file_put(db, &file) == 0);
}

static void its_light_edition(void *arg)
{
	struct recording_result result = {
		.edition = EDITION_LIGHT, .bytes = 5, .interrupted = true};

	(void)arg;
	thread_claim(&on_ctl);
	snprintf(result.name, sizeof(result.name), "%s", id);
	takes_done(world->server, &result);
}

/* An edition that was left for want of room is finished when all the rest is sealed. */
static void late(void)
{
	int64_t n = count_get(COUNT_SEALED);
	char name[80];

	snprintf(name, sizeof(name), "recordings/%s.light.mp4", id);
	put(name, "late\n", 0600);
	class_world_on(world, its_light_edition, NULL);
	wait_sealed(n + 1);
	all_sealed();
}

static void room_again(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	world->server->workshop->passed[true].until_us = 0;
}

/* The server thought that there was room; who seals found none. However often: it stays
 * plain, is no failure, and is sealed once there is. */
static void no_room(void)
{
	int64_t n = count_get(COUNT_SEALED), failed = count_get(COUNT_SEAL_FAILED);
	char name[80], path[CONF_PATH + 100];
	struct stat st;

	class_world_on(world, room_again, NULL);
	put("fake/full", "", 0600);
	path_of(path, "fake", "full");
	snprintf(name, sizeof(name), "recordings/%s.light.mp4", id);
	put(name, "late\n", 0600);
	class_world_on(world, its_light_edition, NULL);
	for (int tries = 1; tries <= WORKSHOP_TRIES + 1; tries++) {
		for (int i = 0; i < 3000; i++) {
			CHECK(stat(path, &st) == 0);
			if (st.st_size >= tries * 2 && count_get(COUNT_SEAL_WAITS))
				break;
			class_world_pass(&lecturer, 1, 10);
		}
		CHECK(st.st_size == tries * 2 && count_get(COUNT_SEAL_WAITS) == 1);
		class_world_on(world, room_again, NULL);
	}
	CHECK(count_get(COUNT_SEALED) == n && count_get(COUNT_SEAL_FAILED) == failed);
	CHECK(unlink(path) == 0);
	for (int i = 0; i < 3000 && count_get(COUNT_SEALED) == n; i++) {
		class_world_on(world, room_again, NULL);
		class_world_pass(&lecturer, 1, 10);
	}
	wait_sealed(n + 1);
	all_sealed();
}

/* There is room for each file of a folder, though not for all of them together. */
static void its_tracks(void *arg)
{
	const struct db_recording row = {.id = "huge4",
					 .room = "nobody",
					 .state = "ready",
					 .started_ms = 4,
					 .bytes = HUGE_BYTES};
	const struct db_recording_file file = {
		.id = "huge4.tracks",
		.recording = "huge4",
		.edition = "tracks",
		.ext = "dir",
		.bytes = HUGE_BYTES,
	};
	struct db *db = world->server->db;

	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_recording_put(db, &row) == 0 && db_recording_file_put(db, &file) == 0);
	CHECK(db_recording_made(db, row.id, "none", "{}") == 0);
	workshop_seal_late(world->server->workshop, world->server, row.id);
}

static void folders(void)
{
	int64_t n = count_get(COUNT_SEALED);
	char path[CONF_PATH + 100];

	path_of(path, "recordings", "huge4.tracks.dir");
	CHECK(mkdir(path, 0700) == 0);
	put("recordings/huge4.tracks.dir/1.mkv", "a voice\n", 0600);
	class_world_on(world, its_tracks, NULL);
	wait_sealed(n + 1);
	all_sealed();
}

static void it_is_looked_at(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	workshop_seal_late(world->server->workshop, world->server, id);
}

static pid_t hanging(void)
{
	char path[CONF_PATH + 100];
	int pid = 0;
	FILE *f;

	path_of(path, "fake/hanging", "");
	f = fopen(path, "r");
	if (f && fscanf(f, "%d", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	return pid;
}

/* It would put the captions back that it has read: they wait until it is gone. */
static void captions_meanwhile(void)
{
	int64_t n = count_get(COUNT_SEALED);
	pid_t pid;

	put("fake/hang", "", 0600);
	class_world_on(world, it_is_looked_at, NULL);
	for (int ms = 0; !hanging(); ms += 50) {
		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 50);
	}
	pid = hanging();
	CHECK(kill(pid, 0) == 0);
	captions();
	CHECK(kill(pid, 0) < 0 && errno == ESRCH);
	wait_sealed(n + 1);
}

static void it_is_sealed(struct class_world *of)
{
	enter(of);
	put("keys", key_b, 0600); /* for the next server: this one does not have it */
	class_world_on(world, too_large, NULL);
	record();
	wait_listed("\"made\":{\"state\":\"ready\"");
	wait_sealed(1);
	CHECK(all_sealed() >= 15);
	CHECK(listed(id));
	class_client_text(lecturer, "\"base\":\"", base, sizeof(base));
	class_client_text(lecturer, "\"query\":\"", query, sizeof(query));
	class_client_text(lecturer, "\"url\":\"", url, sizeof(url));
	as_before(url, ".mp4");
	made_as_before("video.mp4");
	made_as_before("poster.jpg");
	made_as_before("chapters.vtt");
	live_as_before();
	range();
	late();
	no_room();
	folders();
	captions_meanwhile();
	trim();
	class_client_leave(lecturer);
	class_media_destroy(media);
}

static void another_key(struct class_world *of)
{
	char both[sizeof(key_a) + sizeof(key_b)];

	enter(of);
	CHECK(listed(id) && listed("\"state\":\"ready\""));
	class_client_text(lecturer, "\"url\":\"", url, sizeof(url));
	CHECK(deck_http_get(world, url) == 500 && strstr(deck_http_body(), "\"no_key\""));
	CHECK(!memmem(deck_http_body(), 1000, "AULASEAL", 8));
	class_client_leave(lecturer);
	snprintf(both, sizeof(both), "%s%s", key_b, key_a);
	put("keys", both, 0600);
}

static void both_keys(struct class_world *of)
{
	size_t len;

	enter(of);
	CHECK(listed(id));
	class_client_text(lecturer, "\"url\":\"", url, sizeof(url));
	CHECK(deck_http_get(world, url) == 200);
	CHECK(memcmp(content(&len) + 4, "ftyp", 4) == 0 && len > 10000);
	class_client_leave(lecturer);
}

int main(void)
{
	static void (*const servers[])(struct class_world *
				       world) = {it_is_sealed, another_key, both_keys};

	return class_world_run_each(prepare, servers, 3);
}
