/* Recordings that nobody keeps, against a whole server: swept when their time is over,
 * and as many as a class may have.
 */
#include "mcu/keeper.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "mcu/breakout.h"
#include "mcu/quota_watch.h"
#include "mcu/room.h"
#include "tests/library_rig.h"
#include "tests/test.h"

static struct class_client *lecturer;

/* ---- sweeps
 * ---------------------------------------------------------------------------- */

static void sweep(void *arg)
{
	struct server *server = library.world->server;

	(void)arg;
	thread_claim(&on_ctl);
	for (int i = 0; i < KEEPER_SWEEP_SEC; i++)
		keeper_tick(server->keeper, clock_us());
}

static void sweeps_until_gone(const char *file)
{
	for (int i = 0; library_exists(file); i++) {
		CHECK(i < 4000);
		class_world_on(library.world, sweep, NULL);
		rights_pass(&library.who, 20);
	}
}

static void add_in_trash(const char *id, int64_t days)
{
	struct db_recording row = library_row_of(id, id, 20);

	row.deleted_ms = clock_wall_ms() - days * DAY_MS;
	class_world_on(library.world, library_put_row, &row);
}

static atomic_int n_acts;

static void got_acts(void *ctx, int err, const struct db_act *acts, uint32_t n)
{
	CHECK(err == 0);
	(void)ctx;
	for (uint32_t i = 0; i < n; i++)
		n_acts += strcmp(acts[i].command, "recording.delete") == 0 &&
			  strcmp(acts[i].door, "server") == 0 &&
			  strstr(acts[i].fields, "recording_grace_days") &&
			  strcmp(acts[i].result, "ok") == 0;
}

static void ask_acts(void *arg)
{
	const struct db_acts_wish wish = {0, "", "", 100};

	(void)arg;
	thread_claim(&on_ctl);
	n_acts = 0;
	CHECK(db_acts(library.world->server->db, &wish, got_acts, NULL) == 0);
}

/* The oldest by their ids, so that what must stay was looked at before. */
static void ages(void)
{
	struct db_recording row;

	add_in_trash("a6days", 6);
	add_in_trash("z8days", 8);
	library_add("b29days", "b", 29);
	row = library_row_of("b31kept", "b", 31);
	row.kept = 1;
	class_world_on(library.world, library_put_row, &row);
	row = library_row_of("b31cut", "b", 31); /* cut out of an old one yesterday */
	snprintf(row.origin, sizeof(row.origin), "chem");
	row.added_ms = clock_wall_ms() - DAY_MS;
	class_world_on(library.world, library_put_row, &row);
	row = library_row_of("b31runs", "b", 31);
	snprintf(row.state, sizeof(row.state), "running");
	class_world_on(library.world, library_put_row, &row);
	library_add("z31days", "z", 31);
	sweeps_until_gone("z31days.mp4");
	sweeps_until_gone("z8days.mp4"); /* comes after it */
	CHECK(library_exists("a6days.mp4") && library_exists("b29days.mp4") &&
	      library_exists("b31kept.mp4"));
	CHECK(library_exists("b31cut.mp4") && library_exists("b31runs.mp4"));
	CHECK(rights_hears(&library.who, "\"id\":\"z31days\""));
	for (int i = 0; !n_acts && i < 500; i++) {
		class_world_on(library.world, ask_acts, NULL);
		rights_pass(&library.who, 20);
	}
	CHECK(n_acts == 1);
}

/* More than one sweep takes, behind some that cannot be removed. */
static void many(void)
{
	char id[32], file[40], path[400];

	for (int i = 0; i < KEEPER_ROWS + 5; i++) {
		snprintf(id, sizeof(id), "m%03d", i);
		add_in_trash(id, 9);
		if (i >= 5)
			continue;
		snprintf(file, sizeof(file), "%s.mp4", id);
		library_path_of(file, path);
		CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	}
	sweeps_until_gone("m054.mp4");
	CHECK(!library_exists("m005.mp4"));
	CHECK(library_exists("m004.mp4"));
	CHECK(library_found("{\"trash\":true}", 6)); /* and that of six days */
	for (int i = 0; i < 5; i++) {
		snprintf(file, sizeof(file), "m%03d.mp4", i);
		library_path_of(file, path);
		CHECK(rmdir(path) == 0);
	}
}

/* ---- how much
 * ----------------------------------------------------------------------------- */

