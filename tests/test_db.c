/* Runs on a SQLite file, and on the PostgreSQL of AULA_TEST_PG if that is set. */
#include "db/db.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/rand.h"
#include "base/thread.h"
#include "tests/test.h"

#include <errno.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

static const char nasty[] =
	"'; DROP TABLE rooms; -- \" $1 %s \\ \n\t\x01 \xf0\x9f\x8e\x93";

static struct loop *loop;
static char url[512], why[256];
static bool is_pg;

static struct answer {
	int calls, err;
	uint32_t n;
	struct db_room rooms[8];
	struct db_visit visits[8];
	struct db_message messages[8];
	struct db_recording recordings[8];
	struct db_share shares[8];
	struct db_usage usages[8];
	struct db_recording_file file;
	struct db_poll polls[8];
	struct db_vote votes[8];
	struct db_deck decks[8];
	struct db_act acts[8];
	struct db_setting settings[8];
} got;

static void fill(char *out, size_t size, const char *letter)
{
	size_t len = strlen(letter), n = 0;

	while (n + len < size) {
		memcpy(out + n, letter, len);
		n += len;
	}
	out[n] = '\0';
}

static struct db *open_db(void)
{
	struct db *db = NULL;

	CHECK(loop_create(&loop, 64) == 0);
	if (db_open(&db, url, loop, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	CHECK(db_healthy(db));
	return db;
}

static void close_db(struct db *db)
{
	db_close(db);
	loop_destroy(loop);
}

static void answered(int err, uint32_t n)
{
	got.calls++;
	got.err = err;
	got.n = n;
	loop_stop(loop);
}

/* Runs the loop until the answer came. */
static void wait_for(int posted)
{
	int before = got.calls;

	CHECK(posted == 0);
	loop_run(loop);
	CHECK(got.calls == before + 1);
}

#define TAKER(type) \
	static void take_##type##s(void *ctx, int err, const struct db_##type *rows, \
				   uint32_t n) \
	{ \
		CHECK(ctx == &got); \
		if (n > 0) \
			memcpy(got.type##s, rows, (n < 8 ? n : 8) * sizeof(*rows)); \
		answered(err, n); \
	}
TAKER(room)
TAKER(visit)
TAKER(message)
TAKER(recording)
TAKER(poll)
TAKER(vote)
TAKER(act)
TAKER(setting)

/* ---- a second connection, to look and to spoil --------------------------- */

static void meddle(const char *sql)
{
	if (is_pg) {
		PGconn *pg = PQconnectdb(url);
		PGresult *result = PQexec(pg, sql);

		PQclear(result);
		PQfinish(pg);
	} else {
		sqlite3 *handle;

		CHECK(sqlite3_open(url + 7, &handle) == SQLITE_OK);
		sqlite3_busy_timeout(handle, 60000);
		CHECK(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK);
		sqlite3_close(handle);
	}
}

/* Is it refused? */
static bool refused(const char *sql)
{
	bool no;

	if (is_pg) {
		PGconn *pg = PQconnectdb(url);
		PGresult *result = PQexec(pg, sql);

		no = PQresultStatus(result) != PGRES_COMMAND_OK;
		PQclear(result);
		PQfinish(pg);
	} else {
		sqlite3 *handle;

		CHECK(sqlite3_open(url + 7, &handle) == SQLITE_OK);
		sqlite3_busy_timeout(handle, 60000);
		no = sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK;
		sqlite3_close(handle);
	}
	return no;
}

static void drop_all(void)
{
	static const char *const tables[] = {"rooms",
					     "visits",
					     "messages",
					     "recordings",
					     "seats",
					     "polls",
					     "settings",
					     "acts",
					     "acts_horizon",
					     "votes",
					     "layouts",
					     "cues",
					     "lives",
					     "decks",
					     "recording_files",
					     "recording_marks",
					     "recording_happenings",
					     "recording_shares",
					     "vault",
					     "schema_version"};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char sql[64];

		snprintf(sql, sizeof(sql), "DROP TABLE IF EXISTS %s", tables[i]);
		meddle(sql);
	}
}

/* ---- tests --------------------------------------------------------------- */

static struct db_room room_with(const char *id, const char *text, int64_t ms)
{
	struct db_room room = {.created_ms = ms};

