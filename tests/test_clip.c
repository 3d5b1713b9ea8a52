/* Clips that are played into a class, against a whole server and the real program that
 * reads them: seen and heard, paused, moved about in, ended, refused when they are bad.
 */
#include "mcu/clip.h"

#include "base/clock.h"
#include "mcu/deck.h"
#include "mcu/picture.h"
#include "mcu/room.h"
#include "slides/projector.h"
#include "tests/class_world.h"
#include "tests/clip_files.h"
#include "tests/deck_files.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct class_world *world;
static struct rights_client lecturer, student;
static const char *const ok;
static char deck[DB_ID + 1], url[DECK_URL];

static void ask(struct rights_client *c, const char *want, const char *type,
		const char *d)
{
	const char *got = rights_ask(c, type, d);

	if (want ? !got || strcmp(got, want) != 0 : got != NULL)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	CHECK(want ? got && strcmp(got, want) == 0 : !got);
}

static const char *named(const char *id)
{
	static char d[80];

	snprintf(d, sizeof(d), "{\"deck\":\"%s\"}", id);
	return d;
}

static const char *file(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", world->dir, name);
	return path;
}

/* The status; the answer is deck_http_body(). */
static int put_file(struct rights_client *c, const char *path)
{
	ask(c, ok, "deck.ticket", "{\"title\":\"Pendulum\"}");
	deck_http_word(c, "deck", deck, sizeof(deck));
	deck_http_word(c, "url", url, sizeof(url));
	return deck_http_put_file(world, url, path);
}

/* ---- bad ones --------------------------------------------------------------- */

static void refused(const char *name, int status, const char *code)
{
	int got = put_file(&lecturer, file(name));

	if (got != status || !strstr(deck_http_body(), code))
		fprintf(stderr, "%s: %d %s\n", name, got, deck_http_body());
	CHECK(got == status && strstr(deck_http_body(), code));
}

