/* Recordings that are kept, against a whole server: found, renamed, thrown away, brought
 * back, swept when their time is over, and as many as a class may have.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/keeper.h"
#include "mcu/room.h"
#include "mcu/workshop_marks.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static struct class_world *world;
static struct rights_client who, student;
static struct class_client *lecturer;

/* ---- what there is ------------------------------------------------------------------
 */

static void put_row(void *arg)
{
	struct db_recording *row = arg;
	struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	if (!*row->room)
		snprintf(row->room, sizeof(row->room), "%s", room->row.id);
	CHECK(db_recording_put(room->server->db, row) == 0);
}

static void path_of(const char *name, char out[400])
{
	snprintf(out, 400, "%s/%s", world->conf.recordings_dir, name);
}

static void make_file(const char *name, size_t bytes)
{
	char path[400];
	int fd;

	path_of(name, path);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0 && close(fd) == 0);
}

static bool exists(const char *name)
{
	char path[400];

	path_of(name, path);
	return access(path, F_OK) == 0;
}

/* A finished recording of an hour with a file, that began `days` ago. */
static struct db_recording row_of(const char *id, const char *title, int64_t days)
{
	struct db_recording row = {.state = "ready", .bytes = 9, .duration_ms = 3600000};
	char file[64];

	snprintf(row.id, sizeof(row.id), "%s", id);
	snprintf(row.file, sizeof(row.file), "%s", id);
	snprintf(row.title, sizeof(row.title), "%s", title);
	row.started_ms = clock_wall_ms() - days * DAY_MS - 3600000;
	snprintf(file, sizeof(file), "%s.mp4", id);
	make_file(file, 9);
	return row;
}

static void add(const char *id, const char *title, int64_t days)
{
	struct db_recording row = row_of(id, title, days);

	class_world_on(world, put_row, &row);
}

/* ---- what is said --------------------------------------------------------------------
 */

static bool is(const char *type, const char *d, const char *want)
{
	const char *got = rights_ask(&who, type, d);
	bool same;

	for (int i = 0; got && strcmp(got, "too_fast") == 0 && i < 300; i++) {
		rights_pass(&who, 210);
		got = rights_ask(&who, type, d);
	}
	same = got && want ? strcmp(got, want) == 0 : got == want;
	if (!same)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	return same;
}

static bool says(const char *part)
{
	bool so = strstr(who.reply, part);

	if (!so)
		fprintf(stderr, "%.2000s\nsays not %s\n", who.reply, part);
	return so;
}

static int rows(void)
{
	int n = 0;

	for (const char *at = who.reply; (at = strstr(at, "{\"id\":\"")); at++)
		n++;
	return n;
}

static bool found(const char *d, int n)
{
	CHECK(is("recording.list", d, NULL));
	if (rows() != n)
		fprintf(stderr, "%s: %d rows\n", d, rows());
	return rows() == n;
}

/* ---- lists
 * ------------------------------------------------------------------------------ */

