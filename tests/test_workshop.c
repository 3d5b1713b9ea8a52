/* What is made of recordings by itself, against a whole server: tried again after
 * accidents, ended with its recording, continued after a restart, and served. The first
 * two servers have a program that only seems to be aula-derive.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "mcu/workshop.h"
#include "mcu/workshop_text.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#define PATIENT_MS 300000 /* it works when nothing else does, as on a busy machine */

/* Each leaves a line in `tries` where it lies, and its number. */
#define FAKE "#!/bin/sh\necho $$ >>\"${0%/*}/tries\"\n"

static struct class_world *world;
static struct class_client *lecturer;
static struct class_media *media;
static char real[CONF_PATH], id[40], base[200], query[200], kept[40];

/* ---- texts ------------------------------------------------------------------------ */

static void names(void)
{
	static const char *const none[] = {
		"",
		".",
		"..",
		"../aula.db",
		"video.mp4/",
		"/video.mp4",
		"VIDEO.MP4",
		"video.mp4.part",
		"made.json",
		"sprite-.jpg",
		"sprite-0.jpg",
		"sprite-01.jpg",
		"sprite-1000.jpg",
		"sprite-1.jpgx",
		"sprite-1/../../x.jpg",
		"sprite-+1.jpg",
		"sprite",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(!workshop_type(none[i]));
	CHECK(strcmp(workshop_type("video.mp4"), "video/mp4") == 0);
	CHECK(strcmp(workshop_type("video.index"), "application/octet-stream") == 0);
	CHECK(strcmp(workshop_type("sound.m4a"), "audio/mp4") == 0);
	CHECK(strcmp(workshop_type("sprite-44.jpg"), "image/jpeg") == 0);
	CHECK(workshop_type("sprite-999.jpg") && workshop_type("loudness.json"));
	CHECK(strncmp(workshop_type("chapters.vtt"), "text/vtt", 8) == 0);
	CHECK(strcmp(workshop_type("slides.mp4"), "video/mp4") == 0);
	CHECK(strcmp(workshop_type("chapters.json"), "application/json") == 0);
	CHECK(!workshop_type("stills.mp4"));
}

static void lines(void)
{
	static const char *const none[] = {
		"",
		"x",
		"[]",
		"{",
		"null",
		"{\"step\":\"sound\"}",
		"{\"step\":\"sound\",\"done\":2}",
		"{\"step\":\"sound\",\"done\":-1}",
		"{\"step\":\"sound\",\"done\":\"1\"}",
		"{\"step\":7,\"done\":0.5}",
		"{\"step\":\"dance\",\"done\":0.5}",
		"{\"ok\":false}",
		"{\"ok\":false,\"code\":\"\"}",
		"{\"ok\":false,\"code\":\"Bad code\"}",
		"{\"ok\":false,\"code\":\"abcdefghijklmnopqrstuvwxyzabcdef\"}",
		"{\"ok\":\"yes\"}",
	};
	struct workshop_line line;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		workshop_read(&line, none[i]);
		CHECK(line.said == SAID_NOTHING && !*line.json);
	}
	workshop_read(&line, "{\"step\":\"sound\",\"done\":0.50}");
	CHECK(line.said == SAID_STEP && line.done > 0.39 && line.done < 0.41);
	workshop_read(&line, "{\"ok\":false,\"code\":\"disk_full\",\"why\":\"x\"}");
	CHECK(line.said == SAID_FAILED && strcmp(line.code, "disk_full") == 0);
	CHECK(strcmp(line.json, "{\"code\":\"disk_full\"}") == 0);
	workshop_read(&line,
		      "{\"ok\":true,\"files\":[{\"name\":\"video.mp4\",\"bytes\":7},"
		      "{\"name\":\"../x\",\"bytes\":7},{\"name\":\"poster.jpg\"},4],"
		      "\"duration_ms\":9,\"lufs\":-16.02}");
	CHECK(line.said == SAID_READY);
	CHECK(strcmp(line.json, "{\"files\":[[\"video.mp4\",7]],\"lufs\":-16.02}") == 0);
}