static void bad_files(void)
{
	char noise[4000];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 7919 >> 3);
	memcpy(noise,
	       "\0\0\0\x18"
	       "ftypisom",
	       12);
	deck_text(file("noise.mp4"), noise, sizeof(noise));
	refused("noise.mp4", 422, "deck_damaged");
	clip_red(file("cut.mp4"), 2);
	deck_cut(file("cut.mp4"), 50); /* what tells of the rest stands at the end */
	refused("cut.mp4", 422, "deck_damaged");
	clip_with(file("sound.ogg"), "-f lavfi -i sine=d=1 -c:a libvorbis");
	refused("sound.ogg", 422, "deck_not_supported");
	clip_with(file("large.mp4"), "-f lavfi -i color=s=7680x4320:r=2:d=1 "
				     "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
	refused("large.mp4", 422, "deck_too_large");
	clip_with(file("long.mp4"), "-f lavfi -i color=s=64x64:r=1:d=605 "
				    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
	refused("long.mp4", 422, "clip_too_long");
	/* the same without a word of its length */
	clip_with(file("long.webm"), "-f lavfi -i color=s=64x64:r=1:d=605 -c:v libvpx "
				     "-deadline realtime -f webm -live 1");
	refused("long.webm", 422, "clip_too_long");
	ask(&lecturer, ok, "deck.list", "{}");
	CHECK(strstr(lecturer.reply, "\"decks\":[]"));
}

/* ---- what is on the air ------------------------------------------------------ */

struct now {
	bool seen, slides, playing;
	uint32_t run, at_ms, length_ms, n_clips;
};

static void look(void *arg)
{
	struct now *out = arg;
	const struct room *room;
	const struct tile_map *map;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	map = room->media ? views_newest(picture_of_class(room), 0) : NULL;
	*out = (struct now){.run = room->decks.clip.run,
			    .playing = room->decks.clip.playing,
			    .at_ms = clip_at_ms(room),
			    .length_ms = room->decks.clip.length_ms,
			    .n_clips = world->server->n_clips};
	for (uint32_t i = 0; map && i < map->n; i++)
		out->seen |= id_part(map->tiles[i].source) == ID_CLIP &&
			     map->tiles[i].video;
	out->slides = map && map->slides;
}

static struct now now(void)
{
	struct now at;

	class_world_on(world, look, &at);
	return at;
}

/* They answer the server's pings meanwhile. */
static void pass(void)
{
	if (lecturer.ws)
		rights_pass(&lecturer, 10);
	if (student.ws)
		rights_pass(&student, 10);
	if (!lecturer.ws && !student.ws)
		usleep(20000);
}

#define UNTIL(cond) \
	do { \
		int i_ = 0; \
		bool so_; \
		while (!(so_ = (cond)) && i_++ < 4000) \
			pass(); \
		if (!so_) \
			fprintf(stderr, "never so: %s\n", #cond); \
		CHECK(so_); \
	} while (0)

static void set_busy(void *arg)
{
	thread_claim(&on_ctl);
	world->server->n_clips = *(const uint32_t *)arg;
}

/* ---- good ones --------------------------------------------------------------- */

static void upload(void)
{
	clip_red(file("red.mp4"), 20);
	CHECK(put_file(&lecturer, file("red.mp4")) == 201);
	CHECK(strstr(deck_http_body(), "\"kind\":\"clip\"") && strstr(deck_http_body(), "\"pages\":1"));
	ask(&lecturer, "not_pages", "deck.show", named(deck));
	ask(&lecturer, "no_clip", "clip.pause", "{\"on\":true}");
	ask(&lecturer, "no_clip", "clip.seek", "{\"ms\":1}");
	ask(&lecturer, "no_clip", "clip.stop", "{}");
	ask(&lecturer, "unknown_deck", "clip.play", "{\"deck\":\"nosuchdeck\"}");
	ask(&student, "forbidden", "clip.play", named(deck));
}

static void busy(void)
{
	uint32_t all = LIMIT_CLIPS, none = 0;

	class_world_on(world, set_busy, &all);
	ask(&lecturer, "clip_busy", "clip.play", named(deck));
	class_world_on(world, set_busy, &none);
}

static void seen_and_heard(void)
{
	struct class_client *ear = class_world_join(world, "Ear", false, true, false);

	CHECK(ear);
	class_client_listen(ear);
	rights_forget(&student);
	ask(&lecturer, ok, "clip.play", named(deck));
	RUN_UNTIL(&ear, 1, class_client_tone(ear, 1000) > -40);
	CHECK(class_client_tone(ear, 1700) < class_client_tone(ear, 1000) - 20);
	UNTIL(now().seen);
	CHECK(!now().slides); /* motion counts, not letters */
	CHECK(now().n_clips == 1 && now().length_ms > 19000);
	CHECK(rights_hears(&student, "\"title\":\"Pendulum\""));
	ask(&student, "forbidden", "clip.pause", "{\"on\":true}");
	ask(&student, "forbidden", "clip.seek", "{\"ms\":0}");
	ask(&student, "forbidden", "clip.stop", "{}");
	ask(&student, "screen_busy", "screen.set", "{\"on\":true}");
	ask(&lecturer, "no_deck", "deck.next", "{}");
	ask(&lecturer, ok, "clip.pause", "{\"on\":true}");
	UNTIL(!now().playing);
	RUN_UNTIL(&ear, 1, class_client_tone(ear, 1000) < -60);
	class_client_leave(ear);
}

static void paused_and_moved(void)
{
	uint32_t at_ms = now().at_ms, run = now().run;

	usleep(200000);
	CHECK(now().at_ms == at_ms && now().seen);
	ask(&lecturer, "bad_field", "clip.seek", "{\"ms\":600001}");
	ask(&lecturer, ok, "clip.seek", "{\"ms\":12000}");
	UNTIL(now().run != run && now().at_ms >= 11900 && now().at_ms < 12100);
	CHECK(!now().playing);
	ask(&lecturer, ok, "clip.pause", "{\"on\":false}");
	UNTIL(now().playing && now().at_ms > 12300);
	ask(&lecturer, ok, "clip.seek", "{\"ms\":19000}");
	rights_forget(&student);
	UNTIL(!now().run); /* it came to its end */
	UNTIL(!now().seen);
	CHECK(now().n_clips == 0 && rights_hears(&student, "\"t\":\"clip\""));
}

/* One screen, or one deck, or one clip. */
static void instead_of(void)
{
	char clip[DB_ID + 1];
	uint32_t run;

	strcpy(clip, deck);
	ask(&lecturer, ok, "clip.play", named(clip));
	UNTIL(now().seen);
	run = now().run;
	ask(&lecturer, ok, "clip.play", named(clip)); /* anew */
	UNTIL(now().run != run && now().playing && now().seen && now().n_clips == 1);
	ask(&lecturer, ok, "clip.stop", "{}");
	UNTIL(!now().run && !now().seen);
	ask(&lecturer, ok, "screen.set", "{\"on\":true}");
	ask(&lecturer, ok, "clip.play", named(clip));
	UNTIL(now().playing);
	deck_png(file("a.png"), 0xff0000, 1280, 720);
	CHECK(put_file(&lecturer, file("a.png")) == 201);
	ask(&lecturer, "not_a_clip", "clip.play", named(deck));
	ask(&lecturer, ok, "deck.show", named(deck));
	UNTIL(!now().run && now().slides && !now().seen);
	ask(&lecturer, ok, "deck.delete", named(deck));
	strcpy(deck, clip);
	/* short, silent, and of a live recorder: it does not say how long it is */
	clip_with(file("live.webm"), "-f lavfi -i color=s=322x182:r=30:d=2 -c:v libvpx "
				     "-deadline realtime -f webm -live 1");
	CHECK(put_file(&lecturer, file("live.webm")) == 201);
	ask(&lecturer, ok, "clip.play", named(deck));
	UNTIL(now().seen);
	CHECK(now().length_ms >= 1900 && now().length_ms <= 2100);
	UNTIL(!now().run);
	ask(&lecturer, ok, "deck.delete", named(deck));
	strcpy(deck, clip);
}

static void come(void)
{
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&student, world, ROLE_STUDENT, "", false);
	CHECK(!lecturer.code[0] && !student.code[0]);
	CHECK(strstr(student.reply, "\"clip\":null"));
}

static void first(struct class_world *w)
{
	world = w;
	come();
	bad_files();
	upload();
	busy();
	seen_and_heard();
	paused_and_moved();
	instead_of();
	ask(&lecturer, ok, "clip.play", named(deck));
	UNTIL(now().playing);
	rights_drop(&student);
	rights_drop(&lecturer);
}

/* Nothing plays, but it can be played. */
static void second(struct class_world *w)
{
	world = w;
	come();
	ask(&lecturer, ok, "deck.list", "{}");
	CHECK(strstr(lecturer.reply, "\"kind\":\"clip\""));
	ask(&lecturer, ok, "clip.play", named(deck));
	UNTIL(now().seen);
	ask(&lecturer, ok, "deck.delete", named(deck));
	UNTIL(!now().run && !now().seen);
	rights_drop(&student);
	rights_drop(&lecturer);
}

/* ---- a flash and a beep ------------------------------------------------------- */

/* As the projector gave them: when each began, of clock_us(). */
#define FLASHES 8
static int64_t flashes[FLASHES], beeps[FLASHES];
static atomic_uint n_flashes, n_beeps, ends, fault;
static bool bright, loud;

static void on_picture(void *ctx, uint32_t id, struct leaf *leaf, uint16_t rotation_deg)
{
	bool is = leaf->y[leaf->h_px / 2 * leaf->y_stride + leaf->w_px / 2] > 128;

	CHECK(!ctx && id == 7 && !rotation_deg && leaf->w_px == 320);
	if (is && !bright && n_flashes < FLASHES)
		flashes[n_flashes++] = clock_us();
	bright = is;
	leaf_put(leaf);
}

static void on_sound(void *ctx, uint32_t id, int64_t due_us,
		     const int16_t pcm[REEL_BLOCK])
{
	int64_t now_us = clock_us();
	int most = 0;

	CHECK(!ctx && id == 7 && due_us < now_us + 300000);
	for (int i = 0; i < REEL_BLOCK; i++)
		most = abs(pcm[i]) > most ? abs(pcm[i]) : most;
	if (most > 4000 && !loud && n_beeps < FLASHES)
		beeps[n_beeps++] = due_us;
	loud = most > 4000;
}

static void on_state(void *ctx, const struct projector_state *state)
{
	CHECK(!ctx && state->id == 7);
	fault = state->fault;
	ends += state->ended;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The middle one of several, so that a moment in which the machine had no time for us
 * does not count. */
static void in_time(const char *helper, const char *dir, const char *name)
{
	const struct projector_events events = {NULL, on_picture, on_sound, on_state};
	struct projector *projector;
	int64_t apart[FLASHES];
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	clip_flash(path, 5);
	n_flashes = n_beeps = ends = 0;
	CHECK(projector_create(&projector, helper, &events) == 0);
	CHECK(projector_play(projector, 7, 1, path, 0, false) == 0);
	UNTIL(ends == 1);
	projector_destroy(projector);
	CHECK(n_flashes == 5 && n_beeps == 5 && !fault);
	for (int i = 0; i < 5; i++)
		apart[i] = flashes[i] - beeps[i];
	qsort(apart, 5, sizeof(apart[0]), by_size);
	fprintf(stderr, "%s: pictures behind sound by %lld to %lld us\n", name,
		(long long)apart[0], (long long)apart[4]);
	CHECK(apart[2] > -60000 && apart[2] < 60000);
	unlink(path);
}

/* A program that does not say what it should is ended, and nothing of it is played. */
static void lies(const char *dir, const char *script)
{
	const struct projector_events events = {NULL, on_picture, on_sound, on_state};
	struct projector *projector;
	char path[100];

	snprintf(path, sizeof(path), "%s/reader", dir);
	deck_text(path, script, (uint32_t)strlen(script));
	CHECK(chmod(path, 0700) == 0);
	n_flashes = n_beeps = ends = fault = 0;
	CHECK(projector_create(&projector, path, &events) == 0);
	projector_stop(projector, 7); /* there is none */
	projector_pause(projector, 7, true);
	CHECK(projector_play(projector, 7, 1, path, 0, false) == 0);
	UNTIL(ends == 1);
	CHECK(fault == SHEET_DAMAGED && !n_flashes && !n_beeps);
	projector_destroy(projector);
	unlink(path);
}

static void liars(const char *dir)
{
	lies(dir, "#!/bin/sh\n");
	lies(dir, "#!/bin/sh\nexec cat /dev/zero\n");
	lies(dir, "#!/bin/sh\nprintf ACL1\n");
	/* sound before it began */
	lies(dir, "#!/bin/sh\nprintf 'ACL1\\002'; exec head -c 4000 /dev/zero\n");
}

static void tune(struct conf *conf)
{
	conf->deck_max_mb = 1;
	conf->clip_max_mb = 8;
	conf->deck_quota_mb = 100;
	conf->recording_reserve_mb = 0;
	deck_http_reader(conf);
}

int main(void)
{
	void (*const clients[])(struct class_world * w) = {first, second};
	char dir[] = "/tmp/test_clip.XXXXXX";
	static struct conf conf;

	if (!clip_can_make())
		return 77;
	deck_http_reader(&conf);
	CHECK(mkdtemp(dir));
	in_time(conf.deck_reader, dir, "flash.mp4");
	in_time(conf.deck_reader, dir, "flash.webm");
	liars(dir);
	rmdir(dir);
	return class_world_run_each(tune, clients, 2);
}
