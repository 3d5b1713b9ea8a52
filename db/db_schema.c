#include "db/db_schema.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS_MAX 24
#define PATIENCE_MS    60000 /* an index over a year of chat takes a while */
#define TRIES          5     /* other nodes may migrate at the same time */

/* Of one of both databases alone. */
#define SQLITE   "/* sqlite */ "
#define POSTGRES "/* postgres */ "

#define SQLITE_REFUSES " BEGIN SELECT RAISE(ABORT, 'acts are kept as they are'); END"
#define SQLITE_NOW_MS  "(CAST(strftime('%s', 'now') AS INTEGER) * 1000)"
/* The act that says what was let go, from its third column on. */
#define PURGED \
	", '', '', '', 'server', '', 'server', '', '', 'audit.purge'," \
	" '{\"before_ms\":' ||"
#define PURGED_END " || '}', 'ok')"

/* Capital letters of Latin and Russian texts made small by what both databases know,
 * once: from then on db_fold() does it. In two parts, for SQLite reads no deeper. */
#define R8 "replace(replace(replace(replace(replace(replace(replace(replace("
#define FOLDED_1(text) \
	R8 R8 "lower(" text "),'А','а'),'Б','б'),'В','в'),'Г','г'),'Д','д'),'Е','е')" \
	      ",'Ж','ж'),'З','з'),'И','и'),'Й','й'),'К','к'),'Л','л'),'М','м'),'Н','н')" \
	      ",'О','о'),'П','п')"
#define FOLDED_2(text) \
	R8 R8 "replace(replace(" text ",'Р','р'),'С','с'),'Т','т'),'У','у'),'Ф','ф')" \
	      ",'Х','х'),'Ц','ц'),'Ч','ч'),'Ш','ш'),'Щ','щ'),'Ъ','ъ'),'Ы','ы'),'Ь','ь')" \
	      ",'Э','э'),'Ю','ю'),'Я','я'),'Ё','е'),'ё','е')"

/* Steps are only ever added at the end. Times are milliseconds since 1970. No
 * table refers to another: a message is kept even if its room's row was lost. */