/* As many files as there can be are kept, and of more nothing. */
static void many_files(void)
{
	static char text[32768];
	struct workshop_line line;

	for (int most = 100; most <= 500; most += 400) {
		size_t n = (size_t)sprintf(text, "{\"ok\":true,\"files\":[");

		for (int i = 1; i <= most; i++)
			n += (size_t)sprintf(text + n,
					     "%s{\"name\":\"sprite-%d.jpg\","
					     "\"bytes\":1234567}",
					     i > 1 ? "," : "", i);
		sprintf(text + n, "]}");
		workshop_read(&line, text);
		CHECK(line.said == (most == 100 ? SAID_READY : SAID_NOTHING));
	}
}

/* ---- the class ----------------------------------------------------------------------
 */

static bool ok(const char *type, const char *d)
{
	return class_client_ok(class_client_ask(lecturer, type, d));
}

static bool listed(const char *want)
{
	return class_client_list(lecturer, 1) &&
	       strstr(class_client_reply(lecturer), want);
}

static void wait_listed(const char *want)
{
	for (int ms = 0; !listed(want); ms += 250) {
		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 250);
	}
}

static void enter(struct class_world *of)
{
	world = of;
	if (!media)
		media = class_media_create(false, 90, 440);
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && media);
	class_client_send(lecturer, media, true, true);
	CHECK(ok("media.set", "{\"mic\":true,\"cam\":true}"));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
}

/* With another layout, for as long as it takes to be a chapter beside the mark. */
static void record_layout(void)
{
	CHECK(ok("record.start", "{\"editions\":[\"full\"]}"));
	class_client_text(lecturer, "\"id\":\"", id, sizeof(id));
	class_world_pass(&lecturer, 1, 2500);
	CHECK(ok("layout.set", "{\"name\":\"speaker\"}"));
	class_world_pass(&lecturer, 1, 12500);
	CHECK(ok("record.mark", "{\"text\":\"Second half\"}"));
	class_world_pass(&lecturer, 1, 1500);
	CHECK(ok("record.stop", "{}"));
}

static void record(void)
{
	CHECK(ok("record.start", "{\"editions\":[\"full\"]}"));
	class_client_text(lecturer, "\"id\":\"", id, sizeof(id));
	class_world_pass(&lecturer, 1, 1500);
	CHECK(ok("record.mark", "{\"text\":\"Second half\"}"));
	class_world_pass(&lecturer, 1, 1500);
	CHECK(ok("record.stop", "{}"));
}

static void path_of(char out[CONF_PATH + 100], const char *name)
{
	snprintf(out, CONF_PATH + 100, "%s/recordings/%s.made%s%s", world->dir, id,
		 *name ? "/" : "", name);
}

static bool there(const char *name)
{
	char path[CONF_PATH + 100];

	path_of(path, name);
	return access(path, F_OK) == 0;
}

static void delete (void)
{
	char d[80];

	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"now\":true}", id);
	CHECK(ok("recording.delete", d));
	CHECK(!there(""));
	class_world_pass(&lecturer, 1, 300); /* above the rate of lists */
	CHECK(!listed(id));
}

/* ---- programs that only seem so ------------------------------------------------------
 */

static void fake_path(char out[CONF_PATH], const char *name)
{
	snprintf(out, CONF_PATH, "%s/fake/%s", world->dir, name);
}

/* For the next server. */
static void fake(const char *script)
{
	char path[CONF_PATH];
	FILE *f;

	fake_path(path, "");
	CHECK(mkdir(path, 0700) == 0 || errno == EEXIST);
	fake_path(path, "tries");
	unlink(path);
	fake_path(path, "aula-derive");
	f = fopen(path, "w");
	CHECK(f && fputs(script, f) >= 0 && fclose(f) == 0);
	CHECK(chmod(path, 0700) == 0);
	fake_path(world->conf.deck_reader, "aula-deck");
}

/* How often it was started; the number of the process that was last. */
static int tries(pid_t *last)
{
	char path[CONF_PATH], line[40];
	FILE *f;
	int n = 0;

	fake_path(path, "tries");
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		*last = (pid_t)strtol(line, NULL, 10);
		n++;
	}
	if (f)
		fclose(f);
	return n;
}

