/* Parts of recordings, and links to them for those who have no place in the class,
 * against a whole server that really records and cuts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/bucket.h"
#include "mcu/notice_share.h"
#include "mcu/room.h"
#include "mcu/workshop_cut.h"
#include "mcu/workshop_text_cut.h"
#include "signaling/auth_password.h"
#include "tests/class_world.h"
#include "tests/deck_http.h"
#include "tests/test.h"

#define PATIENT_MS 300000

static struct class_world *world;
static struct class_client *lecturer;
static struct class_media *media;
static char id[40], cut[40], share[40], url[200], title_of[60];

/* ---- the class ------------------------------------------------------------------------
 */

static bool said(const char *type, const char *d, const char *want)
{
	const char *got = class_client_ask(lecturer, type, d);

	for (int i = 0; got && strcmp(got, "too_fast") == 0 && i < 200; i++) {
		class_world_pass(&lecturer, 1, 210);
		got = class_client_ask(lecturer, type, d);
	}
	return want ? class_client_said(got, want) : class_client_ok(got);
}

static void word(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t n;

	CHECK(at);
	at += strlen(key);
	n = strcspn(at, "\"");
	CHECK(n < size);
	memcpy(out, at, n);
	out[n] = '\0';
}

static double number(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	CHECK(at);
	return strtod(at + strlen(key), NULL);
}

/* The row of a recording, from its id to the next one's. */
static const char *row_of(const char *which)
{
	static char row[20000];
	char key[60];
	const char *at, *end;
	size_t n;

	CHECK(said("recording.list", "{}", NULL));
	snprintf(key, sizeof(key), "{\"id\":\"%s\"", which);
	at = strstr(class_client_reply(lecturer), key);
	if (!at)
		return "";
	end = strstr(at + 1, "{\"id\":\"");
	n = end ? (size_t)(end - at) : strlen(at);
	CHECK(n < sizeof(row));
	memcpy(row, at, n);
	row[n] = '\0';
	return row;
}

static const char *wait_row(const char *which, const char *want)
{
	const char *row;

	for (int ms = 0; !strstr(row = row_of(which), want); ms += 250) {
		CHECK(ms < PATIENT_MS);
		class_world_pass(&lecturer, 1, 250);
	}
	return row;
}

static void record(void)
{
	CHECK(said("record.start",
		   "{\"editions\":[\"full\",\"sound\"],\"title\":\"Lesson\"}", NULL));
	word(class_client_reply(lecturer), "\"id\":\"", id, sizeof(id));
	class_world_pass(&lecturer, 1, 2500);
	CHECK(said("record.mark", "{\"text\":\"Theorem\"}", NULL));
	class_world_pass(&lecturer, 1, 2500);
	CHECK(said("record.mark", "{\"text\":\"Proof\"}", NULL));
	class_world_pass(&lecturer, 1, 500);
	CHECK(said("record.stop", "{}", NULL));
	wait_row(id, "\"state\":\"ready\"");
}

/* ---- cuts
 * ------------------------------------------------------------------------------ */

static void trim_to(const char *which, int from_ms, int to_ms, const char *want)
{
	char d[200];

	snprintf(d, sizeof(d),
		 "{\"id\":\"%s\",\"from_ms\":%d,\"to_ms\":%d,\"title\":\"%s\"}", which,
		 from_ms, to_ms, title_of);
	CHECK(said("recording.trim", d, want));
}

