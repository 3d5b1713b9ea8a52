/* Who only watches a class, by HTTP: at the door, when it is closed, and how many.
 * Against a whole server, with a folder as the plugin of HLS leaves it.
 */
#include "mcu/rest_live.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "mcu/room.h"
#include "tests/deck_http.h"
#include "tests/live_rig.h"
#include "tests/test.h"

static char open_url[LIVE_URL];

static void on_second(void *arg)
{
	uint32_t *n = arg;

	thread_claim(&on_ctl);
	rest_live_tick(rig.world->server, clock_us());
	*n = room_by_code(rig.world->server, rig.world->code)->n_watchers;
}

static uint32_t n_watchers(void)
{
	uint32_t n = 0;

	class_world_on(rig.world, on_second, &n);
	return n;
}

static int watch(const char *code, const char *key)
{
	char d[200];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"key\":\"%s\"}", code, key);
	return rig_ask("POST", WATCH_PATH, "Content-Type: application/json\r\n", d);
}

static bool refused(int status, int want, const char *code)
{
	char text[60];

	snprintf(text, sizeof(text), "\"code\":\"%s\"", code);
	return status == want && strstr(rig_body(), text);
}

static void watching(void)
{
	char url[LIVE_URL];
	const char *at;

	CHECK(n_watchers() == 0);
	CHECK(watch(rig.world->code, "") == 200);
	CHECK(strstr(rig_body(), "\"live\":true") && strstr(rig_body(), "\"title\":"));
	at = strstr(rig_body(), "\"url\":\"");
	CHECK(at && sscanf(at, "\"url\":\"%190[^\"]", url) == 1);
	CHECK(strncmp(url, LIVE_PATH RIG_ID "/w", strlen(LIVE_PATH RIG_ID "/w")) == 0);
	CHECK(rig_get(url) == 200 && n_watchers() == 1);
	CHECK(count_get(COUNT_WATCHERS) == 1);
	CHECK(watch(rig.world->code, rig.world->token) == 200 && n_watchers() == 2);
	rig_set_running(false);
	CHECK(watch(rig.world->code, "") == 200);
	CHECK(strstr(rig_body(), "\"live\":false") && !strstr(rig_body(), "\"url\""));
	CHECK(rig_get(url) == 200); /* what was recorded stays */
	rig_set_running(true);
}

static void at_the_door(void)
{
	CHECK(refused(watch("AAAAAAA", ""), 404, "no_room"));
	CHECK(refused(watch(rig.world->code, "wrong"), 403, "bad_token"));
	CHECK(rig_ask("POST", WATCH_PATH, "", "{") == 400 &&
	      strstr(rig_body(), "bad_json"));
	CHECK(rig_ask("POST", WATCH_PATH, "", "{\"code\":7}") == 400);
	CHECK(rig_ask("GET", WATCH_PATH, "", "") == 404);
	OK(rig.lecturer, "room.set", "{\"lobby\":true}");
	CHECK(refused(watch(rig.world->code, ""), 403, "lobby"));
	CHECK(watch(rig.world->code, rig.world->token) == 200);
	OK(rig.lecturer, "room.set", "{\"lobby\":false,\"locked\":true}");
	CHECK(refused(watch(rig.world->code, ""), 403, "locked"));
	OK(rig.lecturer, "room.set", "{\"locked\":false}");
	CHECK(watch(rig.world->code, "") == 200);
}

/* Closed and opened again: at once, for links that are out, and for nobody who has a
 * seat. */
static void closed(void)
{
	char url[LIVE_URL];
	const char *at;

	CHECK(watch(rig.world->code, "") == 200);
	at = strstr(rig_body(), "\"url\":\"");
	CHECK(at && sscanf(at, "\"url\":\"%190[^\"]", url) == 1);
	CHECK(rig_get(url) == 200 && rig_get(open_url) == 200);
	OK(rig.lecturer, "room.set", "{\"watch\":false}");
	CHECK(strstr(rig.lecturer.reply, "\"watch\":false"));
	CHECK(refused(rig_get(url), 403, "watch_closed"));
	CHECK(refused(rig_get(open_url), 403, "watch_closed"));
	CHECK(refused(watch(rig.world->code, ""), 403, "watch_closed"));
	CHECK(rig_get_named("live.m3u8") == 200);
	OK(rig.lecturer, "recording.live", "{}");
	CHECK(!strstr(rig.lecturer.reply, "\"public\""));
	/* another kind of class does not open it, and it is so when nothing runs */
	OK(rig.lecturer, "room.set", "{\"kind\":\"discussion\"}");
	rig_set_running(false);
	CHECK(refused(watch(rig.world->code, ""), 403, "watch_closed"));
	rig_set_running(true);
	OK(rig.lecturer, "room.set", "{\"watch\":true}");
	CHECK(rig_get(url) == 200 && rig_get(open_url) == 200);
	CHECK(watch(rig.world->code, "") == 200);
}

static void most(void *arg)
{
	struct conf *conf;

	thread_claim(&on_ctl);
	/* the tests' own: nobody reads it at this moment */
	conf = (struct conf *)(uintptr_t)rig.world->server->conf;
	conf->max_members = *(const uint32_t *)arg;
}

static void limits(void)
{
	uint32_t n = 2 + n_watchers(); /* the two members, and who has watched */
	uint32_t was = rig.world->server->conf->max_members;
	bool stopped = false;

	class_world_on(rig.world, most, &n);
	CHECK(refused(watch(rig.world->code, ""), 503, "room_full"));
	n++;
	class_world_on(rig.world, most, &n);
	CHECK(watch(rig.world->code, "") == 200);
	class_world_on(rig.world, most, &was);
	for (int i = 0; i < 200 && !stopped; i++)
		stopped = refused(watch(rig.world->code, ""), 429, "too_fast");
	CHECK(stopped && strstr(rig_body(), "\"after_ms\":"));
}

static void clients(struct class_world *of)
{
	int lock = rig_open(of);

	rig_set_running(true);
	rig_link();
	OK(rig.lecturer, "recording.live", "{}");
	deck_http_word(&rig.lecturer, "public", open_url, sizeof(open_url));
	watching();
	at_the_door();
	closed();
	limits();
	rig_close(lock);
}

static void tune(struct conf *conf)
{
	conf->live_public = true;
}

int main(void)
{
	return class_world_run(tune, clients);
}
