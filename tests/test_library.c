/* Recordings that are kept, against a whole server: found, renamed, thrown away and
 * brought back; and what is made of them.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "mcu/workshop_marks.h"
#include "tests/library_rig.h"
#include "tests/test.h"

static struct rights_client student;

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
		CHECK(library_is(bad[i][0], bad[i][1], "bad_field"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		static const char d[] =
			"{\"id\":\"foreign\",\"title\":\"x\",\"keep\":true,"
			"\"from_ms\":0,\"to_ms\":5000}";

		CHECK(library_is(others[i], d, "unknown_recording"));
	}
	CHECK(library_is("recording.unshare", "{\"id\":\"nothing\"}", "unknown_share"));
	CHECK(library_is("recording.join", "{\"ids\":[\"math\",\"foreign\"]}",
			 "unknown_recording"));
}

static void lists(void)
{
	char d[200];
	int64_t now_ms = clock_wall_ms();

	CHECK(library_found("{}", 3));
	CHECK(library_says("\"quota\":{\"used_bytes\":27,\"limit_bytes\":1048576}"));
	CHECK(library_found("{\"q\":\"ГЕОМ\"}", 1) && library_says("\"id\":\"geom\""));
	CHECK(library_found("{\"q\":\"100%\"}", 1) && library_says("\"id\":\"chem\""));
	CHECK(library_found("{\"q\":\"%%\"}", 0));
	snprintf(d, sizeof(d), "{\"from_ms\":%lld,\"to_ms\":%lld}",
		 (long long)(now_ms - 5 * DAY_MS), (long long)(now_ms - 2 * DAY_MS));
	CHECK(library_found(d, 1) && library_says("\"id\":\"geom\""));
	CHECK(library_found("{\"state\":\"running\"}", 0) &&
	      library_found("{\"state\":\"ready\"}", 3));
	CHECK(library_found("{\"trash\":true}", 0));
}

static void changes(void)
{
	CHECK(library_is("recording.rename", "{\"id\":\"math\",\"title\":\" Algebra \"}",
			 NULL));
	CHECK(rights_hears(&library.who, "\"recording.changed\""));
	CHECK(rights_hears(&library.who, "\"title\":\"Algebra\""));
	CHECK(library_found("{\"q\":\"algebra\"}", 1) &&
	      library_found("{\"q\":\"mathematics\"}", 0));
	CHECK(library_is("recording.keep", "{\"id\":\"math\",\"keep\":true}", NULL));
	CHECK(library_found("{\"q\":\"algebra\"}", 1) && library_says("\"keep\":true") &&
	      !strstr(library.who.reply, "gone_ms"));
	CHECK(library_is("recording.keep", "{\"id\":\"math\",\"keep\":false}", NULL));
	CHECK(library_found("{\"q\":\"algebra\"}", 1) && library_says("\"gone_ms\":"));
}

static void the_trash(void)
{
	CHECK(library_is("recording.restore", "{\"id\":\"geom\"}", "no_change"));
	CHECK(library_is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&library.who, "\"deleted_ms\":1"));
	CHECK(library_exists("geom.mp4") && library_found("{}", 2));
	CHECK(library_found("{\"trash\":true}", 1) && library_says("\"deleted_ms\":1") &&
	      library_says("\"gone_ms\":1"));
	CHECK(library_says("\"used_bytes\":27")); /* it takes its room */
	CHECK(library_is("recording.share", "{\"id\":\"geom\"}", "unknown_recording"));
	CHECK(library_is("recording.restore", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&library.who, "\"deleted_ms\":0"));
	CHECK(library_found("{}", 3) && library_found("{\"trash\":true}", 0));
	/* a second time from the trash: for good */
	CHECK(library_is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(library_is("recording.delete", "{\"id\":\"geom\"}", NULL));
	CHECK(rights_hears(&library.who, "\"recording.gone\""));
	CHECK(!library_exists("geom.mp4") && library_found("{}", 2) &&
	      library_found("{\"trash\":true}", 0));
	CHECK(library_is("recording.delete", "{\"id\":\"geom\"}", "unknown_recording"));
	CHECK(library_is("recording.delete", "{\"id\":\"math\",\"now\":true}", NULL));
	CHECK(!library_exists("math.mp4") && library_says("{}") &&
	      library_found("{}", 1));
}

static void mark_chem(void *arg)
{
	const struct db_mark mark = {
		.id = "mark1", .recording = "chem", .at_ms = 5, .text = "Benzene"};

	(void)arg;
	thread_claim(&on_ctl);
	CHECK(db_mark_put(library.world->server->db, &mark) == 0);
}

/* False: it was ok. */
static bool student_gets(const char *type, const char *d)
{
	return rights_ask(&student, type, d);
}