static void refused(void)
{
	static const char *const bad[][2] = {
		{"recording.list", "{\"q\":7}"},
		{"recording.list", "{\"from_ms\":-1}"},
		{"recording.list", "{\"to_ms\":\"x\"}"},
		{"recording.list", "{\"state\":\"lost\"}"},
		{"recording.list", "{\"state\":\"\"}"},
		{"recording.list", "{\"trash\":1}"},
		{"recording.rename", "{\"id\":\"math\"}"},
		{"recording.rename", "{\"id\":\"math\",\"title\":\"\"}"},
		{"recording.rename", "{\"id\":\"math\",\"title\":\" \"}"},
		{"recording.rename", "{\"id\":\"math\",\"title\":\"a\\nb\"}"},
		{"recording.rename", "{\"id\":\"math\",\"title\":\"\\u0001\"}"},
		{"recording.delete", "{\"id\":\"math\",\"now\":\"yes\"}"},
		{"recording.keep", "{\"id\":\"math\"}"},
		{"recording.restore", "{}"},
		{"recording.trim", "{\"id\":\"math\",\"from_ms\":0}"},
		{"recording.trim", "{\"id\":\"math\",\"from_ms\":-1,\"to_ms\":5}"},
		{"recording.trim", "{\"id\":\"math\",\"from_ms\":0,\"to_ms\":1e300}"},
		{"recording.join", "{\"ids\":[\"math\"]}"},
		{"recording.join", "{\"ids\":[\"math\",\"math\"]}"},
		{"recording.join", "{\"ids\":[\"math\",\"chem\"],\"title\":7}"},
		{"recording.share", "{\"id\":\"math\",\"days\":0}"},
		{"recording.share", "{\"id\":\"math\",\"days\":366}"},
		{"recording.share", "{\"id\":\"math\",\"password\":\"abc\"}"},
		{"recording.share", "{\"id\":\"math\",\"password\":\"ёжи\"}"},
		{"recording.unshare", "{\"id\":\"\"}"},
	};
	static const char *const others[] = {
		"recording.rename", "recording.delete", "recording.restore",
		"recording.keep",   "recording.share",  "recording.shares",
		"recording.trim",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(is(bad[i][0], bad[i][1], "bad_field"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		static const char d[] =
			"{\"id\":\"foreign\",\"title\":\"x\",\"keep\":true,"
			"\"from_ms\":0,\"to_ms\":5000}";

		CHECK(is(others[i], d, "unknown_recording"));
	}
	CHECK(is("recording.unshare", "{\"id\":\"nothing\"}", "unknown_share"));
	CHECK(is("recording.join", "{\"ids\":[\"math\",\"foreign\"]}",
		 "unknown_recording"));
}

static void lists(void)
{
	char d[200];
	int64_t now_ms = clock_wall_ms();

	CHECK(found("{}", 3));
	CHECK(says("\"quota\":{\"used_bytes\":27,\"limit_bytes\":1048576}"));
	CHECK(found("{\"q\":\"ГЕОМ\"}", 1) && says("\"id\":\"geom\""));
	CHECK(found("{\"q\":\"100%\"}", 1) && says("\"id\":\"chem\""));
	CHECK(found("{\"q\":\"%%\"}", 0));
	snprintf(d, sizeof(d), "{\"from_ms\":%lld,\"to_ms\":%lld}",
		 (long long)(now_ms - 5 * DAY_MS), (long long)(now_ms - 2 * DAY_MS));
	CHECK(found(d, 1) && says("\"id\":\"geom\""));
	CHECK(found("{\"state\":\"running\"}", 0) && found("{\"state\":\"ready\"}", 3));
	CHECK(found("{\"trash\":true}", 0));
}

static void changes(void)
{
	CHECK(is("recording.rename", "{\"id\":\"math\",\"title\":\" Algebra \"}", NULL));
	CHECK(rights_hears(&who, "\"recording.changed\""));
	CHECK(rights_hears(&who, "\"title\":\"Algebra\""));
	CHECK(found("{\"q\":\"algebra\"}", 1) && found("{\"q\":\"mathematics\"}", 0));
	CHECK(is("recording.keep", "{\"id\":\"math\",\"keep\":true}", NULL));
	CHECK(found("{\"q\":\"algebra\"}", 1) && says("\"keep\":true") &&
	      !strstr(who.reply, "gone_ms"));
	CHECK(is("recording.keep", "{\"id\":\"math\",\"keep\":false}", NULL));
	CHECK(found("{\"q\":\"algebra\"}", 1) && says("\"gone_ms\":"));
}

static void the_trash(void)
{
	CHECK(is("recording.restore", "{\"id\":\"geom\"}", "no_change"));
	CHECK(is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&who, "\"deleted_ms\":1"));
	CHECK(exists("geom.mp4") && found("{}", 2));
	CHECK(found("{\"trash\":true}", 1) && says("\"deleted_ms\":1") &&
	      says("\"gone_ms\":1"));
	CHECK(says("\"used_bytes\":27")); /* it takes its room */
	CHECK(is("recording.share", "{\"id\":\"geom\"}", "unknown_recording"));
	CHECK(is("recording.restore", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&who, "\"deleted_ms\":0"));
	CHECK(found("{}", 3) && found("{\"trash\":true}", 0));
	/* a second time from the trash: for good */
	CHECK(is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&who, "\"recording.gone\""));
	CHECK(!exists("geom.mp4") && found("{}", 2) && found("{\"trash\":true}", 0));
	CHECK(is("recording.delete", "{\"id\":\"geom\"}", "unknown_recording"));
	CHECK(is("recording.delete", "{\"id\":\"math\",\"now\":true}", NULL));
	CHECK(!exists("math.mp4") && says("{}") && found("{}", 1));
}

