#include "tests/db_rig.h"

#include "base/thread.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

const char db_rig_nasty[] =
	"'; DROP TABLE rooms; -- \" $1 %s \\ \n\t\x01 \xf0\x9f\x8e\x93";

struct db_rig db_rig;
struct db_answer db_got;

void db_rig_fill(char *out, size_t size, const char *letter)
{
	size_t len = strlen(letter), n = 0;

	while (n + len < size) {
		memcpy(out + n, letter, len);
		n += len;
	}
	out[n] = '\0';
}

struct db *db_rig_open(void)
{
	struct db *db = NULL;

	CHECK(loop_create(&db_rig.loop, 64) == 0);
	if (db_open(&db, db_rig.url, db_rig.loop, db_rig.why, sizeof(db_rig.why))) {
		fprintf(stderr, "%s\n", db_rig.why);
		exit(1);
	}
	CHECK(db_healthy(db));
	return db;
}

void db_rig_close(struct db *db)
{
	db_close(db);
	loop_destroy(db_rig.loop);
}

void db_rig_answered(int err, uint32_t n)
{
	db_got.calls++;
	db_got.err = err;
	db_got.n = n;
	loop_stop(db_rig.loop);
}

void db_rig_wait(int posted)
{
	int before = db_got.calls;

	CHECK(posted == 0);
	loop_run(db_rig.loop);
	CHECK(db_got.calls == before + 1);
}

int db_rig_list(struct db *db, const char *room, int64_t before_ms, uint32_t limit,
		void (*done)(void *ctx, int err, const struct db_recording *rows,
			     uint32_t n))
{
	const struct db_recordings_wish wish = {.room = room,
						.before_ms = before_ms,
						.text = "",
						.state = "",
						.limit = limit};

	return db_recordings(db, &wish, done, &db_got);
}

/* ---- a second connection, to look and to spoil --------------------------- */

static bool done(const char *sql)
{
	bool so;

	if (db_rig.is_pg) {
		PGconn *pg = PQconnectdb(db_rig.url);
		PGresult *result = PQexec(pg, sql);

		so = PQresultStatus(result) == PGRES_COMMAND_OK;
		PQclear(result);
		PQfinish(pg);
	} else {
		sqlite3 *handle;

		CHECK(sqlite3_open(db_rig.url + 7, &handle) == SQLITE_OK);
		sqlite3_busy_timeout(handle, 60000);
		so = sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK;
		sqlite3_close(handle);
	}
	return so;
}

void db_rig_meddle(const char *sql)
{
	bool so = done(sql);

	CHECK(so || db_rig.is_pg); /* it answers a SELECT with rows */
}

bool db_rig_refuses(const char *sql)
{
	return !done(sql);
}

void db_rig_drop_all(void)
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
		db_rig_meddle(sql);
	}
}

/* ---- both kinds -------------------------------------------------------- */

static void run_empty(void (*all)(void))
{
	db_rig_drop_all();
	all();
	db_rig_drop_all();
}

void db_rig_run(void (*all)(void))
{
	char dir[] = "/tmp/test_db_XXXXXX", path[600];
	const char *pg = getenv("AULA_TEST_PG");

	thread_enter(&on_ctl);
	CHECK(mkdtemp(dir));
	snprintf(db_rig.url, sizeof(db_rig.url), "sqlite:%s/a.db", dir);
	run_empty(all);
	snprintf(path, sizeof(path), "%s/a.db", dir);
	unlink(path);
	CHECK(rmdir(dir) == 0); /* the WAL was taken in */
	if (pg && *pg) {
		snprintf(db_rig.url, sizeof(db_rig.url), "%s", pg);
		db_rig.is_pg = true;
		run_empty(all);
	}
}