static void students(void)
{
	static const char *const acts[] = {
		"recording.rename",      "recording.delete",  "recording.restore",
		"recording.keep",        "recording.share",   "recording.shares",
		"recording.trim",        "recording.unshare", "recording.join",
		"recording.empty_trash",
	};

	class_world_on(library.world, mark_chem, NULL);
	rights_join(&student, library.world, ROLE_STUDENT, "", false);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		const char *got = rights_ask(
			&student, acts[i],
			"{\"id\":\"chem\",\"ids\":[\"chem\",\"math\"]}");

		CHECK(got && strcmp(got, "forbidden") == 0);
	}
	CHECK(!student_gets("recording.list", "{\"trash\":false}") &&
	      strstr(student.reply, "\"id\":\"chem\""));
	CHECK(library_is("recording.delete", "{\"id\":\"chem\"}", NULL));
	CHECK(student_gets("recording.list", "{\"trash\":true}"));
	CHECK(strcmp(student.code, "forbidden") == 0);
	CHECK(!student_gets("recording.list", "{}") && !strstr(student.reply, "chem"));
	CHECK(!student_gets("recording.marks", "{\"id\":\"chem\"}") &&
	      strstr(student.reply, "\"marks\":[]"));
	CHECK(library_is("recording.marks", "{\"id\":\"chem\"}", NULL) &&
	      library_says("Benzene"));
	CHECK(library_found("{\"trash\":true}", 1) && library_says("\"url\":"));
	CHECK(library_is("recording.restore", "{\"id\":\"chem\"}", NULL));
	CHECK(!student_gets("recording.marks", "{\"id\":\"chem\"}") &&
	      strstr(student.reply, "Benzene"));
	rights_drop(&student);
}

/* ---- all of the trash
 * ----------------------------------------------------------------------------- */

#define MANY 60 /* more than a page */

static atomic_int n_acts;

static void got_acts(void *ctx, int err, const struct db_act *acts, uint32_t n)
{
	CHECK(err == 0);
	(void)ctx;
	for (uint32_t i = 0; i < n; i++)
		n_acts += strcmp(acts[i].command, "recording.delete") == 0 &&
			  strstr(acts[i].fields, "empty_trash") &&
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

static void in_trash(const char *id, int64_t started_ms, const char *room)
{
	struct db_recording row = library_row_of(id, id, 2);

	row.deleted_ms = clock_wall_ms() - 1000;
	if (started_ms)
		row.started_ms = started_ms;
	snprintf(row.room, sizeof(row.room), "%s", room);
	class_world_on(library.world, library_put_row, &row);
}

/* Cuts begin when what they were cut from does: a page may end between two of them. One
 * that cannot be removed stands in nobody's way. */
static void all_of_it(void)
{
	int64_t same_ms = clock_wall_ms() - 3 * DAY_MS;
	char id[16], path[400];

	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "t%02d", i);
		in_trash(id, same_ms, "");
	}
	in_trash("newest", 0, "");
	in_trash("another", 0, "another");
	library_path_of("newest.mp4", path);
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK(library_is("recording.empty_trash", "{}", "no_resources"));
	CHECK(rmdir(path) == 0);
	CHECK(library_found("{\"trash\":true,\"limit\":100}", MANY + 1 - 49));
	CHECK(library_is("recording.empty_trash", "{}", NULL));
	snprintf(id, sizeof(id), "%d", MANY + 1 - 49);
	CHECK(library_says(id) && library_found("{\"trash\":true}", 0));
	CHECK(library_found("{}", 1) && library_says("\"id\":\"chem\""));
	CHECK(!library_exists("t00.mp4") && library_exists("another.mp4") &&
	      library_exists("chem.mp4"));
	CHECK(library_is("recording.empty_trash", "{}", NULL) &&
	      library_says("\"deleted\":0"));
	for (int i = 0; n_acts < MANY + 1 && i < 500; i++) {
		class_world_on(library.world, ask_acts, NULL);
		rights_pass(&library.who, 20);
	}
	CHECK(n_acts == MANY + 1);
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
	room = class_world_room(library.world);
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
	struct db_recording row = library_row_of(id, id, 1);

	class_world_on(library.world, library_put_row, &row);
	memset(c, 0, sizeof(*c));
	c->wanted = wanted;
	c->n = -1;
	snprintf(c->marks.recording, sizeof(c->marks.recording), "%s", id);
	class_world_on(library.world, copy_marks, c);
	for (int i = 0; !atomic_load(&c->done); i++) {
		CHECK(i < 1000);
		rights_pass(&library.who, 20);
	}
	class_world_on(library.world, ask_marks, c);
	for (int i = 0; atomic_load(&c->n) < 0; i++) {
		CHECK(i < 1000);
		rights_pass(&library.who, 20);
	}
	return atomic_load(&c->n);
}

/* Nobody would ever remove the marks of what was deleted meanwhile. */
static void its_marks(void)
{
	library_add("source", "Source", 1);
	CHECK(marks_of("kept", 100) == 1);
	CHECK(marks_of("gone", 0) == 0);
}

static void clients(struct class_world *of)
{
	struct db_recording row;

	library.world = of;
	rights_join(&library.who, library.world, ROLE_LECTURER, "", false);
	CHECK(!*library.who.code);
	row = library_row_of("foreign", "foreign", 1);
	snprintf(row.room, sizeof(row.room), "another");
	class_world_on(library.world, library_put_row, &row);
	library_add("math", "Mathematics", 1);
	library_add("geom", "Геометрия", 3);
	library_add("chem", "Chemistry 100%", 6);
	refused();
	lists();
	changes();
	the_trash();
	students();
	all_of_it();
	its_marks();
	rights_drop(&library.who);
}

int main(void)
{
	return class_world_run(library_prepare, clients);
}