static void prepare(struct conf *conf)
{
	log_set_level(LOG_ERROR);
	conf->derive = true;
	conf->shed = false; /* however busy the machine is */
	deck_http_reader(conf);
	memcpy(real, conf->deck_reader, sizeof(real));
	/* class_world_run_each() runs one world: its configuration is in it */
	world = (struct class_world *)(void *)((char *)conf -
					       offsetof(struct class_world, conf));
	fake(FAKE "kill -9 $$\n");
}

/* ---- accidents ----------------------------------------------------------------------
 */

/* Reads until this is told of the recording; the lecturer goes on meanwhile. */
static void heard(struct ws_client *c, const char *want)
{
	static char message[256 << 10];

	for (int ms = 0;; ms += 40) {
		int n = ws_client_recv(c, message, sizeof(message), 20);

		CHECK(ms < PATIENT_MS && (n >= 0 || n == -ETIMEDOUT));
		class_world_pass(&lecturer, 1, 20);
		if (n > 0 && strstr(message, "\"recording.made\"") &&
		    strstr(message, want))
			break;
	}
	CHECK(strstr(message, id));
}

static struct ws_client *listener(void)
{
	struct ws_client *c = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	char text[300];

	CHECK(c);
	snprintf(text, sizeof(text),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"%s\",\"name\":\"E\","
		 "\"token\":\"%s\"}}",
		 world->code, world->token);
	CHECK(ws_client_send(c, text));
	return c;
}

static void it_dies(struct class_world *of)
{
	struct ws_client *ear;
	pid_t last;

	enter(of);
	ear = listener();
	record();
	heard(ear, "\"working\"");
	heard(ear, "\"failed\"");
	wait_listed("\"made\":{\"state\":\"failed\",\"code\":\"died\"}");
	CHECK(tries(&last) == WORKSHOP_TRIES);
	CHECK(count_get(COUNT_MADE_AGAIN) == WORKSHOP_TRIES - 1);
	CHECK(count_get(COUNT_MADE_FAILED) == 1 && count_get(COUNT_MADE) == 0);
	delete ();
	ws_client_close(ear);
	class_client_leave(lecturer);
	fake(FAKE "mkdir \"$3\"; echo >\"$3/poster.jpg\"; echo >\"$3/made.json\"\n"
		  "echo '{\"step\":\"sound\",\"done\":0.50}'\nexec sleep 100000\n");
}

static void wait_works(void)
{
	for (int ms = 0; !there("made.json"); ms += 50) {
		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 50);
	}
	/* what it looks like is there before the rest */
	wait_listed("\"made\":{\"state\":\"working\",\"done\":0.4,\"base\":\"");
	wait_listed("\"files\":[{\"name\":\"poster.jpg\",\"bytes\":1}]}");
}

/* One is deleted while it is worked on, one is left to the next server. */
static void it_hangs(struct class_world *of)
{
	pid_t last = 0;

	enter(of);
	record();
	wait_works();
	CHECK(tries(&last) == 1 && kill(last, 0) == 0);
	CHECK(count_get(COUNT_MAKING) == 1);
	delete ();
	CHECK(kill(last, 0) < 0 && errno == ESRCH);
	record_layout();
	memcpy(kept, id, sizeof(kept));
	wait_works();
	CHECK(tries(&last) == 2);
	class_client_leave(lecturer);
	memcpy(world->conf.deck_reader, real, sizeof(real));
}

/* ---- what comes of it ---------------------------------------------------------------
 */

static int get(const char *name, const char *by)
{
	char target[540];

	snprintf(target, sizeof(target), "%s%s?%s", base, name, by);
	return deck_http_get(world, target);
}

