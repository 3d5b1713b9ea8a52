/* What a class has of its own, as its members get it: set by command, seen on the wire,
 * told, kept over the end of the class and of the server. Stored in the PostgreSQL of
 * AULA_TEST_PG if that is set.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/settings.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

static struct class_world *world;
static struct class_client *all[2]; /* a lecturer who sends, a student */
static char admin[AUTH_TOKEN + 1];
static char text[70000];

/* ---- clients ----------------------------------------------------------------------- */

static bool knows(const struct class_client *c, const char *part)
{
	bool there = strstr(class_client_reply(c), part) != NULL;

	if (!there)
		fprintf(stderr, "no %s in %s\n", part, class_client_reply(c));
	return there;
}

static void make_token(void *arg)
{
	struct server *server = arg;

	thread_claim(&on_ctl);
	auth_key_token(&server->key, "admin", admin);
}

/* One request of an administrator's console; its answer is in `text`. */
static bool console(const char *type, const char *d)
{
	struct ws_client *ws = ws_client_open("127.0.0.1", world->port, false, NULL,
					      NULL);
	char ask[1000];

	class_world_on(world, make_token, world->server);
	CHECK(ws);
	snprintf(ask, sizeof(ask),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"\",\"name\":\"A\","
		 "\"token\":\"%s\"}}",
		 admin);
	CHECK(ws_client_send(ws, ask));
	CHECK(ws_client_recv(ws, text, sizeof(text), 60000) > 0);
	CHECK(strncmp(text, "{\"t\":\"ok\"", 9) == 0);
	snprintf(ask, sizeof(ask), "{\"t\":\"%s\",\"id\":2,\"d\":%s}", type, d);
	CHECK(ws_client_send(ws, ask));
	CHECK(ws_client_recv(ws, text, sizeof(text), 60000) > 0);
	ws_client_close(ws);
	return strncmp(text, "{\"t\":\"ok\"", 9) == 0;
}

static bool console_ladder(const char *code, const char *set)
{
	char d[900];

	snprintf(d, sizeof(d), "{\"code\":\"%s\"%s%s}", code, *set ? ",\"set\":" : "",
		 set);
	return console("room.ladder", d);
}

static bool says(const char *part)
{
	bool there = strstr(text, part) != NULL;

	if (!there)
		fprintf(stderr, "no %s in %s\n", part, text);
	return there;
}

/* ---- what the server does ------------------------------------------------------------
 */

struct encoder {
	struct rung_conf conf;
	enum level top;
	bool open;
};

static void read_main(void *arg)
{
	struct encoder *out = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	out->conf = picture_of_class(room)->rungs[SHAPE_WIDE][FAMILY_H264][LEVEL_MAIN].conf;
	out->open = picture_of_class(room)->rungs[SHAPE_WIDE][FAMILY_H264][LEVEL_MAIN].open;
	out->top = room->top;
}

static bool encodes(uint16_t w_px, uint16_t h_px, uint16_t fps, uint32_t kbps)
{
	struct encoder now;

	class_world_on(world, read_main, &now);
	return now.open && now.conf.w_px == w_px && now.conf.h_px == h_px &&
	       now.conf.fps == fps && now.conf.bps == kbps * 1000;
}

static bool shown(const struct class_client *c, uint16_t w_px, uint16_t h_px)
{
	const struct class_client_stats *s = class_client_stats(c);

	return s->w_px == w_px && s->h_px == h_px;
}

static void come(void)
{
	static const char *const names[] = {"Lecturer", "Student"};

	for (int i = 0; i < 2; i++) {
		all[i] = class_world_join(world, names[i], i == 0, false, false);
		CHECK(class_client_ok(
			class_client_ask(all[i], "rtc.prefer", "{\"cap\":\"main\"}")));
	}
}

static void go(void)
{
	for (int i = 0; i < 2; i++)
		class_client_leave(all[i]);
}

/* ---- the first server ----------------------------------------------------------------
 */

static void it_begins_as_the_server(const struct class_media *media)
{
	come();
	class_client_send(all[0], media, true, false);
	CHECK(class_client_ok(class_client_ask(all[0], "media.set", "{\"cam\":true}")));
	RUN_UNTIL(all, 2, shown(all[1], 640, 360));
	CHECK(encodes(640, 360, 15, 350));
	CHECK(class_client_stats(all[1])->main_kbps > 400);
}

