/* A scripted class against a whole server in this process: all threads, real
 * sockets, real media. Made to run under ThreadSanitizer, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/count.h"
#include "signaling/session.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

static struct class_world *world;

static struct class_client *join(const char *name, bool lecturer, bool vp8, bool tcp)
{
	return class_world_join(world, name, lecturer, vp8, tcp);
}

static bool all_receive(struct class_client **all)
{
	for (int i = 0; i < 3; i++) {
		const struct class_client_stats *s = class_client_stats(all[i]);

		if (s->frames < 10 || s->audio < 60)
			return false;
	}
	return true;
}

static void roles_and_fields(struct class_client *lecturer, struct class_client *student)
{
	CHECK(class_client_said(
		class_client_ask(student, "layout.set", "{\"name\":\"grid\"}"),
		"forbidden"));
	CHECK(class_client_said(class_client_ask(student, "record.start", "{}"),
				"forbidden"));
	CHECK(class_client_said(class_client_ask(lecturer, "room.list", "{}"),
				"forbidden"));
	CHECK(class_client_said(
		class_client_ask(lecturer, "layout.set", "{\"name\":\"none-such\"}"),
		"unknown_layout"));
	CHECK(class_client_said(class_client_ask(lecturer, "layout.set", "{\"name\":7}"),
				"bad_field"));
	CHECK(class_client_said(class_client_ask(lecturer, "layout.set", "{}"),
				"bad_field"));
	CHECK(class_client_said(class_client_ask(lecturer, "dance", "{}"),
				"unknown_type"));
	CHECK(class_client_said(
		class_client_ask(lecturer, "join", "{\"code\":\"x\",\"name\":\"y\"}"),
		"bad_state"));
	CHECK(class_client_said(
		class_client_ask(lecturer, "member.mute", "{\"member\":\"m99999\"}"),
		"unknown_member"));
	CHECK(class_client_said(
		class_client_ask(student, "rtc.answer", "{\"sdp\":\"v=0\",\"v\":77}"),
		"bad_state"));
	CHECK(class_client_said(class_client_ask(lecturer, "record.stop", "{}"),
				"not_recording"));
}

static void media_flows(struct class_client **all, struct class_media *h264,
			struct class_media *vp8)
{
	class_client_send(all[0], h264, true, true);
	class_client_send(all[1], vp8, true, true);
	for (int i = 0; i < 2; i++)
		CHECK(class_client_ok(class_client_ask(all[i], "media.set",
						       "{\"mic\":true,\"cam\":true}")));
	RUN_UNTIL(all, 3, all_receive(all));
	RUN_UNTIL(all, 3, count_get(COUNT_FRAMES_DECODED) >= 20);
}

static void the_layout_changes(struct class_client **all)
{
	static const char *const names[] = {"speaker", "lecture", "grid", "speaker"};

	for (int i = 0; i < 4; i++) {
		uint32_t before = class_client_stats(all[2])->generation;
		char d[64];

		snprintf(d, sizeof(d), "{\"name\":\"%s\"}", names[i]);
		CHECK(class_client_ok(class_client_ask(all[0], "layout.set", d)));
		RUN_UNTIL(all, 3, class_client_stats(all[2])->generation > before);
	}
}

/* Without pictures, by the lecturer's word, and with them again. */
static void the_class_is_limited(struct class_client **all)
{
	uint32_t video, sound;

	CHECK(class_client_said(
		class_client_ask(all[1], "class.limit", "{\"most\":\"low\"}"),
		"forbidden"));
	CHECK(class_client_said(
		class_client_ask(all[0], "class.limit", "{\"most\":\"best\"}"),
		"bad_field"));
	CHECK(class_client_ok(
		class_client_ask(all[0], "class.limit", "{\"most\":\"sound\"}")));
	class_world_pass(all, 3, 500); /* what was on its way */
	video = class_client_stats(all[1])->video;
	sound = class_client_stats(all[1])->audio;
	RUN_UNTIL(all, 3, class_client_stats(all[1])->audio > sound + 20);
	CHECK(class_client_stats(all[1])->video == video);
	CHECK(class_client_ok(
		class_client_ask(all[0], "class.limit", "{\"most\":\"high\"}")));
	RUN_UNTIL(all, 3, class_client_stats(all[1])->video > video);
}