static bool starts(const char *want)
{
	const char *got = class_client_ask(lecturer, "record.start", "{}");

	return got && want ? strcmp(got, want) == 0 : got == want;
}

static void measured(void *arg)
{
	int64_t *left = arg;

	thread_claim(&on_ctl);
	for (int i = 0; i < KEEPER_USAGE_SEC; i++)
		keeper_tick(library.world->server->keeper, clock_us());
	*left = keeper_left(class_world_room(library.world));
}

/* Until the class may record more than that, or no more. */
static void wait_left(bool some)
{
	int64_t left = 0;

	for (int i = 0; i < 2000; i++) {
		class_world_on(library.world, measured, &left);
		if ((left > 0) == some)
			return;
		class_world_pass(&lecturer, 1, 20);
	}
	CHECK(!"known in time");
}

static void is_full(void)
{
	struct db_recording row = library_row_of("large", "large", 1);

	lecturer = class_world_join(library.world, "L", true, false, false);
	CHECK(lecturer);
	wait_left(true);
	row.bytes = 1 << 20;
	class_world_on(library.world, library_put_row, &row);
	wait_left(false);
	CHECK(starts("quota_full"));
	CHECK(library_found("{\"q\":\"large\"}", 1) &&
	      library_says("\"limit_bytes\":1048576"));
	CHECK(library_is("recording.delete", "{\"id\":\"large\",\"now\":true}", NULL));
	wait_left(true);
}

static struct room *the_group(void) RUNS_ON(on_ctl)
{
	struct room *room = class_world_room(library.world);

	CHECK(room->breakout && room->breakout->n == 2);
	return room->breakout->groups[0].room;
}

/* Into a group it comes as into a class of its own. */
static void put_into_group(void *arg)
{
	struct db_recording *row = arg;

	thread_claim(&on_ctl);
	snprintf(row->room, sizeof(row->room), "%s", the_group()->row.id);
	CHECK(db_recording_put(library.world->server->db, row) == 0);
}

static void group_left(void *arg)
{
	thread_claim(&on_ctl);
	*(bool *)arg = keeper_left(the_group()) > 0;
}

static bool group_may(void)
{
	bool may;

	class_world_on(library.world, group_left, &may);
	return may;
}

/* A class has one quota, however many groups it makes of itself. */
static void groups_count(void)
{
	struct db_recording row = library_row_of("large", "large", 1);
	struct db_recording own = library_row_of("ofgroup", "of the group", 1);

	CHECK(class_client_ok(class_client_ask(lecturer, "breakout.start", "{\"n\":2}")));
	CHECK(group_may());
	row.bytes = 1 << 20;
	class_world_on(library.world, library_put_row, &row);
	wait_left(false);
	CHECK(!group_may());
	CHECK(class_client_ok(
		class_client_ask(lecturer, "breakout.join", "{\"group\":1}")));
	class_world_pass(&lecturer, 1, 500);
	CHECK(starts("quota_full"));
	CHECK(library_is("recording.delete", "{\"id\":\"large\",\"now\":true}", NULL));
	wait_left(true);
	CHECK(group_may());
	own.bytes = 1 << 20;
	class_world_on(library.world, put_into_group, &own);
	wait_left(false);
	CHECK(!group_may());
	CHECK(library_found("{\"q\":\"of the group\"}", 0)); /* not yet the class's */
	CHECK(strstr(library.who.reply, "\"used_bytes\":1048"));
	CHECK(class_client_ok(
		class_client_ask(lecturer, "breakout.end", "{\"seconds\":0}")));
	for (int i = 0; !library_found("{\"q\":\"of the group\"}", 1); i++) {
		CHECK(i < 100);
		class_world_pass(&lecturer, 1, 100);
		rights_pass(&library.who, 200);
	}
	CHECK(library_is("recording.delete", "{\"id\":\"ofgroup\",\"now\":true}", NULL));
	wait_left(true);
}

/* ---- before it is full */

/* It grows by so many bytes in each of the next times that the rate is looked at. */
static void grows(void *arg)
{
	static int64_t now_us, bytes;
	struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(library.world);
	if (!now_us) /* all of it is ahead of the looks of the server itself */
		now_us = clock_us() + 3600 * SEC_US;
	for (int i = 0; i < 3; i++) {
		bytes += *(int64_t *)arg;
		now_us += DISK_WATCH_LOOK_US;
		quota_watch_grew(room, bytes);
		quota_watch_look(room, now_us);
	}
	room->growing_bytes = 0;
}