static void cut_ends(void)
{
	char d[80];
	const char *row;
	double ms, whole_ms;
	int at_ms;

	trim_to(id, 3000, 3500, "bad_range");
	trim_to(id, 3000, 2000, "bad_range");
	trim_to(id, 3600000, 7200000, "bad_range");
	trim_to("nothing", 0, 5000, "unknown_recording");
	snprintf(title_of, sizeof(title_of), "The theorem");
	/* around the first mark: the second one is later */
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	CHECK(said("recording.marks", d, NULL));
	at_ms = (int)number(class_client_reply(lecturer), "\"at_ms\":");
	whole_ms = number(row_of(id), "\"duration_ms\":");
	trim_to(id, at_ms - 1000, at_ms + 1200, NULL);
	word(class_client_reply(lecturer), "\"id\":\"", cut, sizeof(cut));
	row = wait_row(cut, "\"state\":\"ready\"");
	ms = number(row, "\"duration_ms\":");
	if (ms < 2000 || ms > whole_ms)
		fprintf(stderr, "%s\n", row);
	CHECK(ms >= 2000 && ms <= whole_ms); /* from the key frame before */
	CHECK(strstr(row, "\"title\":\"The theorem\"") && strstr(row, "\"of\":\""));
	CHECK(strstr(row, id) && strstr(row, "\"edition\":\"sound\""));
	CHECK(number(row, "\"started_ms\":") > number(row_of(id), "\"started_ms\":"));
	word(row_of(cut), "\"url\":\"", url, sizeof(url));
	CHECK(deck_http_get(world, url) == 200);
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", cut);
	CHECK(said("recording.marks", d, NULL));
	CHECK(strstr(class_client_reply(lecturer), "Theorem") &&
	      !strstr(class_client_reply(lecturer), "Proof"));
	CHECK(number(class_client_reply(lecturer), "\"at_ms\":") <= ms);
	CHECK(strstr(row_of(id), "\"state\":\"ready\"")); /* it stays */
}

/* Captions of the whole: a cue that lasts as long, so that any part has some. */
static void put_captions(void)
{
	static const char vtt[] = "WEBVTT\n\n00:00.000 --> 01:00.000\nHear the theorem\n";
	char d[80], place[100], query[200], target[400];

	wait_row(id, "\"made\":{\"state\":\"ready\"");
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	CHECK(said("recording.captions", d, NULL));
	word(class_client_reply(lecturer), "\"url\":\"", place, sizeof(place));
	word(class_client_reply(lecturer), "\"query\":\"", query, sizeof(query));
	snprintf(target, sizeof(target), "%sen?%s", place, query);
	CHECK(deck_http_put(world, target, vtt, strlen(vtt), strlen(vtt)) == 200);
}

/* What its captions say, as it is on the disk; "" before. */
static const char *captions_of(const char *which)
{
	static char text[2000];
	char path[400];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.made/captions-en.vtt",
		 world->conf.recordings_dir, which);
	f = fopen(path, "r");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static void captions_are_cut(void)
{
	double ms = number(row_of(cut), "\"duration_ms\":"), end;
	const char *text = captions_of(cut),
		   *at = strstr(text, "00:00:00.000 --> 00:00:");

	if (!at || !strstr(text, "Hear the theorem"))
		fprintf(stderr, "%s", text);
	CHECK(at && strstr(text, "Hear the theorem"));
	end = 1000 * strtod(at + strlen("00:00:00.000 --> 00:00:"), NULL);
	CHECK(end > ms - 1500 && end < ms + 1500 && end < 30000);
	/* and they are listed with what is made of it */
	wait_row(cut, "captions-en.vtt");
}

/* ---- joined
 * ------------------------------------------------------------------------------ */

static bool join_two(const char *a, const char *b, const char *want)
{
	char d[200];

	snprintf(d, sizeof(d), "{\"ids\":[\"%s\",\"%s\"]}", a, b);
	return said("recording.join", d, want);
}

static void join_refused(void)
{
	CHECK(said("recording.join", "{}", "bad_field"));
	CHECK(said("recording.join", "{\"ids\":[\"a\"]}", "bad_field"));
	CHECK(said("recording.join", "{\"ids\":[\"a\",\"\"]}", "bad_field"));
	CHECK(said("recording.join", "{\"ids\":[\"a\",\"b c\"]}", "bad_field"));
	CHECK(said("recording.join", "{\"ids\":[\"a\",7]}", "bad_field"));
	CHECK(said("recording.join",
		   "{\"ids\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]}",
		   "bad_field"));
	CHECK(join_two(id, id, "bad_field"));
	CHECK(join_two(id, "nothing", "unknown_recording"));
	CHECK(join_two(id, "running", "unknown_recording"));
	CHECK(join_two("broken", id, "unknown_recording")); /* it cannot be read */
	CHECK(join_two(id, "sounds", "recordings_differ"));
}