static void students(void)
{
	static const char *const acts[] = {
		"recording.rename", "recording.delete",  "recording.restore",
		"recording.keep",   "recording.share",   "recording.shares",
		"recording.trim",   "recording.unshare", "recording.join",
	};

	rights_join(&student, world, ROLE_STUDENT, "", false);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		const char *got = rights_ask(
			&student, acts[i],
			"{\"id\":\"chem\",\"ids\":[\"chem\",\"math\"]}");

		CHECK(got && strcmp(got, "forbidden") == 0);
	}
	rights_drop(&student);
}

/* ---- sweeps
 * ---------------------------------------------------------------------------- */

static void sweep(void *arg)
{
	struct server *server = world->server;

	(void)arg;
	thread_claim(&on_ctl);
	for (int i = 0; i < KEEPER_SWEEP_SEC; i++)
		keeper_tick(server->keeper, clock_us());
}

static void sweeps_until_gone(const char *file)
{
	for (int i = 0; exists(file); i++) {
		CHECK(i < 4000);
		class_world_on(world, sweep, NULL);
		rights_pass(&who, 20);
	}
}

static void add_in_trash(const char *id, int64_t days)
{
	struct db_recording row = row_of(id, id, 20);

	row.deleted_ms = clock_wall_ms() - days * DAY_MS;
	class_world_on(world, put_row, &row);
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
	CHECK(db_acts(world->server->db, &wish, got_acts, NULL) == 0);
}

/* The oldest by their ids, so that what must stay was looked at before. */
static void ages(void)
{
	struct db_recording row;

	add_in_trash("a6days", 6);
	add_in_trash("z8days", 8);
	add("b29days", "b", 29);
	row = row_of("b31kept", "b", 31);
	row.kept = 1;
	class_world_on(world, put_row, &row);
	row = row_of("b31cut", "b", 31); /* cut out of an old one yesterday */
	snprintf(row.origin, sizeof(row.origin), "chem");
	row.added_ms = clock_wall_ms() - DAY_MS;
	class_world_on(world, put_row, &row);
	row = row_of("b31runs", "b", 31);
	snprintf(row.state, sizeof(row.state), "running");
	class_world_on(world, put_row, &row);
	add("z31days", "z", 31);
	sweeps_until_gone("z31days.mp4");
	sweeps_until_gone("z8days.mp4"); /* comes after it */
	CHECK(exists("a6days.mp4") && exists("b29days.mp4") && exists("b31kept.mp4"));
	CHECK(exists("b31cut.mp4") && exists("b31runs.mp4"));
	CHECK(rights_hears(&who, "\"id\":\"z31days\""));
	for (int i = 0; !n_acts && i < 500; i++) {
		class_world_on(world, ask_acts, NULL);
		rights_pass(&who, 20);
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
		path_of(file, path);
		CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	}
	sweeps_until_gone("m054.mp4");
	CHECK(!exists("m005.mp4"));
	CHECK(exists("m004.mp4"));
	CHECK(found("{\"trash\":true}", 6)); /* and that of six days */
	for (int i = 0; i < 5; i++) {
		snprintf(file, sizeof(file), "m%03d.mp4", i);
		path_of(file, path);
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
		keeper_tick(world->server->keeper, clock_us());
	*left = keeper_left(class_world_room(world));
}

/* Until the class may record more than that, or no more. */
static void wait_left(bool some)
{
	int64_t left = 0;

	for (int i = 0; i < 2000; i++) {
		class_world_on(world, measured, &left);
		if ((left > 0) == some)
			return;
		class_world_pass(&lecturer, 1, 20);
	}
	CHECK(!"known in time");
}

static void is_full(void)
{
	struct db_recording row = row_of("large", "large", 1);

	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer);
	wait_left(true);
	row.bytes = 1 << 20;
	class_world_on(world, put_row, &row);
	wait_left(false);
	CHECK(starts("quota_full"));
	CHECK(found("{\"q\":\"large\"}", 1) && says("\"limit_bytes\":1048576"));
	CHECK(is("recording.delete", "{\"id\":\"large\",\"now\":true}", NULL));
	wait_left(true);
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
	rights_forget(&who);
	snprintf(name, sizeof(name), "%s.part.seen", id);
	make_file(name, 2 << 20);
	for (int i = 0; !strstr(who.heard, "quota_full"); i++) {
		int64_t left;

		CHECK(i < 2000);
		class_world_on(world, measured, &left);
		class_world_pass(&lecturer, 1, 20);
		rights_pass(&who, 20);
	}
	CHECK(rights_hears(&who, "\"on\":false"));
	class_client_leave(lecturer);
}

/* ---- what is made of them
 * ----------------------------------------------------------------------------- */