static void who_may(void)
{
	char d[64];

	CHECK(class_client_said(class_client_ask(all[1], "room.ladder", "{}"),
				"forbidden"));
	CHECK(class_client_ok(class_client_ask(all[0], "room.ladder", "{}")));
	CHECK(knows(all[0], "\"own\":{}") && knows(all[0], "\"rung_start\":\"main\""));
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	CHECK(class_client_ok(class_client_ask(all[0], "room.ladder", d)));
	CHECK(class_client_said(
		class_client_ask(all[0], "room.ladder", "{\"code\":\"ABCDEFG\"}"),
		"forbidden"));
	CHECK(class_client_said(
		class_client_ask(all[0], "class.limit",
				 "{\"code\":\"ABCDEFG\",\"most\":\"low\"}"),
		"forbidden"));
	CHECK(!console("room.ladder", "{}") && says("bad_state"));
	CHECK(!console_ladder("ABCDEFG", "") && says("no_room"));
	CHECK(console_ladder(world->code, "") &&
	      says("\"allowed\":\"1280x720@15/2000\""));
}

static void refused_whole(void)
{
	static const struct {
		const char *set, *field, *why;
	} rows[] = {
		{"{\"rung_tip\":\"low\"}", "rung_tip", "a class has no"},
		{"{\"rung_top\":\"low\",\"av1\":\"x\"}", "av1", "av1"},
		{"{\"audio_kbps\":7}", "audio_kbps", "must be 8 to 128"},
		{"{\"audio_kbps\":40.5}", "audio_kbps", "audio_kbps"},
		{"{\"rung_top\":true}", "rung_top", "must be sound"},
		{"{\"rung_main\":\"640x360@15/120 640x360@15/300\"}", "rung_main",
		 "higher rate"},
		{"{\"rung_low\":\"320x180@10/140 640x360@5/46\"}", "rung_mid",
		 "higher rate"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(!console_ladder(world->code, rows[i].set));
		CHECK(says("\"code\":\"bad_field\"") && says(rows[i].field) &&
		      says(rows[i].why));
	}
	CHECK(!console_ladder(world->code, "{\"rung_top\":[]}") && says("rung_top"));
	CHECK(!console_ladder(world->code, "7") && says("\"field\":\"set\""));
	CHECK(console_ladder(world->code, "") && says("\"own\":{}"));
	CHECK(encodes(640, 360, 15, 350));
}

/* While it runs, at once. */
static void it_is_changed(void)
{
	CHECK(console_ladder(world->code,
			     "{\"rung_main\":\"426x240@12/200 960x540@6/220\","
			     "\"audio_kbps\":64}"));
	CHECK(says("\"own\":{\"rung_main\":\"426x240@12/200 960x540@6/220\","
		   "\"audio_kbps\":64}"));
	CHECK(encodes(426, 240, 12, 200));
	RUN_UNTIL(all, 2, shown(all[1], 426, 240));
	RUN_UNTIL(all, 2, class_client_stats(all[1])->main_kbps < 300);
	/* by its lecturer, too: and what is taken back is the server's again */
	CHECK(class_client_ok(class_client_ask(
		all[0], "room.ladder", "{\"set\":{\"audio_kbps\":null,\"av1\":false}}")));
	CHECK(knows(all[0], "\"own\":{\"rung_main\":\"426x240@12/200 960x540@6/220\","
			    "\"av1\":false}"));
	CHECK(knows(all[0], "\"audio_kbps\":40,"));
}

static void read_last_level(void *arg)
{
	enum level *out = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	*out = room->members[room->n_members - 1]->quality.level;
}

/* Where a newcomer begins; unless its link has proved itself before we look. */
static bool begins_at(enum level want)
{
	enum level level = LEVELS;

	for (int i = 0; i < 8 && level != want; i++) {
		struct class_client *late = class_world_join(world, "New", false, false,
							     false);

		class_world_on(world, read_last_level, &level);
		class_client_leave(late);
	}
	return level == want;
}

static void newcomers_begin(void)
{
	CHECK(begins_at(LEVEL_MAIN));
	CHECK(console_ladder(world->code, "{\"rung_start\":\"still\"}"));
	CHECK(begins_at(LEVEL_STILL));
	CHECK(console_ladder(world->code, "{\"rung_start\":null}"));
	CHECK(begins_at(LEVEL_MAIN));
}

/* kbit/s of the level main as a newcomer is told; its upper level as well. */
static int told_kbps(const char *most)
{
	struct class_client *late = class_world_join(world, "Late", false, false, false);
	const char *d = "{\"cap\":\"main\",\"net\":\"4g\"}";
	cJSON *reply = cJSON_Parse(class_client_reply(late)), *snapshot;
	const cJSON *quality, *room;
	int kbps;

	snapshot = cJSON_GetObjectItem(reply, "d");
	room = cJSON_GetObjectItem(snapshot, "room");
	quality = cJSON_GetObjectItem(snapshot, "quality");
	CHECK(strcmp(cJSON_GetObjectItem(room, "most")->valuestring, most) == 0);
	kbps = cJSON_GetObjectItem(cJSON_GetObjectItem(quality, "kbps"), "main")
		       ->valueint;
	cJSON_Delete(reply);
	CHECK(class_client_ok(class_client_ask(late, "rtc.prefer", d)));
	class_client_leave(late);
	return kbps;
}

static void costs_are_its_own(void)
{
	int kbps = told_kbps("high");

	CHECK(kbps > 200 + 24 && kbps < 300); /* of the server's: 415 */
}

static void it_is_limited(void)
{
	CHECK(class_client_ok(
		class_client_ask(all[0], "class.limit", "{\"most\":\"low\"}")));
	CHECK(told_kbps("low") > 0);
	/* an administrator may, too */
	snprintf(text, sizeof(text), "{\"code\":\"%s\",\"most\":\"main\"}", world->code);
	CHECK(console("class.limit", strdupa(text)));
	CHECK(console_ladder(world->code, "") && says("\"most\":\"main\""));
}

static void first(struct class_world *of)
{
	struct class_media *media = class_media_create(false, 120, 440);

	world = of;
	it_begins_as_the_server(media);
	who_may();
	refused_whole();
	it_is_changed();
	newcomers_begin();
	costs_are_its_own();
	it_is_limited();
	go();
	class_media_destroy(media);
}

/* ---- the second
 * ------------------------------------------------------------------------ */

static void it_holds(const struct class_media *media)
{
	struct encoder now;

	for (int i = 0; i < 2; i++) { /* the class begins, ends, and begins again */
		come();
		class_client_send(all[0], media, true, false);
		CHECK(class_client_ok(
			class_client_ask(all[0], "media.set", "{\"cam\":true}")));
		RUN_UNTIL(all, 2, shown(all[1], 426, 240));
		CHECK(encodes(426, 240, 12, 200));
		class_world_on(world, read_main, &now);
		CHECK(now.top == LEVEL_MAIN);
		CHECK(told_kbps("main") < 300);
		CHECK(class_client_ok(class_client_ask(all[0], "class.end", "{}")));
		go();
	}
}

static void spoil(void *arg)
{
	struct server *server = world->server;
	struct db_room row;

	(void)arg;
	thread_claim(&on_ctl);
	row = room_by_code(server, world->code)->row;
	snprintf(row.settings, sizeof(row.settings), "rung_top=main\nrung_mid=wrong\n");
	snprintf(row.most, sizeof(row.most), "odd");
	CHECK(db_room_put(server->db, &row) == 0);
}

static void second(struct class_world *of)
{
	struct class_media *media = class_media_create(false, 120, 440);

	world = of;
	it_holds(media);
	class_media_destroy(media);
	class_world_on(world, spoil, NULL);
}

/* ---- the third
 * ------------------------------------------------------------------------- */

/* What cannot be read is refused whole, said, and can be put right. */
static void third(struct class_world *of)
{
	world = of;
	come();
	RUN_UNTIL(all, 2, shown(all[1], 640, 360));
	CHECK(encodes(640, 360, 15, 350));
	CHECK(console_ladder(world->code, ""));
	CHECK(says("\"refused\":{\"field\":\"rung_mid\"") &&
	      says("\"rung_top\":\"high\""));
	CHECK(says("\"most\":\"high\""));
	CHECK(!console_ladder(world->code, "{\"rung_top\":\"low\"}"));
	CHECK(says("\"field\":\"rung_mid\""));
	CHECK(console_ladder(world->code, "{\"rung_mid\":null}"));
	CHECK(says("\"own\":{\"rung_top\":\"main\"}") && !strstr(text, "refused"));
	go();
}

/* ---- the servers
 * ----------------------------------------------------------------------- */

static void tune(struct conf *conf)
{
	const char *pg = getenv("AULA_TEST_PG");

	if (pg && *pg)
		snprintf(conf->database, sizeof(conf->database), "%s", pg);
	conf->shed = false; /* however busy the machine is */
	snprintf(conf->rung_start, sizeof(conf->rung_start), "main");
	log_set_level(LOG_ERROR);
}

int main(void)
{
	static void (*const clients[])(struct class_world *) = {first, second, third};

	return class_world_run_each(tune, clients, 3);
}
