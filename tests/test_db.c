/* A database: what is stored of a class and comes back, of which version it is, and what
 * it does in trouble. */
#include "db/db.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/thread.h"
#include "tests/db_rig.h"

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

DB_TAKER(room)
DB_TAKER(visit)
DB_TAKER(message)
DB_TAKER(recording)
DB_TAKER(poll)
DB_TAKER(act)
DB_TAKER(setting)

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
	struct db *db = db_rig_open();
	struct db_room a = room_with("a", db_rig_nasty, 2),
		       b = room_with("b", "", INT64_MAX);

	CHECK(db_room_put(db, &b) == 0);
	CHECK(db_room_put(db, &a) == 0);
	CHECK(db_room_put(db, &a) == 0); /* again: the same row */
	db_rig_fill(b.title, sizeof(b.title), "\xf0\x9f\x8e\x93"); /* as long as may be */
	db_rig_fill(b.settings, sizeof(b.settings), "av1=true\n");
	db_rig_fill(b.most, sizeof(b.most), "low");
	CHECK(db_room_put(db, &b) == 0);
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 2);
	CHECK(memcmp(&db_got.rooms[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&db_got.rooms[1], &b, sizeof(b)) == 0);

	a.id[0] = '\0';
	CHECK(db_room_put(db, &a) == -EINVAL);
	memset(b.title, 'x', sizeof(b.title)); /* without an end */
	CHECK(db_room_put(db, &b) == -EINVAL);
	db_rig_close(db);

	db = db_rig_open(); /* all is there after a restart */
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	CHECK(db_got.n == 2 && strcmp(db_got.rooms[0].title, db_rig_nasty) == 0);
	db_rig_close(db);
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
	struct db_room room = room_with("a", db_rig_nasty, 2), plain = room;
	struct db_recording old = {.id = "o1", .room = "old", .title = "ФИЗИКА, Ёж, END"};
	struct db_recordings_wish wish = {
		.room = "old", .text = "физика, еж, end", .state = "", .limit = 10};
	struct db *db = db_rig_open();

	CHECK(db_recording_put(db, &old) == 0);
	snprintf(room.settings, sizeof(room.settings), "rung_top=low\n");
	CHECK(db_room_put(db, &room) == 0);
	db_rig_close(db);
	for (size_t i = 0; i < sizeof(back) / sizeof(*back); i++)
		db_rig_meddle(back[i]);
	db_rig_meddle("UPDATE rooms SET layout = 'old' WHERE id = 'a'");

	db = db_rig_open();
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	snprintf(plain.layout, sizeof(plain.layout), "old");
	CHECK(db_got.err == 0 && db_got.n == 2);
	CHECK(memcmp(&db_got.rooms[0], &plain, sizeof(plain)) == 0);
	CHECK(db_room_put(db, &room) == 0);
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	CHECK(memcmp(&db_got.rooms[0], &room, sizeof(room)) == 0);
	db_rig_wait(db_recordings(db, &wish, take_recordings, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.recordings[0], &old, sizeof(old)) == 0);
	CHECK(db_recording_delete(db, "o1") == 0);
	db_rig_close(db);
}

static void take_votes(void *ctx, int err, const char *poll, const struct db_vote *rows,
		       uint32_t n)
{
	CHECK(ctx == &db_got && n <= 8 && poll[0] == 'p');
	if (n)
		memcpy(db_got.votes, rows, n * sizeof(*rows));
	db_rig_answered(err, n);
}