static const char *const steps[][STATEMENTS_MAX] = {
	{
		"CREATE TABLE rooms (id TEXT PRIMARY KEY, code TEXT NOT NULL,"
		" title TEXT NOT NULL, layout TEXT NOT NULL,"
		" created_ms BIGINT NOT NULL)",
		"CREATE TABLE visits (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" name TEXT NOT NULL, role TEXT NOT NULL, joined_ms BIGINT NOT NULL,"
		" left_ms BIGINT NOT NULL)",
		"CREATE INDEX visits_of_room ON visits (room, joined_ms)",
		"CREATE TABLE messages (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" visit TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,"
		" sent_ms BIGINT NOT NULL)",
		"CREATE INDEX messages_of_room ON messages (room, sent_ms)",
		"CREATE TABLE recordings (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" file TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL,"
		" started_ms BIGINT NOT NULL, duration_ms BIGINT NOT NULL,"
		" bytes BIGINT NOT NULL)",
		"CREATE INDEX recordings_of_room ON recordings (room, started_ms)",
	},
	{
		"ALTER TABLE rooms ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE rooms ADD COLUMN most TEXT NOT NULL DEFAULT ''",
	},
	{
		"ALTER TABLE rooms ADD COLUMN policy TEXT NOT NULL DEFAULT ''",
		"CREATE TABLE seats (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" name TEXT NOT NULL, net TEXT NOT NULL, grants BIGINT NOT NULL,"
		" denies BIGINT NOT NULL, admitted_ms BIGINT NOT NULL,"
		" banned_ms BIGINT NOT NULL)",
	},
	{
		"CREATE TABLE polls (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" kind TEXT NOT NULL, question TEXT NOT NULL, options TEXT NOT NULL,"
		" named BIGINT NOT NULL, shown BIGINT NOT NULL,"
		" started_ms BIGINT NOT NULL, stopped_ms BIGINT NOT NULL)",
		"CREATE INDEX polls_of_room ON polls (room, started_ms)",
		"CREATE TABLE votes (id TEXT PRIMARY KEY, poll TEXT NOT NULL,"
		" room TEXT NOT NULL, name TEXT NOT NULL, choices BIGINT NOT NULL,"
		" voted_ms BIGINT NOT NULL)",
		"CREATE INDEX votes_of_poll ON votes (poll)",
	},
	{
		"ALTER TABLE rooms ADD COLUMN hearing TEXT NOT NULL DEFAULT ''",
	},
	{
		"CREATE TABLE layouts (name TEXT PRIMARY KEY, json TEXT NOT NULL,"
		" changed_ms BIGINT NOT NULL)",
	},
	{
		"CREATE TABLE cues (room TEXT PRIMARY KEY, json TEXT NOT NULL,"
		" changed_ms BIGINT NOT NULL)",
	},
	/* What administrators do. Triggers of the database's own refuse to change an act,
	 * and to delete one that is not before the horizon; that moves forward only,
	 * never into the last day, and each time it does an act says so. */
	{
		"CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
		"CREATE TABLE acts (id BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
		" actor TEXT NOT NULL, seat TEXT NOT NULL, name TEXT NOT NULL,"
		" role TEXT NOT NULL, network TEXT NOT NULL, door TEXT NOT NULL,"
		" room TEXT NOT NULL, code TEXT NOT NULL, command TEXT NOT NULL,"
		" fields TEXT NOT NULL, result TEXT NOT NULL)",
		"CREATE INDEX acts_by_time ON acts (at_ms)",
		"CREATE TABLE acts_horizon (one BIGINT PRIMARY KEY, before_ms BIGINT"
		" NOT NULL)",
		"INSERT INTO acts_horizon (one, before_ms) VALUES (1, 0)",
		/* what SQLite calls REPLACE deletes without asking triggers: a known
		 * id is no insert at all */
		SQLITE "CREATE TRIGGER acts_once BEFORE INSERT ON acts WHEN EXISTS"
		       " (SELECT 1 FROM acts WHERE id = NEW.id)"
		       " BEGIN SELECT RAISE(IGNORE); END",
		SQLITE "CREATE TRIGGER acts_fixed BEFORE UPDATE ON acts" SQLITE_REFUSES,
		SQLITE "CREATE TRIGGER acts_stay BEFORE DELETE ON acts WHEN OLD.at_ms >="
		       " (SELECT before_ms FROM acts_horizon)" SQLITE_REFUSES,
		SQLITE "CREATE TRIGGER acts_horizon_one BEFORE INSERT ON "
		       "acts_horizon" SQLITE_REFUSES,
		SQLITE "CREATE TRIGGER acts_horizon_stays BEFORE DELETE ON "
		       "acts_horizon" SQLITE_REFUSES,
		SQLITE "CREATE TRIGGER acts_horizon_rises BEFORE UPDATE ON acts_horizon"
		       " WHEN NEW.one <> 1 OR NEW.before_ms <= OLD.before_ms OR"
		       " NEW.before_ms > " SQLITE_NOW_MS " - 86400000" SQLITE_REFUSES,
		SQLITE "CREATE TRIGGER acts_horizon_told AFTER UPDATE ON acts_horizon"
		       " BEGIN INSERT INTO acts VALUES (" SQLITE_NOW_MS " * 1000000 +"
		       " abs(random()) % 1000000, " SQLITE_NOW_MS PURGED
		       " CAST(NEW.before_ms AS TEXT)" PURGED_END "; END",
		POSTGRES "CREATE OR REPLACE FUNCTION acts_guard() RETURNS trigger "
			 "LANGUAGE plpgsql AS"
			 " $$BEGIN IF TG_OP = 'DELETE' THEN IF OLD.at_ms < (SELECT"
			 " before_ms FROM acts_horizon) THEN RETURN OLD; END IF; END IF;"
			 " RAISE EXCEPTION 'acts are kept as they are'; END$$",
		POSTGRES
		"CREATE OR REPLACE FUNCTION acts_horizon_guard() RETURNS trigger LANGUAGE"
		" plpgsql AS $$DECLARE now_ms BIGINT := floor(extract(epoch"
		" FROM clock_timestamp()) * 1000); BEGIN IF TG_OP = 'UPDATE'"
		" THEN IF NEW.one = 1 AND NEW.before_ms > OLD.before_ms AND"
		" NEW.before_ms <= now_ms - 86400000 THEN INSERT INTO acts"
		" VALUES (now_ms * 1000000 + floor(random() * 1000000)::BIGINT,"
		" now_ms" PURGED " NEW.before_ms::TEXT" PURGED_END
		"; RETURN NEW; END IF; END IF;"
		" RAISE EXCEPTION 'acts are kept as they are'; END$$",
		POSTGRES "CREATE TRIGGER acts_fixed BEFORE UPDATE OR DELETE ON acts"
			 " FOR EACH ROW EXECUTE FUNCTION acts_guard()",
		POSTGRES "CREATE TRIGGER acts_stay BEFORE TRUNCATE ON acts"
			 " EXECUTE FUNCTION acts_guard()",
		POSTGRES "CREATE TRIGGER acts_horizon_fixed BEFORE INSERT OR UPDATE OR"
			 " DELETE ON acts_horizon FOR EACH ROW"
			 " EXECUTE FUNCTION acts_horizon_guard()",
		POSTGRES "CREATE TRIGGER acts_horizon_stays BEFORE TRUNCATE ON"
			 " acts_horizon EXECUTE FUNCTION acts_horizon_guard()",
	},
	{
		"ALTER TABLE rooms ADD COLUMN parent TEXT NOT NULL DEFAULT ''",
		"CREATE TABLE lives (room TEXT PRIMARY KEY, json TEXT NOT NULL,"
		" changed_ms BIGINT NOT NULL)",
	},
	{
		"ALTER TABLE rooms ADD COLUMN looks TEXT NOT NULL DEFAULT ''",
	},
	{
		"CREATE TABLE decks (id TEXT PRIMARY KEY, room TEXT NOT NULL,"
		" title TEXT NOT NULL, kind TEXT NOT NULL, seat TEXT NOT NULL,"
		" pages BIGINT NOT NULL, bytes BIGINT NOT NULL, page BIGINT NOT NULL,"
		" shown BIGINT NOT NULL, made_ms BIGINT NOT NULL)",
	},
	{
		"CREATE TABLE recording_files (id TEXT PRIMARY KEY,"
		" recording TEXT NOT NULL, edition TEXT NOT NULL, ext TEXT NOT NULL,"
		" bytes BIGINT NOT NULL, duration_ms BIGINT NOT NULL,"
		" err TEXT NOT NULL)",
		"CREATE INDEX files_of_recording ON recording_files (recording)",
		"CREATE TABLE recording_marks (id TEXT PRIMARY KEY,"
		" recording TEXT NOT NULL, at_ms BIGINT NOT NULL, text TEXT NOT NULL,"
		" made_ms BIGINT NOT NULL)",
		"CREATE INDEX marks_of_recording ON recording_marks (recording, at_ms)",
	},
	{
		"ALTER TABLE recordings ADD COLUMN made TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE recordings ADD COLUMN made_json TEXT NOT NULL DEFAULT ''",
	},
	{
		"ALTER TABLE recordings ADD COLUMN deleted_ms BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE recordings ADD COLUMN kept BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE recordings ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE recordings ADD COLUMN cut_from_ms BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE recordings ADD COLUMN cut_to_ms BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE recordings ADD COLUMN added_ms BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE recordings ADD COLUMN folded TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE recording_marks ADD COLUMN folded TEXT NOT NULL DEFAULT ''",
		"UPDATE recordings SET folded = " FOLDED_1("title"),
		"UPDATE recordings SET folded = " FOLDED_2("folded"),
		"UPDATE recording_marks SET folded = " FOLDED_1("text"),
		"UPDATE recording_marks SET folded = " FOLDED_2("folded"),
		"CREATE INDEX recordings_in_trash ON recordings (deleted_ms)"
		" WHERE deleted_ms > 0",
		"CREATE INDEX recordings_by_time ON recordings (started_ms)",
		"CREATE INDEX recordings_running ON recordings (state)"
		" WHERE state = 'running'",
		"CREATE TABLE recording_shares (id TEXT PRIMARY KEY,"
		" recording TEXT NOT NULL, salt TEXT NOT NULL, verifier TEXT NOT NULL,"
		" download BIGINT NOT NULL, made_ms BIGINT NOT NULL,"
		" expires_ms BIGINT NOT NULL, opened BIGINT NOT NULL)",
		"CREATE INDEX shares_of_recording ON recording_shares (recording)",
	},
	{
		"CREATE TABLE vault (id TEXT PRIMARY KEY, state TEXT NOT NULL,"
		" at_ms BIGINT NOT NULL)",
	},
	{
		"CREATE TABLE recording_happenings (id TEXT PRIMARY KEY,"
		" recording TEXT NOT NULL, at_ms BIGINT NOT NULL, kind TEXT NOT NULL,"
		" text TEXT NOT NULL, number BIGINT NOT NULL)",
		"CREATE INDEX happenings_of_recording ON recording_happenings"
		" (recording, at_ms)",
	},
	{
		"ALTER TABLE recordings ADD COLUMN joined TEXT NOT NULL DEFAULT ''",
	},
	{
		/* 1: its files are sealed; 2: that failed */
		"ALTER TABLE recordings ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0",
		"CREATE INDEX recordings_unsealed ON recordings (started_ms)"
		" WHERE sealed = 0",
	},
};