/* The marks of `source`, once for what is there to the end, and once for what is deleted
 * as soon as the first one is put. */
static struct copying {
	struct workshop_marks marks;
	int wanted; /* so often */
	atomic_bool done;
	atomic_int n; /* rows; -1: not yet known */
} copying;

static bool is_wanted(void *ctx, const char *recording)
{
	struct copying *c = ctx;

	CHECK(strcmp(recording, c->marks.recording) == 0);
	return c->wanted-- > 0;
}

static void copied(void *ctx)
{
	atomic_store(&((struct copying *)ctx)->done, true);
}

static void copy_marks(void *arg)
{
	struct copying *c = arg;
	struct db_mark mark = {.recording = "source", .at_ms = 5, .text = "here"};
	struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	snprintf(mark.id, sizeof(mark.id), "%.8sm", c->marks.recording);
	CHECK(db_mark_put(room->server->db, &mark) == 0);
	c->marks.server = room->server;
	snprintf(c->marks.room, sizeof(c->marks.room), "%s", room->row.id);
	c->marks.n_pieces = 1;
	c->marks.pieces[0] = (struct workshop_piece){.id = "source", .to_ms = 1000};
	c->marks.wanted = is_wanted;
	c->marks.done = copied;
	c->marks.ctx = c;
	CHECK(workshop_marks_copy(&c->marks) == 0);
}

static void got_marks(void *ctx, int err, const struct db_mark *list, uint32_t n)
{
	struct copying *c = ctx;

	(void)list;
	CHECK(err == 0);
	atomic_store(&c->n, (int)n);
}

static void ask_marks(void *arg)
{
	struct copying *c = arg;

	thread_claim(&on_ctl);
	CHECK(db_marks(c->marks.server->db, c->marks.room, c->marks.recording, got_marks,
		       c) == 0);
}

/* How many rows there are of it, when it is wanted so often. */
static int marks_of(const char *id, int wanted)
{
	struct copying *c = &copying;
	struct db_recording row = row_of(id, id, 1);

	class_world_on(world, put_row, &row);
	memset(c, 0, sizeof(*c));
	c->wanted = wanted;
	c->n = -1;
	snprintf(c->marks.recording, sizeof(c->marks.recording), "%s", id);
	class_world_on(world, copy_marks, c);
	for (int i = 0; !atomic_load(&c->done); i++) {
		CHECK(i < 1000);
		rights_pass(&who, 20);
	}
	class_world_on(world, ask_marks, c);
	for (int i = 0; atomic_load(&c->n) < 0; i++) {
		CHECK(i < 1000);
		rights_pass(&who, 20);
	}
	return atomic_load(&c->n);
}

/* Nobody would ever remove the marks of what was deleted meanwhile. */
static void its_marks(void)
{
	add("source", "Source", 1);
	CHECK(marks_of("kept", 100) == 1);
	CHECK(marks_of("gone", 0) == 0);
}

/* ---- two servers
 * --------------------------------------------------------------------------- */

static void first(struct class_world *of)
{
	struct db_recording row;

	world = of;
	rights_join(&who, world, ROLE_LECTURER, "", false);
	CHECK(!*who.code);
	row = row_of("foreign", "foreign", 1);
	snprintf(row.room, sizeof(row.room), "another");
	class_world_on(world, put_row, &row);
	add("math", "Mathematics", 1);
	add("geom", "Геометрия", 3);
	add("chem", "Chemistry 100%", 6);
	refused();
	lists();
	changes();
	the_trash();
	students();
	ages();
	many();
	add_in_trash("later", 9);
	rights_drop(&who);
}

/* What was due is still due. */
static void second(struct class_world *of)
{
	world = of;
	rights_join(&who, world, ROLE_LECTURER, "", false);
	sweeps_until_gone("later.mp4");
	for (int i = 0; i < 500; i++) {
		class_world_on(world, sweep, NULL);
		if (found("{\"trash\":true}", 1) || i == 499)
			break;
		rights_pass(&who, 250);
	}
	CHECK(says("a6days"));
	is_full();
	gets_full();
	its_marks();
	rights_drop(&who);
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

static void prepare(struct conf *conf)
{
	log_set_level(LOG_ERROR);
	conf->recording_grace_days = 7;
	conf->recording_keep_days = 30;
	conf->recording_quota_mb = 1;
}

int main(void)
{
	static void (*const servers[])(struct class_world * world) = {first, second};

	times();
	return class_world_run_each(prepare, servers, 2);
}