static void polls(void)
{
	struct db_poll a = {.id = "p1", .room = "a", .kind = "one", .started_ms = 5};
	struct db_poll b = {.id = "p2", .room = "a", .kind = "yesno", .started_ms = 7};
	struct db_vote v = {.id = "v1", .poll = "p1", .room = "a", .choices = 512};
	struct db *db = db_rig_open();

	db_rig_fill(a.question, sizeof(a.question), "?");
	db_rig_fill(a.options, sizeof(a.options), "b\n");
	CHECK(db_poll_put(db, &a) == 0);
	b.named = b.shown = 1;
	CHECK(db_poll_put(db, &b) == 0);
	a.stopped_ms = 9; /* has ended */
	CHECK(db_poll_put(db, &a) == 0);
	db_rig_wait(db_polls(db, "a", 8, take_polls, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 2);
	CHECK(memcmp(&db_got.polls[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&db_got.polls[1], &b, sizeof(b)) == 0);
	db_rig_wait(db_polls(db, "a", 1, take_polls, &db_got));
	CHECK(db_got.n == 1 && strcmp(db_got.polls[0].id, "p2") == 0);
	db_rig_wait(db_polls(db, db_rig_nasty, 1, take_polls, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_fill(v.name, sizeof(v.name), "\xc3\xa4");
	CHECK(db_vote_put(db, &v) == 0);
	v.choices = 3; /* another choice */
	CHECK(db_vote_put(db, &v) == 0);
	db_rig_wait(db_votes(db, "p1", take_votes, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.votes[0], &v, sizeof(v)) == 0);
	db_rig_wait(db_votes(db, "p2", take_votes, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_close(db);
}

static void take_decks(void *ctx, int err, const struct db_deck *rows, uint32_t n)
{
	CHECK(ctx == &db_got && n <= 8);
	if (n)
		memcpy(db_got.decks, rows, n * sizeof(*rows));
	db_rig_answered(err, n);
}

static void decks(void)
{
	struct db_deck a = {
		.id = "d1", .room = "a", .kind = "pdf", .seat = "s", .made_ms = 5};
	struct db_deck b = {.id = "d2", .room = "b", .kind = "pictures", .made_ms = 7};
	struct db *db = db_rig_open();

	db_rig_fill(a.title, sizeof(a.title), "\xc3\xa4");
	a.pages = 500;
	a.bytes = INT64_C(1) << 33;
	CHECK(db_deck_put(db, &b) == 0 && db_deck_put(db, &a) == 0);
	a.page = 77;
	a.shown = 1; /* was turned over */
	CHECK(db_deck_put(db, &a) == 0);
	db_rig_wait(db_decks(db, take_decks, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 2);
	CHECK(memcmp(&db_got.decks[0], &a, sizeof(a)) == 0);
	CHECK(memcmp(&db_got.decks[1], &b, sizeof(b)) == 0);
	CHECK(db_deck_delete(db, "d1") == 0);
	db_rig_wait(db_decks(db, take_decks, &db_got));
	CHECK(db_got.n == 1 && strcmp(db_got.decks[0].id, "d2") == 0);
	db_rig_close(db);
}

static void visits(void)
{
	struct db *db = db_rig_open();
	struct db_visit v = {.id = "v1", .room = "a", .role = "student", .joined_ms = 5};

	db_rig_fill(v.name, sizeof(v.name), "\xc3\xa4");
	CHECK(db_visit_put(db, &v) == 0);
	v.left_ms = 9; /* has left */
	CHECK(db_visit_put(db, &v) == 0);
	db_rig_wait(db_visits(db, "a", take_visits, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.visits[0], &v, sizeof(v)) == 0);
	db_rig_wait(db_visits(db, "b", take_visits, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_wait(db_visits(db, db_rig_nasty, take_visits, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_close(db);
}

static void messages(void)
{
	struct db *db = db_rig_open();
	struct db_message m = {.room = "a", .visit = "v1"};

	snprintf(m.name, sizeof(m.name), "%s", db_rig_nasty);
	for (int i = 1; i <= 20; i++) {
		snprintf(m.id, sizeof(m.id), "m%02d", i);
		m.sent_ms = i;
		if (i == 20)
			db_rig_fill(m.text, sizeof(m.text), "\xf0\x9f\x99\x82");
		else
			snprintf(m.text, sizeof(m.text), "%d", i);
		CHECK(db_message_put(db, &m) == 0);
	}
	db_rig_wait(db_messages(db, "a", 3, take_messages, &db_got));
	CHECK(db_got.n == 3 && db_got.messages[0].sent_ms == 18);
	CHECK(memcmp(&db_got.messages[2], &m, sizeof(m)) == 0);
	db_rig_wait(db_messages(db, "a", UINT32_MAX, take_messages, &db_got));
	CHECK(db_got.n == 20 && db_got.messages[0].sent_ms == 1);
	db_rig_wait(db_messages(db, "a", 0, take_messages, &db_got));
	CHECK(db_got.n == 0 && db_got.err == 0);
	db_rig_close(db);
}

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
	snprintf(act.fields, sizeof(act.fields), "%s", db_rig_nasty);
	return act;
}

static void ask_acts(struct db *db, int64_t before, const char *code, const char *who,
		     uint32_t limit)
{
	const struct db_acts_wish wish = {before, code, who, limit};

	db_rig_wait(db_acts(db, &wish, take_acts, &db_got));
	CHECK(db_got.err == 0);
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
		if (!db_rig_refuses(tries[i]))
			fprintf(stderr, "not refused: %s\n", tries[i]);
		CHECK(db_rig_refuses(tries[i]));
	}
	if (db_rig.is_pg) {
		CHECK(db_rig_refuses("TRUNCATE acts") &&
		      db_rig_refuses("TRUNCATE acts_horizon"));
		return;
	}
	CHECK(!db_rig_refuses(
		"INSERT OR REPLACE INTO acts SELECT id, at_ms, 'x', 'x', 'x',"
		" 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x' FROM acts")); /* no-op */
	CHECK(db_rig_refuses("REPLACE INTO acts_horizon VALUES (1, 99)"));
}

static void acts(void)
{
	const int64_t day_ms = 86400000, now = clock_wall_ms(), old = now - 5 * day_ms;
	struct db_act a = act_at(old, "a", "AAAAAAA"),
		      b = act_at(old + 1, "b", "BBBBBBB"),
		      c = act_at(now, "c", "AAAAAAA");
	struct db *db = db_rig_open();

	snprintf(b.seat, sizeof(b.seat), "seat1");
	CHECK(db_act_room(db) && db_act_put(db, &a) == 0 && db_act_put(db, &b) == 0);
	CHECK(db_act_put(db, &c) == 0 && db_act_put(db, &a) == 0); /* once is enough */
	ask_acts(db, 0, "", "", 8);
	CHECK(db_got.n == 3 && memcmp(&db_got.acts[0], &c, sizeof(c)) == 0);
	CHECK(memcmp(&db_got.acts[2], &a, sizeof(a)) == 0);
	ask_acts(db, c.id, "", "", 1);
	CHECK(db_got.n == 1 && strcmp(db_got.acts[0].command, "b") == 0);
	ask_acts(db, 0, "AAAAAAA", "", 8);
	CHECK(db_got.n == 2);
	ask_acts(db, 0, "", "seat1", 8);
	CHECK(db_got.n == 1 && strcmp(db_got.acts[0].command, "b") == 0);
	ask_acts(db, 0, "", "Dr. Rao", 8);
	CHECK(db_got.n == 3);
	acts_stay();
	ask_acts(db, 0, "", "", 8);
	CHECK(db_got.n == 3 && memcmp(&db_got.acts[0], &c, sizeof(c)) == 0);
	/* nothing of the last day, and nothing when nothing is that old */
	CHECK(db_acts_purge(db, now - day_ms / 2) == 0);
	CHECK(db_acts_purge(db, old) == 0);
	ask_acts(db, 0, "", "", 8);
	CHECK(db_got.n == 3);
	CHECK(db_acts_purge(db, old + 1) == 0);
	ask_acts(db, 0, "", "", 8);
	CHECK(db_got.n == 3 && strcmp(db_got.acts[2].command, "b") == 0);
	/* whoever let it go, it says so */
	CHECK(strcmp(db_got.acts[0].command, "audit.purge") == 0 ||
	      strcmp(db_got.acts[1].command, "audit.purge") == 0);
	acts_stay();
	db_rig_close(db);
}

static void settings(void)
{
	struct db *db = db_rig_open();
	struct db_setting s = {"max_members", "7"};

	CHECK(db_setting_put(db, &s) == 0);
	snprintf(s.value, sizeof(s.value), "8");
	CHECK(db_setting_put(db, &s) == 0);
	db_rig_wait(db_settings(db, take_settings, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.settings[0], &s, sizeof(s)) == 0);
	CHECK(db_setting_delete(db, "max_members") == 0);
	db_rig_wait(db_settings(db, take_settings, &db_got));
	CHECK(db_got.n == 0);
	db_rig_close(db);
}

/* Rows that somebody else wrote and that do not fit are left out. */
static void foreign_rows(void)
{
	int64_t before = count_get(COUNT_DB_ERRORS);
	struct db *db = db_rig_open();

	db_rig_meddle("INSERT INTO rooms (id, code, title, layout, created_ms) VALUES"
		      " ('0123456789012345678901234567890123456789', 'c', 't', 'l', 1)");
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 2);
	CHECK(count_get(COUNT_DB_ERRORS) == before + 1);
	db_rig_meddle("DELETE FROM rooms WHERE code = 'c'");
	db_rig_close(db);
}

/* A statement that can never work is counted, and the next one is done. */
static void refused_statement(void)
{
	struct db *db = db_rig_open();
	int64_t before = count_get(COUNT_DB_ERRORS);

	db_rig_meddle("DROP TABLE recordings");
	db_rig_wait(db_rig_list(db, "a", 0, 10, take_recordings));
	CHECK(db_got.err == -EIO && db_got.n == 0);
	CHECK(count_get(COUNT_DB_ERRORS) == before + 1 && !db_healthy(db));
	db_rig_wait(db_rooms(db, take_rooms, &db_got));
	CHECK(db_got.err == 0 && db_healthy(db));
	db_rig_close(db);
}

static void newer_program(void)
{
	struct db *db;

	db_rig_meddle("INSERT INTO schema_version (version) VALUES (99)");
	CHECK(loop_create(&db_rig.loop, 8) == 0);
	CHECK(db_open(&db, db_rig.url, db_rig.loop, db_rig.why, sizeof(db_rig.why)) ==
	      -EPROTONOSUPPORT);
	CHECK(strstr(db_rig.why, "99") && strstr(db_rig.why, "newer"));
	loop_destroy(db_rig.loop);
	db_rig_drop_all();
	db_rig_close(db_rig_open());
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

	CHECK(loop_create(&db_rig.loop, 8) == 0);
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		CHECK(db_open(&db, urls[i], db_rig.loop, db_rig.why, sizeof(db_rig.why)) <
		      0);
		CHECK(*db_rig.why && !strchr(db_rig.why, '\n'));
	}
	loop_destroy(db_rig.loop);
	db_close(NULL);
}

/* Who only looks makes no file. */
static void only_there(void)
{
	char dir[] = "/tmp/test_db_XXXXXX";
	struct db *other = NULL;
	char where[100], text[200];
	const char *path = where + strlen("sqlite:");

	CHECK(mkdtemp(dir));
	snprintf(where, sizeof(where), "sqlite:%s/there.db", dir);
	CHECK(loop_create(&db_rig.loop, 16) == 0);
	CHECK(db_open_there(&other, where, db_rig.loop, text, sizeof(text)) < 0 && *text);
	CHECK(access(path, F_OK) < 0);
	CHECK(db_open(&other, where, db_rig.loop, text, sizeof(text)) == 0);
	db_close(other);
	CHECK(db_open_there(&other, where, db_rig.loop, text, sizeof(text)) == 0);
	db_close(other);
	CHECK(unlink(path) == 0);
	loop_destroy(db_rig.loop);
	CHECK(rmdir(dir) == 0);
}

/* Asks until there are `n`; for as long as the database is away, or has much to do,
 * a question may be refused. */
#define ASK_UNTIL(n_rows, ask) \
	do { \
		int64_t end_us_ = clock_us() + 60 * SEC_US; \
		db_got.n = 0; \
		while (db_got.n != (n_rows)) { \
			int posted_ = (ask); \
			CHECK(clock_us() < end_us_); \
			if (posted_ == 0) \
				db_rig_wait(0); \
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
	struct db *db = db_rig_open();
	sqlite3 *other;
	int n = 0, err = 0;

	CHECK(sqlite3_open(db_rig.url + 7, &other) == SQLITE_OK);
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
	ASK_UNTIL(DB_QUEUE, db_visits(db, "full", take_visits, &db_got));

	lock(other, true);
	for (n = 0; n < 50; n++)
		CHECK(put_visit(db, "late", n) == 0);
	lock(other, false);
	sqlite3_close(other);
	db_rig_close(db); /* does all that waits */

	db = db_rig_open();
	db_rig_wait(db_visits(db, "full", take_visits, &db_got));
	CHECK(db_got.err == 0 && db_got.n == DB_QUEUE && db_got.visits[0].joined_ms == 0);
	db_rig_wait(db_visits(db, "late", take_visits, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 50 && db_got.visits[7].joined_ms == 7);
	db_rig_close(db);
}

/* ---- PostgreSQL: the connection is cut again and again ------------------- */

static void cut(void)
{
	db_rig_meddle("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
		      " WHERE application_name = 'aula'");
}

static void cut_connections(void)
{
	struct db_message m = {.room = "cut", .visit = "v", .name = "n"};
	struct db *db = db_rig_open();

	for (int i = 0; i < 600; i++) {
		snprintf(m.id, sizeof(m.id), "c%03d", i);
		snprintf(m.text, sizeof(m.text), "%d", i);
		m.sent_ms = i;
		CHECK(db_message_put(db, &m) == 0);
		if (i % 200 == 100)
			cut();
	}
	ASK_UNTIL(600, db_messages(db, "cut", 1000, take_messages, &db_got));
	CHECK(db_got.err == 0 && db_got.messages[7].sent_ms == 7);
	CHECK(db_healthy(db));
	db_rig_close(db);
}

static void run_all(void)
{
	rooms();
	older_database();
	visits();
	polls();
	decks();
	messages();
	acts();
	settings();
	foreign_rows();
	if (db_rig.is_pg)
		cut_connections();
	else
		locked_and_full();
	refused_statement();
	newer_program();
}

int main(void)
{
	thread_enter(&on_ctl);
	bad_urls();
	only_there();
	db_rig_run(run_all);
	return 0;
}