static void all_is_served(void)
{
	static const char *const files[][2] = {
		{"video.mp4", "video/mp4"},
		{"sound.m4a", "audio/mp4"},
		{"slides.mp4", "video/mp4"},
		{"chapters.json", "application/json"},
		{"poster.jpg", "image/jpeg"},
		{"sprite-1.jpg", "image/jpeg"},
		{"sprite.vtt", "text/vtt"},
		{"chapters.vtt", "text/vtt"},
		{"waveform.json", "application/json"},
	};

	class_client_text(lecturer, "\"base\":\"", base, sizeof(base));
	class_client_text(lecturer, "\"query\":\"", query, sizeof(query));
	CHECK(strstr(class_client_reply(lecturer), "\"lufs\":-1"));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char want[60];

		snprintf(want, sizeof(want), "{\"name\":\"%s\",\"bytes\":", files[i][0]);
		CHECK(strstr(class_client_reply(lecturer), want));
		CHECK(get(files[i][0], query) == 200);
		snprintf(want, sizeof(want), "ontent-Type: %s", files[i][1]);
		CHECK(strcasestr(deck_http_body(), want));
		CHECK(!strstr(deck_http_body(), "class-"));
	}
	CHECK(get("chapters.vtt", query) == 200);
	CHECK(strstr(deck_http_body(), "\r\n\r\nWEBVTT"));
	CHECK(strstr(deck_http_body(), "Second half"));
	/* what came up by itself, too */
	CHECK(strstr(deck_http_body(), "\nspeaker\n"));
	CHECK(get("chapters.json", query) == 200);
	CHECK(strstr(deck_http_body(), "\"title\":\"speaker\",\"kind\":\"layout\"}"));
	CHECK(strstr(deck_http_body(), "\"title\":\"Second half\",\"kind\":\"mark\"}"));
}

/* Under another name, of another recording, by another link. */
static void nothing_else(void)
{
	static const char *const names[] = {"",
					    "../video.mp4",
					    "..%2fvideo.mp4",
					    "made.json",
					    "poster.jpg.part",
					    "video.mp4/",
					    "sprite-0.jpg"};
	char other[300], target[500];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(get(names[i], query) == 403 || get(names[i], query) == 400);
	CHECK(get("video.mp4", "m=1&sig=x") == 403);
	CHECK(get("video.mp4", "") == 403);
	snprintf(other, sizeof(other), "%s", query);
	other[2] = other[2] == '9' ? '8' : '9'; /* another member */
	CHECK(get("video.mp4", other) == 403);
	snprintf(target, sizeof(target), "/api/v1/recordings/%s?%s", id, query);
	CHECK(deck_http_get(world, target) == 403);
	class_client_text(lecturer, "\"url\":\"", other, sizeof(other));
	CHECK(deck_http_get(world, other) == 200);
	CHECK(get("video.mp4", strchr(other, '?') + 1) == 403);
	snprintf(other, sizeof(other), "%s", id);
	other[0] = other[0] == 'x' ? 'y' : 'x'; /* another recording */
	snprintf(target, sizeof(target), "/api/v1/recordings/%.40s/made/video.mp4?%s",
		 other, query);
	CHECK(deck_http_get(world, target) == 403);
	CHECK(get("sprite-77.jpg", query) == 404);
}

static void parts(void)
{
	char by[300];

	snprintf(by, sizeof(by), "%s HTTP/1.1\r\nRange: bytes=4-7\r\nX-A: b", query);
	CHECK(get("video.mp4", by) == 206);
	CHECK(strstr(deck_http_body(), "\r\n\r\nftyp"));
	snprintf(by, sizeof(by), "%s&download=1", query);
	CHECK(get("sound.m4a", by) == 200);
	CHECK(strstr(deck_http_body(), "-sound.m4a\""));
}

/* ---- captions -----------------------------------------------------------------------
 */

#define VTT "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"

static char put_at[200], put_by[200];

static int put(const char *language, const char *text)
{
	char target[500];

	snprintf(target, sizeof(target), "%s%s?%s", put_at, language, put_by);
	return deck_http_put(world, target, text, strlen(text), strlen(text));
}

static int drop(const char *language)
{
	char target[500];

	snprintf(target, sizeof(target), "%s%s?%s", put_at, language, put_by);
	return deck_http_delete(world, target);
}

static void ask_captions(const char *languages)
{
	char d[100];

	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	CHECK(ok("recording.captions", d));
	CHECK(strstr(class_client_reply(lecturer), languages));
	class_client_text(lecturer, "\"url\":\"", put_at, sizeof(put_at));
	class_client_text(lecturer, "\"query\":\"", put_by, sizeof(put_by));
}

