/* A recording that runs, fetched by HTTP while it does and afterwards, by members and by
 * whoever has a link. Against a whole server, with a folder as the plugin of HLS leaves
 * it.
 */
#include "mcu/rest_live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "mcu/live_ends.h"
#include "mcu/room.h"
#include "signaling/auth.h"
#include "tests/deck_http.h"
#include "tests/live_rig.h"
#include "tests/test.h"

static struct rights_client other;
static char open_url[LIVE_URL];
static uint32_t answers;
static int refusal;

static void the_link(void)
{
	CHECK(strcmp(rights_ask(&rig.pupil, "recording.live", "{}"), "not_recording") ==
	      0);
	rig_set_running(true);
	rig_link();
	rights_join(&other, rig.world, ROLE_STUDENT, "", false);
	CHECK(strstr(other.reply, "\"live\":true")); /* as record.state says it */
	OK(other, "leave", "{}");                    /* its seat is not held */
	rights_drop(&other);
}

static void lists(void)
{
	char target[400];
	size_t plain;

	CHECK(rig_get_named("index.m3u8") == 200);
	CHECK(strstr(rig.last, "Content-Type: application/vnd.apple.mpegurl\r\n"));
	CHECK(strstr(rig.last, "Cache-Control: no-store\r\n"));
	CHECK(strstr(rig.last, "Vary: Accept-Encoding\r\n"));
	CHECK(!strstr(rig.last, "Content-Encoding") && strstr(rig_body(), "\n999.m4s\n"));
	plain = strlen(rig_body());
	snprintf(target, sizeof(target), "%sindex.m3u8", rig.base);
	CHECK(rig_ask("GET", target, "Accept-Encoding: gzip\r\n", "") == 200);
	CHECK(strstr(rig.last, "Content-Encoding: gzip\r\n"));
	CHECK((uint8_t)rig_body()[0] == 0x1f && (uint8_t)rig_body()[1] == 0x8b);
	CHECK((size_t)atoi(strstr(rig.last, "Content-Length: ") + 16) < plain / 4);
	CHECK(rig_ask("HEAD", target, "", "") == 200 && !rig_body()[0]);
	/* it grows, and is told so soon */
	rig_put_list(RIG_PART, "index.m3u8", 1001, -4);
	usleep(600000);
	CHECK(rig_get_named("index.m3u8") == 200 && strstr(rig_body(), "\n1000.m4s\n"));
	CHECK(rig_get_named("live.m3u8") == 200 && !strstr(rig_body(), "\n2.m4s"));
}

static void pieces(void)
{
	char target[400];

	CHECK(rig_get_named("1.m4s") == 200 && strcmp(rig_body(), "piece 1") == 0);
	CHECK(strstr(rig.last, "Cache-Control: private, max-age=86400, immutable\r\n"));
	CHECK(strstr(rig.last, "Cross-Origin-Resource-Policy: same-origin\r\n"));
	CHECK(!strstr(rig.last, "Access-Control-Allow-Origin"));
	snprintf(target, sizeof(target), "%s1.m4s", rig.base);
	CHECK(rig_ask("GET", target, "Range: bytes=2-4\r\n", "") == 206);
	CHECK(strcmp(rig_body(), "ece") == 0);
	CHECK(rig_get_named("init0.mp4") == 200 && strcmp(rig_body(), "the map") == 0);
	/* what is being written is not there, and is not kept as it was then */
	CHECK(rig_get_named("2.m4s") == 404);
	rig_put(RIG_PART, "2.m4s", "all of piece 2", -4);
	rig_put_list(RIG_PART, "index.m3u8", 3, 0);
	CHECK(rig_get_named("2.m4s") == 200 && strcmp(rig_body(), "all of piece 2") == 0);
	CHECK(rig_get_named("3.m4s") == 404 && rig_get_named("link.m4s") == 404);
	CHECK(rig_get_named("dir.m4s") == 404);
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
		int status = rig_get_named(names[i]);

		CHECK(status == 403 || status == 404 || status == 400);
		CHECK(!strstr(rig.last, "piece"));
	}
	CHECK(rig_get(LIVE_PATH) == 403 && rig_get(LIVE_PATH RIG_ID) == 403);
	CHECK(rig_get(LIVE_PATH RIG_ID "/x/1.m4s") == 403);
	CHECK(rig_get(LIVE_PATH "../../x/1.2.3/1.m4s") >= 400);
	CHECK(rig_get(LIVE_PATH "/1.2.3/1.m4s") >= 400);
}

/* A link with one letter changed, of another recording, member or time. */
static void bad_links(void)
{
	char target[400], sig[128];
	size_t len;

	snprintf(target, sizeof(target), "%s1.m4s", rig.base);
	len = strlen(rig.base);
	for (size_t i = strlen(LIVE_PATH); i < len - 1; i++) {
		char was = target[i];

		target[i] = was == '1' ? '2' : '1';
		if (i % 7 == 0 || i > len - 12) /* some of them: each is a connection */
			CHECK(rig_get(target) == 403);
		target[i] = was;
	}
	CHECK(rig_get(target) == 200);
	auth_sign(sig, sizeof(sig), "live:" RIG_ID ":128", clock_wall_ms() - 1);
	snprintf(target, sizeof(target), LIVE_PATH RIG_ID "/128.%s/1.m4s", sig);
	CHECK(rig_get(target) == 403); /* it is over */
	auth_sign(sig, sizeof(sig), "live:" RIG_ID ":128", clock_wall_ms() + 60000);
	snprintf(target, sizeof(target), LIVE_PATH RIG_ID "/128.%s/1.m4s", sig);
	CHECK(rig_get(target) == 200); /* but for that it was good */
	snprintf(target, sizeof(target), LIVE_PATH RIG_ID "/256.%s/1.m4s", sig);
	CHECK(rig_get(target) == 403); /* another member's */
	snprintf(target, sizeof(target), "/api/v1/recordings/" RIG_ID "?m=128&sig=%s",
		 sig);
	CHECK(rig_get(target) == 403); /* of another kind */
	CHECK(rig_ask("POST", rig.base, "", "{}") == 405);
}