/* A number of the last reply, or -1. */
static long number(const struct class_client *c, const char *key)
{
	const char *at = strstr(class_client_reply(c), key);

	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

/* Is the newest one on the list, and ready? */
static bool listed(struct class_client **all, const char *id)
{
	if (!class_client_list(all[2], 1))
		return false;
	CHECK(strstr(class_client_reply(all[2]), id));
	return strstr(class_client_reply(all[2]), "\"state\":\"ready\"");
}

/* Returns how many milliseconds its length is off. */
static long record_once(struct class_client **all)
{
	char path[200], id[40] = "";
	struct class_client *late;
	int64_t began_us, took_ms;
	const char *at;
	struct stat st;

	/* a key frame was just made for a newcomer: the recording must not wait */
	class_world_pass(all, 3, 1100);
	late = join("Late", false, false, false);
	class_client_run(late, 50);

	CHECK(class_client_ok(
		class_client_ask(all[0], "record.start", "{\"title\":\"Test\"}")));
	began_us = clock_us();
	at = strstr(class_client_reply(all[0]), "\"id\":\"");
	CHECK(at && sscanf(at, "\"id\":\"%39[a-z0-9]", id) == 1);
	CHECK(class_client_said(class_client_ask(all[0], "record.start", "{}"),
				"recording_busy"));
	class_world_pass(all, 3, 3000);
	CHECK(class_client_ok(class_client_ask(all[0], "record.stop", "{}")));
	took_ms = (clock_us() - began_us) / MS_US;
	snprintf(path, sizeof(path), "%s/recordings/%s.mp4", world->dir, id);
	RUN_UNTIL(all, 3, stat(path, &st) == 0);
	CHECK(st.st_size > 5000);
	RUN_UNTIL(all, 3, listed(all, id));
	class_client_leave(late);
	return labs(number(all[2], "\"duration_ms\":") - (long)took_ms);
}

/* What is missing at the ends is much less than the second that a key frame may
 * have to wait; on a busy machine perhaps not each time. */
static void it_is_recorded(struct class_client **all)
{
	int tries = 8;
	long off_ms;

	while ((off_ms = record_once(all)) >= 500) {
		fprintf(stderr, "%ld ms too long or too short\n", off_ms);
		CHECK(--tries);
	}
}

/* Reads messages until one of type `t` comes; its text is in `out`. */
static bool await(struct ws_client *ws, const char *t, char *out, size_t size)
{
	char want[40];

	snprintf(want, sizeof(want), "{\"t\":\"%s\"", t);
	for (int i = 0; i < 50; i++) {
		if (ws_client_recv(ws, out, size, 60000) < 0)
			return false;
		if (strncmp(out, want, strlen(want)) == 0)
			return true;
	}
	return false;
}

/* An offer that was not answered when the connection broke comes again, with
 * the same number, behind the reply to the resume. */
static void a_resume_brings_the_offer(void)
{
	static char text[70000];
	char ask[200], session[SESSION_TOKEN + 1];
	struct ws_client *ws = ws_client_open("127.0.0.1", world->port, false, NULL,
					      NULL);
	const char *at;

	CHECK(ws);
	snprintf(ask, sizeof(ask),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"%s\",\"name\":\"Back\"}}",
		 world->code);
	CHECK(ws_client_send(ws, ask) && await(ws, "ok", text, sizeof(text)));
	at = strstr(text, "\"session\":\"");
	CHECK(at && sscanf(at, "\"session\":\"%32[a-z0-9]", session) == 1);
	CHECK(await(ws, "rtc.offer", text, sizeof(text)) && strstr(text, "\"v\":1"));
	ws_client_close(ws);

	for (int i = 0; i < 2; i++) { /* what can be replayed, and what cannot */
		ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
		CHECK(ws);
		snprintf(
			ask, sizeof(ask),
			"{\"t\":\"resume\",\"id\":2,\"d\":{\"token\":\"%s\",\"seq\":%d}}",
			session, i ? 1 << 20 : 0);
		CHECK(ws_client_send(ws, ask) && await(ws, "ok", text, sizeof(text)));
		CHECK(strstr(text, i ? "\"replayed\":false" : "\"replayed\":true"));
		CHECK(await(ws, "rtc.offer", text, sizeof(text)) &&
		      strstr(text, "\"v\":1"));
		if (i) {
			/* the second offer stands for the first one, too */
			CHECK(ws_client_send(ws, "{\"t\":\"rtc.restart\",\"id\":4}"));
			CHECK(await(ws, "rtc.offer", text, sizeof(text)) &&
			      strstr(text, "\"v\":2") && strstr(text, "\"fresh\":true"));
			CHECK(ws_client_send(ws, "{\"t\":\"leave\",\"id\":3,\"d\":{}}"));
			CHECK(await(ws, "ok", text, sizeof(text)));
		}
		ws_client_close(ws);
	}
}

/* Who writes too much is told so, and a newcomer still gets in. */
static void chat_is_bounded(struct class_client **all)
{
	static char d[4200];
	struct class_client *late;
	int64_t from_us = clock_us();
	int n = 0;

	strcpy(d, "{\"text\":\"");
	while (strlen(d) < 4090)
		strcat(d, "\\\"");
	strcat(d, "\"}");
	for (int i = 0; i < 60; i++)
		n += class_client_ask(all[1], "chat.send", d) == NULL;
	/* a long one counts as two at least; ten are saved up, two more a second */
	CHECK(n >= 2 && n <= 6 + (clock_us() - from_us) / SEC_US);
	late = join("Late", false, false, false);
	CHECK(strlen(class_client_reply(late)) > 1000);
	class_client_leave(late);
}

static void screens_and_restarts(struct class_client **all)
{
	CHECK(class_client_ok(class_client_ask(all[1], "screen.set", "{\"on\":true}")));
	class_world_pass(all, 3, 300);
	CHECK(class_client_ok(class_client_ask(all[0], "screen.set",
					       "{\"on\":true}"))); /* takes over */
	CHECK(class_client_said(class_client_ask(all[1], "screen.set", "{\"on\":true}"),
				"screen_busy"));
	class_world_pass(all, 3, 300);
	CHECK(class_client_ok(class_client_ask(all[0], "screen.set", "{\"on\":false}")));
	CHECK(class_client_ok(class_client_ask(all[1], "rtc.restart", "{}")));
	class_world_pass(all, 3, 300);
}

/* joins and vanishing clients beside a running class */
static void coming_and_going(struct class_client **all)
{
	for (int i = 0; i < 6; i++) {
		struct class_client *c = join("Passer-by", false, i & 1, i % 3 == 2);

		class_client_run(c, 100);
		CHECK(class_client_ok(
			class_client_ask(c, "chat.send", "{\"text\":\"hello world\"}")));
		if (i & 1)
			class_client_vanish(c);
		else
			class_client_leave(c);
		class_world_pass(all, 3, 50);
	}
}

static void everything(struct class_world *w)
{
	struct class_media *h264 = class_media_create(false, 180, 440);
	struct class_media *vp8 = class_media_create(true, 90, 700);
	struct class_client *all[3];

	world = w;
	all[0] = join("Lecturer", true, false, false);
	all[1] = join("Asha", false, true, false);
	all[2] = join("Ivan", false, false, true);
	roles_and_fields(all[0], all[1]);
	media_flows(all, h264, vp8);
	the_layout_changes(all);
	the_class_is_limited(all);
	it_is_recorded(all);
	screens_and_restarts(all);
	coming_and_going(all);
	chat_is_bounded(all);
	a_resume_brings_the_offer();
	CHECK(class_client_ok(class_client_ask(all[0], "class.end", "{}")));
	class_world_pass(all, 3, 100);
	for (int i = 0; i < 3; i++)
		class_client_vanish(all[i]);
	class_media_destroy(h264);
	class_media_destroy(vp8);
}

int main(void)
{
	return class_world_run(NULL, everything);
}