/* Those who record hear of it while there is time to make room. */
static void is_warned(void)
{
	struct rights_client late;
	int64_t step = 1000; /* 100 B a second: there are hours */

	CHECK(class_client_ok(class_client_ask(lecturer, "record.options", "{}")));
	CHECK(strstr(class_client_reply(lecturer), "\"left_bytes\":10"));
	class_world_on(library.world, grows, &step);
	rights_forget(&library.who);
	rights_pass(&library.who, 300);
	CHECK(!strstr(library.who.heard, "record.disk"));
	step = 20000;
	class_world_on(library.world, grows, &step);
	CHECK(rights_hears(&library.who, "\"low\":true,\"why\":\"quota\",\"minutes\":"));
	rights_join(&late, library.world, ROLE_LECTURER, "", false);
	CHECK(strstr(late.reply, "\"quota_min\":"));
	rights_drop(&late);
}

/* One that grows beyond ends, and everybody is told why. */
static void gets_full(void)
{
	char id[40] = "", name[64];
	const char *at;

	class_world_pass(&lecturer, 1, 500);
	CHECK(starts(NULL));
	at = strstr(class_client_reply(lecturer), "\"id\":\"");
	CHECK(at && sscanf(at + 6, "%39[a-z0-9]", id) == 1);
	is_warned();
	rights_forget(&library.who);
	snprintf(name, sizeof(name), "%s.part.seen", id);
	library_make_file(name, 2 << 20);
	for (int i = 0; !strstr(library.who.heard, "quota_full"); i++) {
		int64_t left;

		CHECK(i < 2000);
		class_world_on(library.world, measured, &left);
		class_world_pass(&lecturer, 1, 20);
		rights_pass(&library.who, 20);
	}
	CHECK(rights_hears(&library.who, "\"on\":false"));
	class_client_leave(lecturer);
}

/* ---- two servers
 * --------------------------------------------------------------------------- */

static void first(struct class_world *of)
{
	library.world = of;
	rights_join(&library.who, library.world, ROLE_LECTURER, "", false);
	CHECK(!*library.who.code);
	library_add("chem", "Chemistry", 6);
	ages();
	many();
	add_in_trash("later", 9);
	rights_drop(&library.who);
}

/* What was due is still due. */
static void second(struct class_world *of)
{
	library.world = of;
	rights_join(&library.who, library.world, ROLE_LECTURER, "", false);
	sweeps_until_gone("later.mp4");
	for (int i = 0; i < 500; i++) {
		class_world_on(library.world, sweep, NULL);
		if (library_found("{\"trash\":true}", 1) || i == 499)
			break;
		rights_pass(&library.who, 250);
	}
	CHECK(library_says("a6days"));
	is_full();
	groups_count();
	gets_full();
	rights_drop(&library.who);
}

/* ---- when
 * ------------------------------------------------------------------------------------ */

static void times(void)
{
	struct conf conf = {.recording_grace_days = 2, .recording_keep_days = 10};
	struct db_recording row = {
		.started_ms = 1000, .duration_ms = 50, .state = "ready"};

	CHECK(keeper_gone_ms(&conf, &row) == 1050 + 10 * DAY_MS);
	row.added_ms = 5000;
	CHECK(keeper_gone_ms(&conf, &row) == 5000 + 10 * DAY_MS);
	row.kept = 1;
	CHECK(keeper_gone_ms(&conf, &row) == 0);
	row.deleted_ms = 7000; /* whoever threw it away meant it */
	CHECK(keeper_gone_ms(&conf, &row) == 7000 + 2 * DAY_MS);
	row.kept = row.deleted_ms = 0;
	conf.recording_keep_days = 0;
	CHECK(keeper_gone_ms(&conf, &row) == 0);
	conf.recording_keep_days = 36500;
	row.started_ms = clock_wall_ms();
	row.added_ms = 0;
	CHECK(keeper_gone_ms(&conf, &row) > row.started_ms);
	snprintf(row.state, sizeof(row.state), "running");
	CHECK(keeper_gone_ms(&conf, &row) == 0);
}

int main(void)
{
	static void (*const servers[])(struct class_world * world) = {first, second};

	times();
	return class_world_run_each(library_prepare, servers, 2);
}