static void captions_refused(void)
{
	char target[500], signature[200];

	CHECK(put("ru", "1\n00:00.000 --> 00:02.000\nHello\n") == 422);
	CHECK(strstr(deck_http_body(), "\"bad_captions\"") &&
	      strstr(deck_http_body(), "\"line\":1}"));
	CHECK(put("ru", VTT "\nSTYLE\n::cue{}\n") == 422);
	CHECK(strstr(deck_http_body(), "\"line\":6}"));
	CHECK(put("russian-", VTT) == 422);
	CHECK(put("r", VTT) == 422 && put("..", VTT) >= 400);
	CHECK(put("../ru", VTT) >= 400);
	CHECK(drop("ru") == 404 && !there("captions-ru.vtt"));
	/* a link of another kind, of another member */
	snprintf(target, sizeof(target), "%sru?%s", put_at, query);
	CHECK(deck_http_put(world, target, VTT, strlen(VTT), strlen(VTT)) == 403);
	memcpy(signature, put_by, sizeof(signature));
	put_by[2] = put_by[2] == '9' ? '8' : '9';
	CHECK(put("ru", VTT) == 403 && drop("ru") == 403);
	memcpy(put_by, signature, sizeof(put_by));
	/* too large, by what its head says */
	snprintf(target, sizeof(target), "%sru?%s", put_at, put_by);
	CHECK(deck_http_put(world, target, VTT, strlen(VTT), LIMIT_CAPTIONS + 1) == 413);
}

static void captions(void)
{
	char language[8];

	ask_captions("\"languages\":[]");
	captions_refused();
	CHECK(put("RU", VTT) == 200);
	CHECK(strstr(deck_http_body(), "{\"language\":\"ru\",\"cues\":1,\"bytes\":"));
	CHECK(there("captions-ru.vtt") && !there("captions-ru.vtt.part"));
	CHECK(put("pt-br", VTT) == 200);
	ask_captions("\"languages\":[\"ru\",\"pt-BR\"]");
	wait_listed("{\"name\":\"captions-ru.vtt\",\"bytes\":");
	CHECK(get("captions-ru.vtt", query) == 200);
	CHECK(strcasestr(deck_http_body(), "ontent-Type: text/vtt; charset=utf-8"));
	CHECK(strstr(deck_http_body(), "\r\n\r\n" VTT));
	/* anew; gone */
	CHECK(put("ru", VTT "\n00:03.000 --> 00:04.000\nagain\n") == 200);
	CHECK(get("captions-ru.vtt", query) == 200 && strstr(deck_http_body(), "again"));
	CHECK(drop("pt-BR") == 204 && !there("captions-pt-BR.vtt"));
	ask_captions("\"languages\":[\"ru\"]");
	for (int i = 1; i < LIMIT_LANGUAGES; i++) {
		snprintf(language, sizeof(language), "x%c", 'a' + i);
		CHECK(put(language, VTT) == 200);
	}
	CHECK(put("en", VTT) == 409 && strstr(deck_http_body(), "too_many_languages"));
	CHECK(put("ru", VTT) == 200);
}

static void it_goes_on(struct class_world *of)
{
	pid_t last = 0;

	world = of;
	memcpy(id, kept, sizeof(id));
	CHECK(tries(&last) == 2 && kill(last, 0) < 0 && errno == ESRCH);
	enter(of);
	wait_listed("\"made\":{\"state\":\"ready\"");
	CHECK(listed(id) && there("video.mp4") && count_get(COUNT_MADE) == 1);
	all_is_served();
	nothing_else();
	parts();
	captions();
	delete ();
	CHECK(get("video.mp4", query) == 404);
	class_client_leave(lecturer);
	class_media_destroy(media);
}

int main(void)
{
	static void (*const servers[])(struct class_world * world) = {it_dies, it_hangs,
								      it_goes_on};

	names();
	lines();
	many_files();
	return class_world_run_each(prepare, servers, 3);
}