static const char *after(const char *text, const char *word_of)
{
	const char *at = strstr(text, word_of);

	CHECK(at);
	return at + strlen(word_of);
}

/* Whatever the order they are named in: the older one is first. */
static void joined(void)
{
	double first_ms = number(row_of(id), "\"duration_ms\":");
	double second_ms = number(row_of(cut), "\"duration_ms\":"), at_ms, theorem_ms;
	char both[40], want[120], d[80];
	const char *row;

	join_refused();
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", cut);
	CHECK(said("recording.marks", d, NULL));
	theorem_ms = number(class_client_reply(lecturer), "\"at_ms\":");
	CHECK(join_two(cut, id, NULL));
	word(class_client_reply(lecturer), "\"id\":\"", both, sizeof(both));
	row = wait_row(both, "\"state\":\"ready\"");
	snprintf(want, sizeof(want), "\"joined\":[\"%s\",\"%s\"]", id, cut);
	CHECK(strstr(row, want) && !strstr(row, "\"of\":"));
	CHECK(strstr(row, "\"title\":\"Lesson\"") &&
	      strstr(row, "\"edition\":\"sound\""));
	at_ms = number(row, "\"duration_ms\":");
	CHECK(at_ms > first_ms + second_ms - 400 && at_ms < first_ms + second_ms + 400);
	CHECK(number(row, "\"started_ms\":") > number(row_of(id), "\"started_ms\":"));
	/* each beginning has its name, and its marks follow it */
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", both);
	CHECK(said("recording.marks", d, NULL));
	row = class_client_reply(lecturer);
	row = after(after(after(row, "\"Lesson\""), "\"Theorem\""), "\"Proof\"");
	at_ms = number(row, "\"at_ms\":");
	CHECK(at_ms > first_ms - 300 && at_ms < first_ms + 300);
	row = after(row, "\"The theorem\"");
	CHECK(number(row, "\"at_ms\":") > at_ms + theorem_ms - 2 &&
	      number(row, "\"at_ms\":") < at_ms + theorem_ms + 2);
	after(row, "\"Theorem\"");
	row = after(captions_of(both), "Hear the theorem");
	after(row, "Hear the theorem");
	wait_row(both, "captions-en.vtt");
	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"now\":true}", both);
	CHECK(said("recording.delete", d, NULL));
	CHECK(!*row_of(both) && !*captions_of(both));
}

/* What is no recording fails, and says so. */
static void put_broken(void *arg)
{
	struct db_recording row = {.id = "broken",
				   .title = "Broken",
				   .state = "ready",
				   .started_ms = 1000,
				   .duration_ms = 9000,
				   .bytes = 9};
	struct room *room;

	(void)arg;
	thread_claim(&on_ctl);
	room = class_world_room(world);
	snprintf(row.room, sizeof(row.room), "%s", room->row.id);
	CHECK(db_recording_put(room->server->db, &row) == 0);
	snprintf(row.id, sizeof(row.id), "running");
	snprintf(row.state, sizeof(row.state), "running");
	CHECK(db_recording_put(room->server->db, &row) == 0);
	snprintf(row.id, sizeof(row.id), "sounds");
	snprintf(row.state, sizeof(row.state), "ready");
	snprintf(row.made, sizeof(row.made), "failed");
	row.started_ms = 2000;
	CHECK(db_recording_put(room->server->db, &row) == 0);
	snprintf(row.id, sizeof(row.id), "film"); /* of before full came along */
	row.started_ms = 3000;
	CHECK(db_recording_put(room->server->db, &row) == 0);
	CHECK(db_recording_file_put(room->server->db,
				    &(struct db_recording_file){.id = "film.mkv",
								.recording = "film",
								.edition = "mkv",
								.ext = "mkv",
								.bytes = 9}) == 0);
	CHECK(db_recording_file_put(room->server->db,
				    &(struct db_recording_file){.id = "sounds.light",
								.recording = "sounds",
								.edition = "light",
								.ext = "mp4",
								.bytes = 9}) == 0);
}

/* Of the last list. */
static int rows(void)
{
	int n = 0;

	for (const char *at = class_client_reply(lecturer);
	     (at = strstr(at, "{\"id\":\"")); at++)
		n++;
	return n;
}