static void everybody(void)
{
	char url[LIVE_URL], target[400];
	int n;

	OK(rig.pupil, "recording.live", "{}");
	CHECK(!strstr(rig.pupil.reply, "\"public\"")); /* it may not tell others */
	OK(rig.lecturer, "recording.live", "{}");
	deck_http_word(&rig.lecturer, "public", url, sizeof(url));
	snprintf(open_url, sizeof(open_url), "%s", url);
	n = (int)(strrchr(url, '/') - url);
	snprintf(target, sizeof(target), "%.*s/1.m4s", n, url);
	CHECK(rig_get(target) == 200);
	CHECK(strstr(rig.last, "Cache-Control: public, max-age=86400, immutable\r\n"));
	CHECK(strstr(rig.last, "Access-Control-Allow-Origin: *\r\n"));
	CHECK(strstr(rig.last, "Cross-Origin-Resource-Policy: cross-origin\r\n"));
	CHECK(rig_get(url) == 200 &&
	      strstr(rig.last, "Cache-Control: public, max-age=1\r\n"));
}

/* Finished: the same links find it where it was moved. */
static void finished(void)
{
	char from[300], to[300];

	rig_path_of(from, RIG_PART, NULL);
	rig_path_of(to, RIG_DONE, NULL);
	rig_put(RIG_PART, "7.m4s", "piece 7", 60); /* whatever the times say then */
	CHECK(rename(from, to) == 0);
	CHECK(rig_get_named("7.m4s") == 200 && strcmp(rig_body(), "piece 7") == 0);
	usleep(600000);
	CHECK(rig_get_named("index.m3u8") == 200);
}

static void a_minute_later(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	rest_live_tick(rig.world->server, clock_us() + 61 * SEC_US);
}

/* What was deleted is not kept in memory for long. */
static void deleted(void)
{
	char path[300];

	rig_path_of(path, RIG_DONE, "7.m4s");
	CHECK(unlink(path) == 0);
	CHECK(rig_get_named("7.m4s") == 200);
	class_world_on(rig.world, a_minute_later, NULL);
	CHECK(rig_get_named("7.m4s") == 404);
}

/* ---- what the database says of it ------------------------------------------------- */

static void trash(void *arg)
{
	const bool *there = arg;

	thread_claim(&on_ctl);
	CHECK(db_recording_trash(rig.world->server->db, RIG_ID,
				 *there ? clock_wall_ms() : 0) == 0);
}

static void delete_row(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_recording_delete(rig.world->server->db, RIG_ID) == 0);
}

/* As if it had ended some time ago. */
static void ended_before(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	live_ends_see(rig.world->server->live_ends, RIG_ID,
		      clock_us() - LIVE_TAIL_US - 2 * SEC_US);
}

/* The links are as good as before; the recording is not there for them any more. */
static void in_the_trash(void)
{
	bool there = true;

	CHECK(rig_get(open_url) == 200);
	rig_set_running(false);
	/* how it ended they still see, whatever was not recorded of it */
	CHECK(rig_get(open_url) == 200);
	class_world_on(rig.world, ended_before, NULL);
	CHECK(rig_get(open_url) == 403); /* it was for those who watch the class */
	CHECK(rig_get_named("index.m3u8") == 200 && rig_get_named("1.m4s") == 200);
	class_world_on(rig.world, trash, &there);
	CHECK(rig_get_named("index.m3u8") == 403 && rig_get_named("1.m4s") == 403);
	there = false;
	class_world_on(rig.world, trash, &there);
	CHECK(rig_get_named("index.m3u8") == 200);
	class_world_on(rig.world, delete_row, NULL);
	CHECK(rig_get_named("index.m3u8") == 403 && rig_get_named("1.m4s") == 403);
	rig_set_running(true);
}

static void ask_again(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	(void)err;
	(void)rows;
	(void)n;
	answers++;
	refusal = db_recording(((struct server *)ctx)->db, RIG_ID, ask_again, ctx);
}

/* One question to the database is always under way, also while the server ends. */
static void ask_for_ever(void *arg)
{
	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_recording(rig.world->server->db, RIG_ID, ask_again, rig.world->server) ==
	      0);
}

static void removed(void)
{
	char d[64];

	CHECK(rig_get_named("1.m4s") == 200);
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"ban\":false}", rig.pupil.self);
	OK(rig.lecturer, "member.remove", d);
	CHECK(rig_get_named("1.m4s") == 403 && rig_get_named("index.m3u8") == 403);
}

static void clients(struct class_world *of)
{
	int lock = rig_open(of);

	the_link();
	lists();
	pieces();
	bad_names();
	bad_links();
	everybody();
	finished();
	deleted();
	in_the_trash();
	removed();
	rig_close(lock);
	class_world_on(rig.world, ask_for_ever, NULL);
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