#define NEWEST ((int64_t)(sizeof(steps) / sizeof(*steps)))

static void take_number(void *ctx, const struct db_cell *cells, int n)
{
	int64_t *number = ctx;

	if (n == 1)
		*number = strtoll(cells[0].text, NULL, 10);
}

static int run(const struct db_driver *driver, struct db_conn *conn, const char *sql,
	       char *why, size_t why_len)
{
	return driver->exec(conn, sql, NULL, 0, NULL, NULL, why, why_len);
}

int64_t db_schema_newest(void)
{
	return NEWEST;
}

static int read_version(const struct db_driver *driver, struct db_conn *conn,
			int64_t *out, char *why, size_t why_len)
{
	int err = run(driver, conn,
		      "CREATE TABLE IF NOT EXISTS schema_version"
		      " (version BIGINT PRIMARY KEY)",
		      why, why_len);

	if (err)
		return err;
	return driver->exec(conn, "SELECT COALESCE(MAX(version), 0) FROM schema_version",
			    NULL, 0, take_number, out, why, why_len);
}

static bool is_for(const struct db_driver *driver, const char *sql)
{
	const char *other = driver == &db_sqlite ? POSTGRES : SQLITE;

	return strncmp(sql, other, strlen(other)) != 0;
}

/* The number goes in first: of two nodes that do the same step, one waits there
 * for the other and then finds it done. */