static void cut_fails(void)
{
	char path[400], made[40], d[80];
	FILE *f;
	int n;

	class_world_on(world, put_broken, NULL);
	snprintf(path, sizeof(path), "%s/broken.mp4", world->conf.recordings_dir);
	f = fopen(path, "w");
	CHECK(f && fputs("no recording", f) >= 0 && fclose(f) == 0);
	trim_to("running", 0, 5000, "unknown_recording");
	CHECK(said("recording.list", "{}", NULL));
	n = rows();
	trim_to("film", 0, 5000, "not_supported");
	CHECK(said("recording.delete", "{\"id\":\"film\"}", NULL));
	trim_to("film", 0, 5000, "unknown_recording"); /* what was thrown away goes */
	CHECK(said("recording.list", "{}", NULL) && rows() == n - 1);
	CHECK(said("recording.delete", "{\"id\":\"broken\"}", NULL));
	trim_to("broken", 0, 5000, "unknown_recording");
	CHECK(said("recording.restore", "{\"id\":\"broken\"}", NULL));
	trim_to("broken", 0, 5000, NULL);
	word(class_client_reply(lecturer), "\"id\":\"", made, sizeof(made));
	CHECK(strstr(wait_row(made, "\"state\":\"failed\""), "\"error\":\""));
	snprintf(d, sizeof(d), "{\"id\":\"%s\",\"now\":true}", made);
	CHECK(said("recording.delete", d, NULL));
	CHECK(!*row_of(made));
}

/* ---- links
 * ------------------------------------------------------------------------------ */

static int ask_share(const char *token, const char *password)
{
	char target[600], text[300];

	snprintf(target, sizeof(target), "/api/v1/shares/%s", token);
	if (!password)
		return deck_http_get(world, target);
	snprintf(text, sizeof(text), "{\"password\":\"%s\"}", password);
	return deck_http_post(world, target, text);
}

static bool body_has(const char *part)
{
	bool so = strstr(deck_http_body(), part);

	if (!so)
		fprintf(stderr, "%.1500s\nhas no %s\n", deck_http_body(), part);
	return so;
}

static void make_share(const char *with, char token[100])
{
	char d[200];

	snprintf(d, sizeof(d), "{\"id\":\"%s\"%s}", cut, with);
	CHECK(said("recording.share", d, NULL));
	word(class_client_reply(lecturer), "{\"id\":\"", share, sizeof(share));
	word(class_client_reply(lecturer), "\"url\":\"/s/", token, 100);
}

static void end_share(const char *which)
{
	char d[80];

	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", which);
	CHECK(said("recording.unshare", d, NULL));
}

static void open_link(char token[100])
{
	char target[400];

	make_share(",\"days\":1", token);
	CHECK(strlen(token) == SHARE_TOKEN);
	CHECK(ask_share(token, NULL) == 200);
	CHECK(body_has("\"title\":\"The theorem\"") && body_has("\"download\":false"));
	CHECK(!strstr(deck_http_body(), "m=") && body_has("?s="));
	word(deck_http_body(), "\"url\":\"", url, sizeof(url));
	CHECK(deck_http_get(world, url) == 200);
	snprintf(target, sizeof(target), "%s&download=1", url);
	CHECK(deck_http_get(world, target) == 403);
	CHECK(ask_share(token, "anything") == 200); /* it has no password */
	snprintf(target, sizeof(target), "%s?again=1", token);
	CHECK(ask_share(target, NULL) == 200);
	wait_row(cut, "\"shares\":1");
	snprintf(target, sizeof(target), "{\"id\":\"%s\"}", cut);
	CHECK(said("recording.shares", target, NULL));
	CHECK(strstr(class_client_reply(lecturer), "\"opened\":2"));
	CHECK(strstr(class_client_reply(lecturer), token));
}

/* Of another share, another file, another member. */
static void links_are_bound(void)
{
	char other[300], *s;

	snprintf(other, sizeof(other), "%s", url);
	s = strstr(other, "?s=");
	CHECK(s);
	s[3] = s[3] == 'a' ? 'b' : 'a';
	CHECK(deck_http_get(world, other) == 403);
	memcpy(s, "?m=", 3);
	CHECK(deck_http_get(world, other) == 403);
	snprintf(other, sizeof(other), "/api/v1/recordings/%s%s", id, strchr(url, '?'));
	CHECK(deck_http_get(world, other) == 403);
}