	snprintf(room.id, sizeof(room.id), "%s", id);
	snprintf(room.code, sizeof(room.code), "ABC2345");
	snprintf(room.title, sizeof(room.title), "%s", text);
	snprintf(room.layout, sizeof(room.layout), "grid");
	return room;
}

static void rooms(void)
{
	struct db *db = open_db();
	struct db_room a = room_with("a", nasty, 2), b = room_with("b", "", INT64_MAX);

	CHECK(db_room_put(db, &b) == 0);
	CHECK(db_room_put(db, &a) == 0);
	CHECK(db_room_put(db, &a) == 0);                    /* again: the same row */
	fill(b.title, sizeof(b.title), "\xf0\x9f\x8e\x93"); /* as long as may be */
	fill(b.settings, sizeof(b.settings), "av1=true\n");
	fill(b.most, sizeof(b.most), "low");
	CHECK(db_room_put(db, &b) == 0);
	wait_for(db_rooms(db, take_rooms, &got));
	CHECK(got.err == 0 && got.n == 2);
	CHECK(memcmp(&got.rooms[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&got.rooms[1], &b, sizeof(b)) == 0);

	a.id[0] = '\0';
	CHECK(db_room_put(db, &a) == -EINVAL);
	memset(b.title, 'x', sizeof(b.title)); /* without an end */
	CHECK(db_room_put(db, &b) == -EINVAL);
	close_db(db);

	db = open_db(); /* all is there after a restart */
	wait_for(db_rooms(db, take_rooms, &got));
	CHECK(got.n == 2 && strcmp(got.rooms[0].title, nasty) == 0);
	close_db(db);
}

/* A database of the first version keeps its rows and gets what is new; the way back
 * is what docs/operations.md says. */
static void older_database(void)
{
	static const char *const back[] = {
		"ALTER TABLE rooms DROP COLUMN policy",
		"DROP TABLE seats",
		"DROP TABLE polls",
		"DROP TABLE votes",
		"ALTER TABLE rooms DROP COLUMN hearing",
		"DROP TABLE layouts",
		"DROP TABLE cues",
		"DROP TABLE settings",
		"DROP TABLE acts",
		"DROP TABLE acts_horizon",
		"DROP TABLE lives",
		"ALTER TABLE rooms DROP COLUMN parent",
		"ALTER TABLE rooms DROP COLUMN looks",
		"DROP TABLE decks",
		"DROP TABLE recording_files",
		"DROP TABLE recording_marks",
		"DROP TABLE recording_shares",
		"DROP TABLE vault",
		"DROP TABLE recording_happenings",
		"DROP INDEX recordings_in_trash",
		"DROP INDEX recordings_by_time",
		"DROP INDEX recordings_running",
		"ALTER TABLE recordings DROP COLUMN deleted_ms",
		"ALTER TABLE recordings DROP COLUMN kept",
		"ALTER TABLE recordings DROP COLUMN origin",
		"ALTER TABLE recordings DROP COLUMN cut_from_ms",
		"ALTER TABLE recordings DROP COLUMN cut_to_ms",
		"ALTER TABLE recordings DROP COLUMN added_ms",
		"ALTER TABLE recordings DROP COLUMN joined",
		"ALTER TABLE recordings DROP COLUMN folded",
		"DROP INDEX recordings_unsealed",
		"ALTER TABLE recordings DROP COLUMN sealed",
		"ALTER TABLE recordings DROP COLUMN made",
		"ALTER TABLE recordings DROP COLUMN made_json",
		"ALTER TABLE rooms DROP COLUMN settings",
		"ALTER TABLE rooms DROP COLUMN most",
		"DELETE FROM schema_version WHERE version > 1",
	};
	struct db_room room = room_with("a", nasty, 2), plain = room;
	struct db_recording old = {.id = "o1", .room = "old", .title = "ФИЗИКА, Ёж, END"};
	struct db_recordings_wish wish = {
		.room = "old", .text = "физика, еж, end", .state = "", .limit = 10};
	struct db *db = open_db();

	CHECK(db_recording_put(db, &old) == 0);
	snprintf(room.settings, sizeof(room.settings), "rung_top=low\n");
	CHECK(db_room_put(db, &room) == 0);
	close_db(db);
	for (size_t i = 0; i < sizeof(back) / sizeof(*back); i++)
		meddle(back[i]);
	meddle("UPDATE rooms SET layout = 'old' WHERE id = 'a'");

	db = open_db();
	wait_for(db_rooms(db, take_rooms, &got));
	snprintf(plain.layout, sizeof(plain.layout), "old");
	CHECK(got.err == 0 && got.n == 2);
	CHECK(memcmp(&got.rooms[0], &plain, sizeof(plain)) == 0);
	CHECK(db_room_put(db, &room) == 0);
	wait_for(db_rooms(db, take_rooms, &got));
	CHECK(memcmp(&got.rooms[0], &room, sizeof(room)) == 0);
	wait_for(db_recordings(db, &wish, take_recordings, &got));
	CHECK(got.n == 1 && memcmp(&got.recordings[0], &old, sizeof(old)) == 0);
	CHECK(db_recording_delete(db, "o1") == 0);
	close_db(db);
}

static void polls(void)
{
	struct db_poll a = {.id = "p1", .room = "a", .kind = "one", .started_ms = 5};
	struct db_poll b = {.id = "p2", .room = "a", .kind = "yesno", .started_ms = 7};
	struct db_vote v = {.id = "v1", .poll = "p1", .room = "a", .choices = 512};
	struct db *db = open_db();

	fill(a.question, sizeof(a.question), "?");
	fill(a.options, sizeof(a.options), "b\n");
	CHECK(db_poll_put(db, &a) == 0);
	b.named = b.shown = 1;
	CHECK(db_poll_put(db, &b) == 0);
	a.stopped_ms = 9; /* has ended */
	CHECK(db_poll_put(db, &a) == 0);
	wait_for(db_polls(db, "a", 8, take_polls, &got));
	CHECK(got.err == 0 && got.n == 2);
	CHECK(memcmp(&got.polls[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&got.polls[1], &b, sizeof(b)) == 0);
	wait_for(db_polls(db, "a", 1, take_polls, &got));
	CHECK(got.n == 1 && strcmp(got.polls[0].id, "p2") == 0);
	wait_for(db_polls(db, nasty, 1, take_polls, &got));
	CHECK(got.err == 0 && got.n == 0);
	fill(v.name, sizeof(v.name), "\xc3\xa4");
	CHECK(db_vote_put(db, &v) == 0);
	v.choices = 3; /* another choice */
	CHECK(db_vote_put(db, &v) == 0);
	wait_for(db_votes(db, "p1", take_votes, &got));
	CHECK(got.n == 1 && memcmp(&got.votes[0], &v, sizeof(v)) == 0);
	wait_for(db_votes(db, "p2", take_votes, &got));
	CHECK(got.err == 0 && got.n == 0);
	close_db(db);
}

static void take_decks(void *ctx, int err, const struct db_deck *rows, uint32_t n)
{
	CHECK(ctx == &got && n <= 8);
	if (n)
		memcpy(got.decks, rows, n * sizeof(*rows));
	answered(err, n);
}

static void decks(void)
{
	struct db_deck a = {
		.id = "d1", .room = "a", .kind = "pdf", .seat = "s", .made_ms = 5};
	struct db_deck b = {.id = "d2", .room = "b", .kind = "pictures", .made_ms = 7};
	struct db *db = open_db();

	fill(a.title, sizeof(a.title), "\xc3\xa4");
	a.pages = 500;
	a.bytes = INT64_C(1) << 33;
	CHECK(db_deck_put(db, &b) == 0 && db_deck_put(db, &a) == 0);
	a.page = 77;
	a.shown = 1; /* was turned over */
	CHECK(db_deck_put(db, &a) == 0);
	wait_for(db_decks(db, take_decks, &got));
	CHECK(got.err == 0 && got.n == 2);
	CHECK(memcmp(&got.decks[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&got.decks[1], &b, sizeof(b)) == 0);
	CHECK(db_deck_delete(db, "d1") == 0);
	wait_for(db_decks(db, take_decks, &got));
	CHECK(got.n == 1 && strcmp(got.decks[0].id, "d2") == 0);
	close_db(db);
}

static void visits(void)
{
	struct db *db = open_db();
	struct db_visit v = {.id = "v1", .room = "a", .role = "student", .joined_ms = 5};

	fill(v.name, sizeof(v.name), "\xc3\xa4");
	CHECK(db_visit_put(db, &v) == 0);
	v.left_ms = 9; /* has left */
	CHECK(db_visit_put(db, &v) == 0);
	wait_for(db_visits(db, "a", take_visits, &got));
	CHECK(got.n == 1 && memcmp(&got.visits[0], &v, sizeof(v)) == 0);
	wait_for(db_visits(db, "b", take_visits, &got));
	CHECK(got.err == 0 && got.n == 0);
	wait_for(db_visits(db, nasty, take_visits, &got));
	CHECK(got.err == 0 && got.n == 0);
	close_db(db);
}

static void messages(void)
{
	struct db *db = open_db();
	struct db_message m = {.room = "a", .visit = "v1"};

	snprintf(m.name, sizeof(m.name), "%s", nasty);
	for (int i = 1; i <= 20; i++) {
		snprintf(m.id, sizeof(m.id), "m%02d", i);
		m.sent_ms = i;
		if (i == 20)
			fill(m.text, sizeof(m.text), "\xf0\x9f\x99\x82");
		else
			snprintf(m.text, sizeof(m.text), "%d", i);
		CHECK(db_message_put(db, &m) == 0);
	}
	wait_for(db_messages(db, "a", 3, take_messages, &got));
	CHECK(got.n == 3 && got.messages[0].sent_ms == 18);
	CHECK(memcmp(&got.messages[2], &m, sizeof(m)) == 0);
	wait_for(db_messages(db, "a", UINT32_MAX, take_messages, &got));
	CHECK(got.n == 20 && got.messages[0].sent_ms == 1);
	wait_for(db_messages(db, "a", 0, take_messages, &got));
	CHECK(got.n == 0 && got.err == 0);
	close_db(db);
}

static int list(struct db *db, const char *room, int64_t before_ms, uint32_t limit)
{
	const struct db_recordings_wish wish = {.room = room,
						.before_ms = before_ms,
						.text = "",
						.state = "",
						.limit = limit};

	return db_recordings(db, &wish, take_recordings, &got);
}

static void recordings(void)
{
	struct db *db = open_db();
	struct db_recording r = {.id = "r1", .room = "a", .state = "running"};

	r.started_ms = 7;
	r.bytes = INT64_C(1) << 50;
	fill(r.file, sizeof(r.file), "f");
	snprintf(r.title, sizeof(r.title), "%s", nasty);
	CHECK(db_recording_put(db, &r) == 0);
	snprintf(r.state, sizeof(r.state), "interrupted");
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(list(db, "a", 0, 10));
	CHECK(got.n == 1 && memcmp(&got.recordings[0], &r, sizeof(r)) == 0);
	wait_for(db_recording(db, "r1", take_recordings, &got));
	CHECK(got.n == 1 && memcmp(&got.recordings[0], &r, sizeof(r)) == 0);
	wait_for(db_recordings_running(db, take_recordings, &got));
	CHECK(got.err == 0 && got.n == 0);
	snprintf(r.id, sizeof(r.id), "r0");
	snprintf(r.room, sizeof(r.room), "b");
	snprintf(r.state, sizeof(r.state), "running");
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(db_recordings_running(db, take_recordings, &got));
	CHECK(got.n == 1 && strcmp(got.recordings[0].id, "r0") == 0);
	CHECK(db_recording_delete(db, "r0") == 0);
	CHECK(db_recording_delete(db, "nobody") == 0);
	wait_for(db_recording(db, "r0", take_recordings, &got));
	CHECK(got.err == 0 && got.n == 0);
	close_db(db);
}

static void take_file(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	CHECK(ctx == &got && err == 0 && n == 1);
	got.file = rows[0];
	answered(err, n);
}

/* Without a length it says nothing new of a file that is known. */
static void recording_files(void)
{
	struct db *db = open_db();
	struct db_recording r = {
		.id = "f1", .room = "f", .state = "running", .started_ms = 7};
	struct db_recording_file file = {.id = "f1.full",
					 .recording = "f1",
					 .edition = "full",
					 .ext = "mp4",
					 .err = "disk_full",
					 .bytes = 9,
					 .duration_ms = 1234};

	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	file.duration_ms = 0;
	file.err[0] = '\0';
	file.bytes = 10;
	CHECK(db_recording_file_put(db, &file) == 0);
	wait_for(db_recording_files(db, "f", 0, 10, take_file, &got));
	CHECK(got.file.bytes == 10 && got.file.duration_ms == 1234);
	CHECK(strcmp(got.file.err, "disk_full") == 0);
	r.bytes = 10; /* as a rescue tells that it is there */
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(db_recording(db, "f1", take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].duration_ms == 1234);
	r.bytes = 11;
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(db_recording(db, "f1", take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].duration_ms == 1234);
	r.bytes = file.bytes = 0;
	file.err[0] = 'x';
	file.err[1] = '\0';
	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	wait_for(db_recording(db, "f1", take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].duration_ms == 0);
	wait_for(db_recording_files(db, "f", 0, 10, take_file, &got));
	CHECK(got.file.duration_ms == 0 && strcmp(got.file.err, "x") == 0);
	CHECK(db_recording_delete(db, "f1") == 0);
	close_db(db);
}

static struct db_recording_place behind;

static bool unmade(struct db *db, const char *id)
{
	wait_for(db_recording_unmade(db, &behind, take_recordings, &got));
	CHECK(got.err == 0 && got.n <= 1);
	return id ? got.n == 1 && strcmp(got.recordings[0].id, id) == 0 : got.n == 0;
}

static bool unsealed(struct db *db, const char *id)
{
	wait_for(db_recording_unsealed(db, &behind, take_recordings, &got));
	CHECK(got.err == 0 && got.n <= 1);
	return id ? got.n == 1 && strcmp(got.recordings[0].id, id) == 0 : got.n == 0;
}

/* Those of which all was made, and those of the trash; anew when more is made. */
static void sealed(void)
{
	struct db *db = open_db();
	struct db_recording r = {
		.id = "s1", .room = "s", .state = "ready", .bytes = 9, .started_ms = 1};

	while (!unsealed(db, NULL))
		CHECK(db_recording_sealed(db, got.recordings[0].id, true) == 0);
	CHECK(db_recording_put(db, &r) == 0 && unsealed(db, NULL));
	CHECK(db_recording_trash(db, "s1", 5) == 0 && unsealed(db, "s1"));
	CHECK(db_recording_trash(db, "s1", 0) == 0 && unsealed(db, NULL));
	CHECK(db_recording_made(db, "s1", "failed", "{}") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", true) == 0 && unsealed(db, NULL));
	CHECK(db_recordings_seal_again(db) == 0 && unsealed(db, NULL));
	CHECK(db_recording_made(db, "s1", "ready", "{}") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", false) == 0 && unsealed(db, NULL));
	CHECK(db_recordings_seal_again(db) == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", true) == 0 && unsealed(db, NULL));
	CHECK(db_recording_seal_anew(db, "s1") == 0 && unsealed(db, "s1"));
	/* behind a place: by time, then by id */
	snprintf(r.id, sizeof(r.id), "s0");
	CHECK(db_recording_put(db, &r) == 0);
	CHECK(db_recording_made(db, "s0", "ready", "{}") == 0 && unsealed(db, "s0"));
	behind = (struct db_recording_place){.started_ms = 1, .id = "s0"};
	CHECK(unsealed(db, "s1"));
	behind.started_ms = 2;
	CHECK(unsealed(db, NULL) && unmade(db, NULL));
	behind = (struct db_recording_place){.started_ms = 0, .id = "z"};
	CHECK(unsealed(db, "s0"));
	behind = (struct db_recording_place){.started_ms = 1, .id = "s1"};
	CHECK(unsealed(db, NULL));
	behind = (struct db_recording_place){.started_ms = 0};
	CHECK(db_recording_delete(db, "s0") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_delete(db, "s1") == 0 && unsealed(db, NULL));
	close_db(db);
}

/* The oldest that is finished waits first; what was made of one no put takes back. */
static void made(void)
{
	struct db *db = open_db();
	struct db_recording r = {.id = "m1", .room = "m", .state = "running"};
	const struct db_recording none = {.id = "m0", .state = "ready", .bytes = 9};
	char json[DB_MADE + 2];

	CHECK(db_recording_delete(db, "r1") == 0);
	CHECK(db_recording_cut_end(db, &none) == 0); /* it makes no row */
	CHECK(unmade(db, NULL));
	r.started_ms = 20;
	r.bytes = 9;
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, NULL));
	snprintf(r.state, sizeof(r.state), "ready");
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m1"));
	snprintf(r.id, sizeof(r.id), "m2");
	snprintf(r.state, sizeof(r.state), "interrupted");
	r.started_ms = 10;
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m2"));
	snprintf(r.id, sizeof(r.id), "m3");
	r.bytes = r.started_ms = 0; /* it has no file */
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m2"));
	fill(json, sizeof(json), "j");
	CHECK(db_recording_made(db, "m2", "ready", json) == -EINVAL && unmade(db, "m2"));
	json[DB_MADE] = '\0';
	CHECK(db_recording_made(db, "m2", "ready", json) == 0 && unmade(db, "m1"));
	CHECK(db_recording_made(db, "m1", "failed", "{}") == 0 && unmade(db, NULL));
	CHECK(db_recording_made(db, "nobody", "failed", "{}") == 0);
	snprintf(r.id, sizeof(r.id), "m2");
	r.bytes = 10;
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(db_recording(db, "m2", take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].bytes == 10);
	CHECK(strcmp(got.recordings[0].made, "ready") == 0);
	CHECK(strcmp(got.recordings[0].made_json, json) == 0);
	close_db(db);
}

TAKER(share)
TAKER(usage)

static const char *const found_rows[][2] = {
	/* what is looked for, and the ids that it is found in, the newest first */
	{"physics", "s2 s1"},
	{"PHYSICS", "s2 s1"},
	{"физика", "s4 s3"},
	{"ФИЗИКА", "s4 s3"},
	{"еж", "s4"}, /* yo is written ye as well */
	{"ЁЖ", "s4"},
	{"straße", "s2"},
	{"ÉCOLE", "s1"},
	{"школа", "s3"}, /* a mark */
	{"Школа", "s3"},
	{"100%", "s5"},
	{"1_0", "s5"},
	{"a!b", "s5"},
	{"%", "s5"},
	{"_", "s5"},
	{"!", "s5"},
	{"'", "s5"},
	{"\\", "s5"},
	{"100%%", ""},
	{"__________________", ""},
	{"nowhere", ""},
};

static void finds(struct db *db, const struct db_recordings_wish *wish, const char *want)
{
	char ids[64] = "";

	wait_for(db_recordings(db, wish, take_recordings, &got));
	CHECK(got.err == 0);
	for (uint32_t i = 0; i < got.n && i < 8; i++)
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s%s",
			 i ? " " : "", got.recordings[i].id);
	if (strcmp(ids, want) != 0)
		fprintf(stderr, "%s: \"%s\" instead of \"%s\"\n", wish->text, ids, want);
	CHECK(strcmp(ids, want) == 0);
}

static void search(void)
{
	static const char *const titles[] = {"Physics, \xc3\x89"
					     "cole",
					     "Physics: Stra\xc3\x9f"
					     "e",
					     "Физика", "ФИЗИКА и Ёж",
					     "100% 1_0 a!b ' \\"};
	struct db_recordings_wish wish = {
		.room = "s", .text = "", .state = "", .limit = 10, .now_ms = 1000};
	struct db_mark mark = {.id = "sm", .recording = "s3", .text = "Наша ШКОЛА"};
	struct db_recording r = {.room = "s", .state = "ready"};
	char longest[DB_SEARCH + 1];
	struct db *db = open_db();

	for (int i = 0; i < 5; i++) {
		snprintf(r.id, sizeof(r.id), "s%d", i + 1);
		snprintf(r.title, sizeof(r.title), "%s", titles[i]);
		r.started_ms = 100 + i;
		CHECK(db_recording_put(db, &r) == 0);
	}
	CHECK(db_mark_put(db, &mark) == 0);
	for (size_t i = 0; i < sizeof(found_rows) / sizeof(found_rows[0]); i++) {
		wish.text = found_rows[i][0];
		finds(db, &wish, found_rows[i][1]);
	}
	memset(longest, '%', sizeof(longest) - 1);
	longest[DB_SEARCH] = '\0';
	wish.text = longest;
	finds(db, &wish, "");
	wish.text = "";
	wish.from_ms = 101;
	wish.to_ms = 103;
	finds(db, &wish, "s4 s3 s2");
	wish.before_ms = 103;
	wish.state = "ready";
	finds(db, &wish, "s3 s2");
	wish.state = "failed";
	finds(db, &wish, "");
	/* by its new name, and no longer by the old one */
	wish = (struct db_recordings_wish){.room = "s", .state = "", .limit = 10};
	CHECK(db_recording_rename(db, "s1", "Химия") == 0);
	snprintf(r.id, sizeof(r.id), "s1");
	r.started_ms = 100;
	CHECK(db_recording_put(db, &r) == 0); /* does not bring the old one back */
	wish.text = "хим";
	finds(db, &wish, "s1");
	CHECK(strcmp(got.recordings[0].title, "Химия") == 0);
	wish.text = "physics";
	finds(db, &wish, "s2");
	close_db(db);
}

static bool due(struct db *db, int64_t trash_ms, int64_t age_ms, const char *after,
		const char *first, uint32_t n)
{
	const struct db_due of = {after, trash_ms, age_ms, 2};

	wait_for(db_recordings_due(db, &of, take_recordings, &got));
	CHECK(got.err == 0);
	return got.n == n && (n == 0 || strcmp(got.recordings[0].id, first) == 0);
}

/* The trash, retention, cuts, and how much there is; of the rows of search(), too. */
static void keeping(void)
{
	struct db_recordings_wish wish = {
		.room = "s", .text = "", .state = "", .limit = 10, .trash = true};
	struct db_recording cut = {.id = "c1",
				   .room = "k",
				   .state = "running",
				   .origin = "s1",
				   .started_ms = 5,
				   .cut_from_ms = 1,
				   .cut_to_ms = 9,
				   .added_ms = 900,
				   .kept = 1,
				   .deleted_ms = 3};
	struct db *db = open_db();

	meddle("DELETE FROM recordings WHERE room <> 's'");
	finds(db, &wish, "");
	CHECK(db_recording_trash(db, "s2", 500) == 0);
	CHECK(db_recording_trash(db, "s3", 600) == 0);
	CHECK(db_recording_trash(db, "s4", 600) == 0);
	CHECK(db_recording_trash(db, "nobody", 600) == 0);
	finds(db, &wish, "s4 s3 s2");
	CHECK(got.recordings[2].deleted_ms == 500);
	wish.trash = false;
	finds(db, &wish, "s5 s1");
	CHECK(due(db, 499, 0, "", "", 0) && due(db, 500, 0, "", "s2", 1));
	CHECK(due(db, 600, 0, "", "s2", 2) && due(db, 600, 0, "s3", "s4", 1));
	CHECK(db_recording_trash(db, "s2", 0) == 0 && due(db, 600, 0, "", "s3", 2));
	/* what is kept does not go because it is old, but what is in the trash does */
	CHECK(due(db, 0, 102, "", "s1", 2) && due(db, 0, 100, "", "", 0));
	CHECK(db_recording_keep(db, "s1", true) == 0 && due(db, 0, 102, "", "s2", 1));
	CHECK(db_recording_trash(db, "s1", 7) == 0 && due(db, 7, 0, "", "s1", 1));
	CHECK(db_recording_keep(db, "s2", true) == 0 && due(db, 0, 102, "", "", 0));
	CHECK(db_recording_keep(db, "s2", false) == 0 && due(db, 0, 102, "", "s2", 1));

	CHECK(db_recording_put(db, &cut) == 0);
	wait_for(db_recording_uncut(db, take_recordings, &got));
	CHECK(got.n == 1 && memcmp(&got.recordings[0], &cut, sizeof(cut)) == 0);
	wait_for(db_recordings_running(db, take_recordings, &got));
	CHECK(got.n == 0); /* nobody rescues it */
	snprintf(cut.state, sizeof(cut.state), "ready");
	CHECK(db_recording_put(db, &cut) == 0);
	wait_for(db_recording_uncut(db, take_recordings, &got));
	CHECK(got.n == 0);
	/* it began long ago, but is not old */
	CHECK(db_recording_trash(db, "c1", 0) == 0 &&
	      db_recording_keep(db, "c1", 0) == 0);
	CHECK(due(db, 0, 900, "", "s2", 2));
	CHECK(due(db, 0, 901, "", "c1", 2));
	close_db(db);
}

static void usage(void)
{
	struct db_recording_file file = {
		.id = "u1.full", .recording = "u1", .edition = "full", .bytes = 40};
	struct db_recording r = {.id = "u1", .room = "u", .state = "ready", .bytes = 40};
	struct db *db = open_db();

	wait_for(db_recordings_usage(db, "u", take_usages, &got));
	CHECK(got.err == 0 && got.n == 0);
	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	snprintf(file.id, sizeof(file.id), "u1.sound");
	file.bytes = INT64_C(1) << 40;
	CHECK(db_recording_file_put(db, &file) == 0);
	snprintf(r.id, sizeof(r.id), "u2"); /* as before there were editions */
	r.bytes = 2;
	CHECK(db_recording_put(db, &r) == 0);
	CHECK(db_recording_trash(db, "u2", 7) == 0); /* it is there all the same */
	snprintf(r.id, sizeof(r.id), "u3");
	snprintf(r.room, sizeof(r.room), "v");
	CHECK(db_recording_put(db, &r) == 0);
	wait_for(db_recordings_usage(db, "u", take_usages, &got));
	CHECK(got.n == 1 && got.usages[0].bytes == (INT64_C(1) << 40) + 42);
	wait_for(db_recordings_usage(db, "", take_usages, &got));
	CHECK(got.err == 0 && got.n > 2);
	close_db(db);
}

static void shares(void)
{
	struct db_recordings_wish wish = {
		.room = "u", .text = "", .state = "", .limit = 10, .now_ms = 49};
	struct db_share a = {
		.id = "h1", .recording = "u1", .made_ms = 3, .expires_ms = 50};
	struct db_share b = {
		.id = "h2", .recording = "u1", .made_ms = 2, .expires_ms = 60};
	struct db *db = open_db();

	fill(a.salt, sizeof(a.salt), "5");
	fill(a.verifier, sizeof(a.verifier), "a");
	CHECK(db_share_put(db, &a) == 0 && db_share_put(db, &b) == 0);
	CHECK(db_share_opened(db, "h1") == 0 && db_share_opened(db, "h1") == 0);
	CHECK(db_share_put(db, &a) == 0); /* it was opened as often as it was */
	a.opened = 2;
	wait_for(db_share(db, "h1", take_shares, &got));
	CHECK(got.n == 1 && memcmp(&got.shares[0], &a, sizeof(a)) == 0);
	wait_for(db_shares(db, "u1", 49, take_shares, &got));
	CHECK(got.n == 2 && strcmp(got.shares[0].id, "h2") == 0);
	wait_for(db_shares(db, "u1", 50, take_shares, &got));
	CHECK(got.n == 1 && strcmp(got.shares[0].id, "h2") == 0);
	wait_for(db_recordings(db, &wish, take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].shares == 2);
	wish.now_ms = 60;
	wait_for(db_recordings(db, &wish, take_recordings, &got));
	CHECK(got.n == 1 && got.recordings[0].shares == 0);
	CHECK(db_share_delete(db, "h1") == 0 && db_share_delete(db, "h1") == 0);
	wait_for(db_share(db, "h1", take_shares, &got));
	CHECK(got.err == 0 && got.n == 0);
	CHECK(db_recording_delete(db, "u1") == 0);
	wait_for(db_share(db, "h2", take_shares, &got));
	CHECK(got.err == 0 && got.n == 0);
	close_db(db);
}

/* From the newest to the oldest, each once, those of other rooms left out. */
static void pages(void)
{
	struct db_recording r = {.state = "ready"};
	struct db *db = open_db();
	int64_t before = 0;

	for (int i = 1; i <= 20; i++) {
		snprintf(r.id, sizeof(r.id), "p%02d", i);
		snprintf(r.room, sizeof(r.room), i % 5 ? "paged" : "other");
		r.started_ms = 1000 + i;
		CHECK(db_recording_put(db, &r) == 0);
	}
	for (int left = 16, last = 1021; left > 0;) {
		wait_for(list(db, "paged", before, 7));
		CHECK(got.err == 0 && got.n == (uint32_t)(left < 7 ? left : 7));
		for (uint32_t i = 0; i < got.n; i++) {
			before = got.recordings[i].started_ms;
			CHECK(before == last - 1 ||
			      (before == last - 2 && last % 5 == 1));
			last = (int)before;
		}
		left -= (int)got.n;
	}
	wait_for(list(db, "paged", before, 7));
	CHECK(got.err == 0 && got.n == 0);
	wait_for(list(db, "paged", 0, 0));
	CHECK(got.err == 0 && got.n == 0);
	wait_for(list(db, "paged", -5, UINT32_MAX));
	CHECK(got.n == 16 && strcmp(got.recordings[0].id, "p19") == 0);
	close_db(db);
}

/* Rows that somebody else wrote and that do not fit are left out. */
static struct db_act act_at(int64_t at_ms, const char *command, const char *code)
{
	struct db_act act = {.id = at_ms * 1000000,
			     .at_ms = at_ms,
			     .actor = "m7",
			     .role = "admin",
			     .door = "ws",
			     .result = "ok"};

	snprintf(act.name, sizeof(act.name), "Dr. Rao");
	snprintf(act.command, sizeof(act.command), "%s", command);
	snprintf(act.code, sizeof(act.code), "%s", code);
	snprintf(act.fields, sizeof(act.fields), "%s", nasty);
	return act;
}

static void ask_acts(struct db *db, int64_t before, const char *code, const char *who,
		     uint32_t limit)
{
	const struct db_acts_wish wish = {before, code, who, limit};

	wait_for(db_acts(db, &wish, take_acts, &got));
	CHECK(got.err == 0);
}

/* Whatever somebody with the database tries: acts stay as they are. */
static void acts_stay(void)
{
	static const char *const tries[] = {
		"UPDATE acts SET name = 'x'",
		"UPDATE acts SET at_ms = 0",
		"DELETE FROM acts WHERE command = 'c'",
		"DELETE FROM acts",
		"DELETE FROM acts_horizon",
		"INSERT INTO acts_horizon VALUES (2, 99)",
		"UPDATE acts_horizon SET one = 3",
		"UPDATE acts_horizon SET before_ms = 9000000000000000",
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		if (!refused(tries[i]))
			fprintf(stderr, "not refused: %s\n", tries[i]);
		CHECK(refused(tries[i]));
	}
	if (is_pg) {
		CHECK(refused("TRUNCATE acts") && refused("TRUNCATE acts_horizon"));
		return;
	}
	CHECK(!refused("INSERT OR REPLACE INTO acts SELECT id, at_ms, 'x', 'x', 'x',"
		       " 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x' FROM acts")); /* no-op */
	CHECK(refused("REPLACE INTO acts_horizon VALUES (1, 99)"));
}

static void acts(void)
{
	const int64_t day_ms = 86400000, now = clock_wall_ms(), old = now - 5 * day_ms;
	struct db_act a = act_at(old, "a", "AAAAAAA"),
		      b = act_at(old + 1, "b", "BBBBBBB"),
		      c = act_at(now, "c", "AAAAAAA");
	struct db *db = open_db();

	snprintf(b.seat, sizeof(b.seat), "seat1");
	CHECK(db_act_room(db) && db_act_put(db, &a) == 0 && db_act_put(db, &b) == 0);
	CHECK(db_act_put(db, &c) == 0 && db_act_put(db, &a) == 0); /* once is enough */
	ask_acts(db, 0, "", "", 8);
	CHECK(got.n == 3 && memcmp(&got.acts[0], &c, sizeof(c)) == 0);
	CHECK(memcmp(&got.acts[2], &a, sizeof(a)) == 0);
	ask_acts(db, c.id, "", "", 1);
	CHECK(got.n == 1 && strcmp(got.acts[0].command, "b") == 0);
	ask_acts(db, 0, "AAAAAAA", "", 8);
	CHECK(got.n == 2);
	ask_acts(db, 0, "", "seat1", 8);
	CHECK(got.n == 1 && strcmp(got.acts[0].command, "b") == 0);
	ask_acts(db, 0, "", "Dr. Rao", 8);
	CHECK(got.n == 3);
	acts_stay();
	ask_acts(db, 0, "", "", 8);
	CHECK(got.n == 3 && memcmp(&got.acts[0], &c, sizeof(c)) == 0);
	/* nothing of the last day, and nothing when nothing is that old */
	CHECK(db_acts_purge(db, now - day_ms / 2) == 0);
	CHECK(db_acts_purge(db, old) == 0);
	ask_acts(db, 0, "", "", 8);
	CHECK(got.n == 3);
	CHECK(db_acts_purge(db, old + 1) == 0);
	ask_acts(db, 0, "", "", 8);
	CHECK(got.n == 3 && strcmp(got.acts[2].command, "b") == 0);
	/* whoever let it go, it says so */
	CHECK(strcmp(got.acts[0].command, "audit.purge") == 0 ||
	      strcmp(got.acts[1].command, "audit.purge") == 0);
	acts_stay();
	close_db(db);
}

static void settings(void)
{
	struct db *db = open_db();
	struct db_setting s = {"max_members", "7"};

	CHECK(db_setting_put(db, &s) == 0);
	snprintf(s.value, sizeof(s.value), "8");
	CHECK(db_setting_put(db, &s) == 0);
	wait_for(db_settings(db, take_settings, &got));
	CHECK(got.n == 1 && memcmp(&got.settings[0], &s, sizeof(s)) == 0);
	CHECK(db_setting_delete(db, "max_members") == 0);
	wait_for(db_settings(db, take_settings, &got));
	CHECK(got.n == 0);
	close_db(db);
}

static void foreign_rows(void)
{
	int64_t before = count_get(COUNT_DB_ERRORS);
	struct db *db = open_db();

	meddle("INSERT INTO rooms (id, code, title, layout, created_ms) VALUES"
	       " ('0123456789012345678901234567890123456789', 'c', 't', 'l', 1)");
	wait_for(db_rooms(db, take_rooms, &got));
	CHECK(got.err == 0 && got.n == 2);
	CHECK(count_get(COUNT_DB_ERRORS) == before + 1);
	meddle("DELETE FROM rooms WHERE code = 'c'");
	close_db(db);
}

/* A statement that can never work is counted, and the next one is done. */
static void refused_statement(void)
{
	struct db *db = open_db();
	int64_t before = count_get(COUNT_DB_ERRORS);

	meddle("DROP TABLE recordings");
	wait_for(list(db, "a", 0, 10));
	CHECK(got.err == -EIO && got.n == 0);
	CHECK(count_get(COUNT_DB_ERRORS) == before + 1 && !db_healthy(db));
	wait_for(db_rooms(db, take_rooms, &got));
	CHECK(got.err == 0 && db_healthy(db));
	close_db(db);
}

static void newer_program(void)
{
	struct db *db;

	meddle("INSERT INTO schema_version (version) VALUES (99)");
	CHECK(loop_create(&loop, 8) == 0);
	CHECK(db_open(&db, url, loop, why, sizeof(why)) == -EPROTONOSUPPORT);
	CHECK(strstr(why, "99") && strstr(why, "newer"));
	loop_destroy(loop);
	drop_all();
	close_db(open_db());
}

static void bad_urls(void)
{
	static const char *const urls[] = {
		"",
		"sqlite:",
		"mysql://x",
		"sqlite:/nowhere/at/all.db",
		"postgresql://127.0.0.1:1/x",
		"postgresql://%zz",
		"postgresql:///x?nonsense=1",
	};
	struct db *db;

	CHECK(loop_create(&loop, 8) == 0);
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		CHECK(db_open(&db, urls[i], loop, why, sizeof(why)) < 0);
		CHECK(*why && !strchr(why, '\n'));
	}
	loop_destroy(loop);
	db_close(NULL);
}

/* Who only looks makes no file. */
static void only_there(const char *dir)
{
	struct db *other = NULL;
	char where[100], text[200];
	const char *path = where + strlen("sqlite:");

	snprintf(where, sizeof(where), "sqlite:%.60s/there.db", dir);
	CHECK(loop_create(&loop, 16) == 0);
	CHECK(db_open_there(&other, where, loop, text, sizeof(text)) < 0 && *text);
	CHECK(access(path, F_OK) < 0);
	CHECK(db_open(&other, where, loop, text, sizeof(text)) == 0);
	db_close(other);
	CHECK(db_open_there(&other, where, loop, text, sizeof(text)) == 0);
	db_close(other);
	CHECK(unlink(path) == 0);
	loop_destroy(loop);
}

/* Asks until there are `n`; for as long as the database is away, or has much to do,
 * a question may be refused. */
#define ASK_UNTIL(n_rows, ask) \
	do { \
		int64_t end_us_ = clock_us() + 60 * SEC_US; \
		got.n = 0; \
		while (got.n != (n_rows)) { \
			int posted_ = (ask); \
			CHECK(clock_us() < end_us_); \
			if (posted_ == 0) \
				wait_for(0); \
			else \
				usleep(10000); \
		} \
	} while (0)

/* ---- SQLite: somebody holds the lock ------------------------------------- */

static void lock(sqlite3 *other, bool on)
{
	CHECK(sqlite3_exec(other, on ? "BEGIN IMMEDIATE" : "ROLLBACK", NULL, NULL,
			   NULL) == SQLITE_OK);
}

static int put_visit(struct db *db, const char *room, int n)
{
	struct db_visit v = {.role = "x", .name = "n", .joined_ms = n};

	snprintf(v.id, sizeof(v.id), "%s-%d", room, n);
	snprintf(v.room, sizeof(v.room), "%s", room);
	return db_visit_put(db, &v);
}

static void locked_and_full(void)
{
	int64_t refused = count_get(COUNT_REJECT_QUEUE);
	struct db *db = open_db();
	sqlite3 *other;
	int n = 0, err = 0;

	CHECK(sqlite3_open(url + 7, &other) == SQLITE_OK);
	sqlite3_busy_timeout(other, 60000);
	lock(other, true);
	while (n < DB_QUEUE + 10 && !(err = put_visit(db, "full", n)))
		n++;
	CHECK(n == DB_QUEUE && err == -ENOBUFS);
	CHECK(count_get(COUNT_REJECT_QUEUE) == refused + 1);
	/* what administrators do has room of its own behind that, and its end is known */
	for (n = 0; n < DB_QUEUE_ACTS; n++) {
		struct db_act act = act_at(n + 1, "x", "");

		CHECK(db_act_room(db) && db_act_put(db, &act) == 0);
	}
	CHECK(!db_act_room(db) && put_visit(db, "full", n) == -ENOBUFS);
	lock(other, false);
	ASK_UNTIL(DB_QUEUE, db_visits(db, "full", take_visits, &got));

	lock(other, true);
	for (n = 0; n < 50; n++)
		CHECK(put_visit(db, "late", n) == 0);
	lock(other, false);
	sqlite3_close(other);
	close_db(db); /* does all that waits */

	db = open_db();
	wait_for(db_visits(db, "full", take_visits, &got));
	CHECK(got.err == 0 && got.n == DB_QUEUE && got.visits[0].joined_ms == 0);
	wait_for(db_visits(db, "late", take_visits, &got));
	CHECK(got.err == 0 && got.n == 50 && got.visits[7].joined_ms == 7);
	close_db(db);
}

/* ---- PostgreSQL: the connection is cut again and again ------------------- */

static void cut(void)
{
	meddle("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
	       " WHERE application_name = 'aula'");
}

static void cut_connections(void)
{
	struct db_message m = {.room = "cut", .visit = "v", .name = "n"};
	struct db *db = open_db();

	for (int i = 0; i < 600; i++) {
		snprintf(m.id, sizeof(m.id), "c%03d", i);
		snprintf(m.text, sizeof(m.text), "%d", i);
		m.sent_ms = i;
		CHECK(db_message_put(db, &m) == 0);
		if (i % 200 == 100)
			cut();
	}
	ASK_UNTIL(600, db_messages(db, "cut", 1000, take_messages, &got));
	CHECK(got.err == 0 && got.messages[7].sent_ms == 7);
	CHECK(db_healthy(db));
	close_db(db);
}

static void run_all(void)
{
	drop_all();
	rooms();
	older_database();
	visits();
	polls();
	decks();
	messages();
	recordings();
	recording_files();
	made();
	sealed();
	search();
	keeping();
	usage();
	shares();
	pages();
	acts();
	settings();
	foreign_rows();
	if (is_pg)
		cut_connections();
	else
		locked_and_full();
	refused_statement();
	newer_program();
	drop_all();
}

int main(void)
{
	char dir[] = "/tmp/test_db_XXXXXX", path[600];
	const char *pg = getenv("AULA_TEST_PG");

	thread_enter(&on_ctl);
	bad_urls();
	CHECK(mkdtemp(dir));
	only_there(dir);
	snprintf(url, sizeof(url), "sqlite:%s/a.db", dir);
	run_all();
	snprintf(path, sizeof(path), "%s/a.db", dir);
	unlink(path);
	CHECK(rmdir(dir) == 0); /* the WAL was taken in */
	if (pg && *pg) {
		snprintf(url, sizeof(url), "%s", pg);
		is_pg = true;
		run_all();
	}
	return 0;
}