static int do_step(const struct db_driver *driver, struct db_conn *conn, int64_t version,
		   char *why, size_t why_len)
{
	struct db_param number = {.number = version};
	char ignored[128];
	int err = run(driver, conn, "BEGIN", why, why_len);

	if (err)
		return err;
	err = driver->exec(conn, "INSERT INTO schema_version (version) VALUES ($1)",
			   &number, 1, NULL, NULL, why, why_len);
	for (int i = 0; !err && i < STATEMENTS_MAX && steps[version - 1][i]; i++)
		if (is_for(driver, steps[version - 1][i]))
			err = run(driver, conn, steps[version - 1][i], why, why_len);
	if (!err)
		err = run(driver, conn, "COMMIT", why, why_len);
	if (err)
		run(driver, conn, "ROLLBACK", ignored, sizeof(ignored));
	else
		log_info("db_migrated", "version=%lld", (long long)version);
	return err;
}

static int migrate(const struct db_driver *driver, struct db_conn *conn, char *why,
		   size_t why_len)
{
	int64_t version = 0;
	int err = read_version(driver, conn, &version, why, why_len);

	if (!err && (version > NEWEST || version < 0)) {
		snprintf(why, why_len,
			 "the database has version %lld, this program knows up to %lld:"
			 " use the newer program",
			 (long long)version, (long long)NEWEST);
		return -EPROTONOSUPPORT;
	}
	while (!err && version < NEWEST)
		err = do_step(driver, conn, ++version, why, why_len);
	return err;
}

int db_schema_migrate(const struct db_driver *driver, struct db_conn *conn, char *why,
		      size_t why_len)
{
	int err = -EIO;

	driver->patience(conn, PATIENCE_MS);
	for (int i = 0; i < TRIES && driver->alive(conn); i++) {
		err = migrate(driver, conn, why, why_len);
		if (!err || err == -EPROTONOSUPPORT)
			break;
	}
	if (driver->alive(conn))
		driver->patience(conn, DB_PATIENCE_MS);
	return err;
}