static void wrong_tokens(const char *token)
{
	char other[100];

	snprintf(other, sizeof(other), "%s", token);
	other[SHARE_TOKEN - 1] ^= 1;
	CHECK(ask_share(other, NULL) == 404 && body_has("unknown_share"));
	snprintf(other, sizeof(other), "%s", token);
	other[0] = other[0] == 'a' ? 'b' : 'a';
	CHECK(ask_share(other, NULL) == 404);
	CHECK(ask_share("", NULL) == 404);
	CHECK(ask_share("x/../../y", NULL) >= 400);
	CHECK(deck_http_put(world, "/api/v1/shares/x", "x", 1, 1) >= 400);
}

static void locked_link(char token[100])
{
	make_share(",\"password\":\"пароль\",\"download\":true", token);
	CHECK(strstr(class_client_reply(lecturer), "\"password\":true"));
	CHECK(ask_share(token, NULL) == 200 && body_has("\"password\":true"));
	CHECK(!strstr(deck_http_body(), "url"));
	CHECK(ask_share(token, "wrong") == 403 && body_has("bad_password"));
	CHECK(ask_share(token, "") == 400);
	CHECK(ask_share(token, "пароль") == 200 && body_has("\"download\":true"));
	word(deck_http_body(), "\"url\":\"", url, sizeof(url));
	CHECK(deck_http_get(world, url) == 200);
}

static void put_expired(void *arg)
{
	struct db_share row = {.made_ms = 1, .expires_ms = 2};
	char *token = arg;

	thread_claim(&on_ctl);
	snprintf(row.id, sizeof(row.id), "01234567890123456789");
	snprintf(row.recording, sizeof(row.recording), "%.32s", cut);
	CHECK(db_share_put(world->server->db, &row) == 0);
	share_url(world->server, row.id, token);
}

/* One that is over ends its links, too. */
static void ends(const char *token)
{
	char of_expired[SHARE_URL], d[80];

	class_world_on(world, put_expired, of_expired);
	CHECK(ask_share(of_expired + 3, NULL) == 410 && body_has("share_expired"));
	CHECK(deck_http_get(world, url) == 200);
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", cut);
	CHECK(said("recording.delete", d, NULL)); /* into the trash */
	CHECK(deck_http_get(world, url) == 403 && ask_share(token, NULL) == 404);
	CHECK(said("recording.restore", d, NULL));
	CHECK(deck_http_get(world, url) == 200);
	end_share(share);
	CHECK(deck_http_get(world, url) == 403);
	CHECK(ask_share(token, "пароль") == 404 && body_has("unknown_share"));
}

/* Who guesses is stopped, and then the right word is no better. */
static void guessed(void)
{
	char token[100];
	int status = 0, n = 0;

	make_share(",\"password\":\"tomato\"", token);
	while (n < 40 && (status = ask_share(token, "potato")) == 403)
		n++;
	CHECK(status == 429 && n > 0 && n <= 10);
	CHECK(ask_share(token, "tomato") == 429);
}

static void everything(struct class_world *of)
{
	char open[100], locked[100];

	world = of;
	media = class_media_create(false, 90, 440);
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && media);
	class_client_send(lecturer, media, true, true);
	CHECK(said("media.set", "{\"mic\":true,\"cam\":true}", NULL));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
	record();
	put_captions();
	cut_ends();
	captions_are_cut();
	cut_fails();
	joined();
	open_link(open);
	links_are_bound();
	locked_link(locked);
	ends(locked);
	wrong_tokens(open);
	guessed();
	class_client_leave(lecturer);
	class_media_destroy(media);
}

static void prepare(struct conf *conf)
{
	log_set_level(LOG_ERROR);
	conf->shed = false; /* however busy the machine is */
	conf->derive = true;
	deck_http_reader(conf); /* aula-derive is where that is */
}

int main(void)
{
	return class_world_run(prepare, everything);
}
