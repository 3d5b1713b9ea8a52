/* The recordings of a class as a client sees them, against a whole server: what a
 * server that died left behind, many of them, and their end.
 */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#define CODE        "ABC2345"
#define MANY        1500
#define LEFT_BEHIND 75 /* parts; a third of them is too young to be touched */

_Static_assert(LEFT_BEHIND / 3 > LIMIT_RECORDINGS, "they would keep all from recording");

static const struct conf *conf; /* of the world */
static char token[AUTH_TOKEN + 1];
static uint16_t port;
static struct room *physics;
static char message[256 << 10]; /* the last one, and what it says */
static cJSON *reply;

static void path_of(const char *name, char out[400])
{
	snprintf(out, 400, "%s/%s", conf->recordings_dir, name);
}

static void make_file(const char *name, const char *text, time_t age_sec)
{
	const struct timespec times[2] = {{.tv_sec = time(NULL) - age_sec},
					  {.tv_sec = time(NULL) - age_sec}};
	char path[400];
	FILE *f;

	path_of(name, path);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static bool exists(const char *name)
{
	char path[400];

	path_of(name, path);
	return access(path, F_OK) == 0;
}

static void put_row(struct db *db, const char *id, const char *room, const char *state,
		    int64_t started_ms)
{
	struct db_recording row = {.started_ms = started_ms, .bytes = 9};

	snprintf(row.id, sizeof(row.id), "%s", id);
	snprintf(row.file, sizeof(row.file), "%s", id);
	snprintf(row.room, sizeof(row.room), "%s", room);
	snprintf(row.state, sizeof(row.state), "%s", state);
	snprintf(row.title, sizeof(row.title), "Lesson");
	if (started_ms > MANY - 100) /* as long as may be, and six bytes each in JSON */
		memset(row.title, '\x01', sizeof(row.title) - 1);
	CHECK(db_recording_put(db, &row) == 0);
}

/* The rows and parts of a server that died. */
static void leave_behind(void)
{
	struct db_room room = {.id = "physics", .code = CODE, .layout = "grid"};
	struct loop *loop;
	struct db *db;
	char id[32], file[64], why[256];

	CHECK(mkdir(conf->recordings_dir, 0700) == 0);
	CHECK(loop_create(&loop, 64) == 0);
	CHECK(db_open(&db, conf->database, loop, why, sizeof(why)) == 0);
	snprintf(room.title, sizeof(room.title), "Physics");
	CHECK(db_room_put(db, &room) == 0);
	for (int i = 1; i <= MANY; i++) {
		snprintf(id, sizeof(id), "old%04d", i);
		put_row(db, id, "physics", "ready", i);
	}
	put_row(db, "foreign", "chemistry", "ready", 7);
	put_row(db, "newest", "physics", "ready", 20000);
	CHECK(db_recording_file_put(db, &(struct db_recording_file){.id = "newest.full",
								    .recording = "newest",
								    .edition = "full",
								    .ext = "mp4",
								    .bytes = 9,
								    .duration_ms = 5}) ==
	      0);
	for (int i = 0; i < LEFT_BEHIND; i++) {
		snprintf(id, sizeof(id), "left%02d", i);
		snprintf(file, sizeof(file), "%s.part.mp4", id);
		put_row(db, id, "physics", "running", 10000 + i);
		/* some too young to be touched, some that nobody can open */
		if (i % 3 == 2)
			CHECK(snprintf(why, sizeof(why), "%s/%s", conf->recordings_dir,
				       file) > 0 &&
			      mkfifo(why, 0600) == 0);
		else
			make_file(file, "", i % 3 ? 0 : 3600);
	}
	put_row(db, "nofile", "physics", "running", 10100);
	put_row(db, "whole", "physics", "running", 10101);
	make_file("whole.mp4", "finished before it died", 3600);
	db_close(db);
	loop_destroy(loop);
}

/* Sends a request and reads until its reply: NULL when it was ok, else the code. */
static const char *request(struct ws_client *c, const char *type, const char *d)
{
	static int64_t id;
	static char text[512], code[32];
	const cJSON *item;

	snprintf(text, sizeof(text), "{\"t\":\"%s\",\"id\":%lld,\"d\":%s}", type,
		 (long long)++id, d);
	CHECK(ws_client_send(c, text));
	do {
		cJSON_Delete(reply);
		CHECK(ws_client_recv(c, message, sizeof(message), 60000) >= 0);
		reply = cJSON_Parse(message);
		CHECK(reply);
		item = cJSON_GetObjectItem(reply, "id");
	} while (!item || (int64_t)item->valuedouble != id);
	item = cJSON_GetObjectItem(reply, "code");
	snprintf(code, sizeof(code), "%s", item ? item->valuestring : "");
	return *code ? code : NULL;
}

static bool ask(struct ws_client *c, const char *type, const char *d, const char *want)
{
	const char *error;
	bool same;

	while ((error = request(c, type, d)) && strcmp(error, "too_fast") == 0)
		usleep(210000); /* above the rate that a member may ask at */
	same = want && error ? strcmp(want, error) == 0 : want == error;
	if (!same)
		fprintf(stderr, "%s %s: %s\n", type, d, error ? error : "ok");
	return same;
}

static struct ws_client *join(void)
{
	struct ws_client *c = ws_client_open("127.0.0.1", port, false, NULL, NULL);
	char d[200];

	CHECK(c);
	snprintf(d, sizeof(d), "{\"code\":\"" CODE "\",\"name\":\"L\",\"token\":\"%s\"}",
		 token);
	CHECK(ask(c, "join", d, NULL));
	return c;
}

/* Of the last reply. */
static const cJSON *rows(void)
{
	const cJSON *d = cJSON_GetObjectItem(reply, "d");
	const cJSON *list = cJSON_GetObjectItem(d, "recordings");

	CHECK(cJSON_IsArray(list) && cJSON_IsBool(cJSON_GetObjectItem(d, "more")));
	return list;
}

static bool more(void)
{
	const cJSON *d = cJSON_GetObjectItem(reply, "d");

	return cJSON_IsTrue(cJSON_GetObjectItem(d, "more"));
}

/* Looks through the pages, from the newest on. */
static const cJSON *row_of(struct ws_client *c, const char *id)
{
	int64_t before = (INT64_C(1) << 53) - 1;
	const cJSON *row;
	char d[64];

	do {
		snprintf(d, sizeof(d), "{\"before\":%lld,\"limit\":100}",
			 (long long)before);
		CHECK(ask(c, "recording.list", d, NULL));
		cJSON_ArrayForEach(row, rows())
		{
			const cJSON *at = cJSON_GetObjectItem(row, "started_ms");

			if (strcmp(cJSON_GetObjectItem(row, "id")->valuestring, id) == 0)
				return row;
			before = (int64_t)at->valuedouble;
		}
	} while (more());
	return NULL;
}

static bool state_is(struct ws_client *c, const char *id, const char *state)
{
	const cJSON *row = row_of(c, id);

	return row && strcmp(cJSON_GetObjectItem(row, "state")->valuestring, state) == 0;
}

static void wait_state(struct ws_client *c, const char *id, const char *state)
{
	int tries = 4000;

	while (!state_is(c, id, state)) {
		CHECK(tries-- > 0);
		usleep(50000);
	}
}

/* Whatever was left behind, a class can record, and what failed can be deleted. */
static void after_a_crash(struct ws_client *c)
{
	wait_state(c, "left00", "failed"); /* empty */
	wait_state(c, "left02", "failed"); /* cannot be opened */
	wait_state(c, "nofile", "failed");
	wait_state(c, "whole", "interrupted");
	CHECK(state_is(c, "left01", "running")); /* perhaps being made right now */
	CHECK(!exists("left00.part.mp4") && !exists("left02.part.mp4"));
	CHECK(exists("left02.broken.mp4"));

	CHECK(ask(c, "recording.delete", "{\"id\":\"left00\",\"now\":true}", NULL));
	CHECK(ask(c, "recording.delete", "{\"id\":\"left02\",\"now\":true}", NULL));
	CHECK(ask(c, "recording.delete", "{\"id\":\"nofile\",\"now\":true}", NULL));
	CHECK(ask(c, "recording.delete", "{\"id\":\"left01\",\"now\":true}",
		  "unknown_recording"));
	CHECK(ask(c, "recording.delete", "{\"id\":\"foreign\",\"now\":true}",
		  "unknown_recording"));
	CHECK(ask(c, "recording.delete", "{\"id\":\"left00\",\"now\":true}",
		  "unknown_recording"));
	CHECK(!exists("left02.broken.mp4"));
	CHECK(exists("whole.mp4"));
	CHECK(ask(c, "recording.delete", "{\"id\":\"whole\",\"now\":true}", NULL));
	CHECK(!exists("whole.mp4"));
}

static void first_frame(void *arg)
{
	const struct room *room = arg;

	thread_claim(&on_ctl);
	recording_started(room->server, room->base + ID_RECORDING, 0);
}

/* Waits for a record.state that counts from `from_ms` or later. */
static int64_t recorded_since(struct ws_client *c, int64_t from_ms)
{
	for (int i = 0; i < 100; i++) {
		const cJSON *t, *d, *since;

		cJSON_Delete(reply);
		CHECK(ws_client_recv(c, message, sizeof(message), 60000) >= 0);
		reply = cJSON_Parse(message);
		t = cJSON_GetObjectItem(reply, "t");
		d = cJSON_GetObjectItem(reply, "d");
		since = cJSON_GetObjectItem(d, "since_ms");
		if (strcmp(t->valuestring, "record.state") != 0)
			continue;
		CHECK(cJSON_IsTrue(cJSON_GetObjectItem(d, "on")));
		if ((int64_t)since->valuedouble >= from_ms)
			return (int64_t)since->valuedouble;
	}
	CHECK(!"such a record.state");
	return 0;
}

/* The running one has no files yet; the one behind it keeps its own. */
static void behind_the_running(struct ws_client *c)
{
	const cJSON *row, *editions;

	CHECK(ask(c, "recording.list", "{\"limit\":2}", NULL));
	CHECK(cJSON_GetArraySize(rows()) == 2);
	editions = cJSON_GetObjectItem(cJSON_GetArrayItem(rows(), 0), "editions");
	CHECK(cJSON_GetArraySize(editions) == 0);
	row = cJSON_GetArrayItem(rows(), 1);
	CHECK(strcmp(cJSON_GetObjectItem(row, "id")->valuestring, "newest") == 0);
	editions = cJSON_GetObjectItem(row, "editions");
	CHECK(cJSON_GetArraySize(editions) == 1);
}

/* What was left behind keeps nobody from recording. It counts from the first frame,
 * and is known before. */
static void it_records(struct ws_client *c)
{
	int64_t asked_ms = clock_wall_ms(), since_ms;
	const cJSON *row;

	CHECK(ws_client_send(c, "{\"t\":\"record.start\",\"id\":999999,\"d\":{}}"));
	since_ms = recorded_since(c, asked_ms);
	CHECK(since_ms <= clock_wall_ms());
	usleep(1200000);
	asked_ms = clock_wall_ms(); /* later than any of before */
	CHECK(loop_post(physics->server->loop, first_frame, physics) == 0);
	since_ms = recorded_since(c, asked_ms);
	CHECK(ask(c, "recording.list", "{\"limit\":1}", NULL));
	row = cJSON_GetArrayItem(rows(), 0);
	CHECK(more() && cJSON_GetArraySize(rows()) == 1);
	CHECK((int64_t)cJSON_GetObjectItem(row, "started_ms")->valuedouble == since_ms);
	CHECK(strcmp(cJSON_GetObjectItem(row, "state")->valuestring, "running") == 0);
	behind_the_running(c);
	CHECK(ask(c, "record.stop", "{}", NULL));
}

/* As long as its file cannot be removed, the row stays. */
static void deleted_together(struct ws_client *c)
{
	char path[400];

	path_of("old1500.mp4", path);
	CHECK(mkdir(path, 0700) == 0);
	CHECK(ask(c, "recording.delete", "{\"id\":\"old1500\",\"now\":true}",
		  "no_resources"));
	CHECK(state_is(c, "old1500", "ready"));
	CHECK(rmdir(path) == 0);
	make_file("old1500.mp4", "x", 0);
	CHECK(ask(c, "recording.delete", "{\"id\":\"old1500\",\"now\":true}", NULL));
	CHECK(!exists("old1500.mp4") && !state_is(c, "old1500", "ready"));
}

/* All of them, page by page, each once, on a connection that lives. */
static void pages(struct ws_client *c)
{
	int64_t last = (INT64_C(1) << 53) - 1;
	int n = 0, n_pages = 0;
	bool again = true;

	CHECK(ask(c, "recording.list", "{\"limit\":0}", "bad_field"));
	CHECK(ask(c, "recording.list", "{\"limit\":101}", "bad_field"));
	CHECK(ask(c, "recording.list", "{\"before\":\"x\"}", "bad_field"));
	while (again) {
		char d[64];
		const cJSON *row;

		snprintf(d, sizeof(d), "{\"before\":%lld,\"limit\":100}",
			 (long long)last);
		CHECK(ask(c, "recording.list", d, NULL));
		CHECK(strlen(message) < (200 << 10));
		CHECK(cJSON_GetArraySize(rows()) > 0 &&
		      cJSON_GetArraySize(rows()) <= 100);
		cJSON_ArrayForEach(row, rows())
		{
			int64_t at = (int64_t)cJSON_GetObjectItem(row, "started_ms")
					     ->valuedouble;

			CHECK(at < last);
			last = at;
			n += at <= MANY;
		}
		again = more();
		n_pages++;
	}
	CHECK(n == MANY - 1 && last == 1); /* one was deleted */
	CHECK(n_pages >= 15 && n_pages < 60);
}

/* The class comes out of the database. */
static void find_room(void *arg)
{
	const struct class_world *world = arg;

	thread_claim(&on_ctl);
	physics = room_by_code(world->server, CODE);
	if (physics)
		room_lecturer_token(physics, token);
}

static void everything(struct class_world *world)
{
	struct ws_client *c;

	port = world->port;
	for (int i = 0; i < 1000 && !physics; i++) {
		class_world_on(world, find_room, world);
		poll(NULL, 0, 20);
	}
	CHECK(physics);
	c = join();
	after_a_crash(c);
	it_records(c);
	deleted_together(c);
	pages(c);
	ws_client_close(c);
	cJSON_Delete(reply);
}

static void prepare(struct conf *of_world)
{
	log_set_level(LOG_ERROR);
	conf = of_world;
	leave_behind();
}

int main(void)
{
	return class_world_run(prepare, everything);
}
