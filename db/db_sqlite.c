#include "db/db_driver.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct db_conn {
	sqlite3 *handle;
};

static void lite_close(struct db_conn *conn)
{
	if (!conn)
		return;
	sqlite3_close(conn->handle); /* takes the WAL into the file */
	free(conn);
}

static int lite_open(struct db_conn **out, const char *path, bool make, char *why,
		     size_t why_len)
{
	static const char setup[] = "PRAGMA journal_mode = WAL;"
				    "PRAGMA synchronous = NORMAL;"
				    "PRAGMA foreign_keys = ON;"
				    "PRAGMA trusted_schema = OFF;";
	struct db_conn *conn = calloc(1, sizeof(*conn));
	int rc;

	if (!conn)
		return -ENOMEM;
	rc = sqlite3_open_v2(path, &conn->handle,
			     SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0),
			     NULL);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(conn->handle, DB_PATIENCE_MS);
		rc = sqlite3_exec(conn->handle, setup, NULL, NULL, NULL);
	}
	if (rc != SQLITE_OK) {
		snprintf(why, why_len, "%s: %s", path,
			 conn->handle ? sqlite3_errmsg(conn->handle)
				      : sqlite3_errstr(rc));
		lite_close(conn);
		return -EIO;
	}
	*out = conn;
	return 0;
}

static int bind_all(sqlite3_stmt *stmt, const struct db_param *params, int n)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < n && rc == SQLITE_OK; i++) {
		char name[16];
		int at;

		/* to SQLite $1 is a name, not a number */
		snprintf(name, sizeof(name), "$%d", i + 1);
		at = sqlite3_bind_parameter_index(stmt, name);
		if (params[i].text)
			rc = sqlite3_bind_text(stmt, at, params[i].text, -1,
					       SQLITE_STATIC);
		else
			rc = sqlite3_bind_int64(stmt, at, params[i].number);
	}
	return rc;
}

static void give_row(sqlite3_stmt *stmt,
		     void (*row)(void *ctx, const struct db_cell *cells, int n),
		     void *ctx)
{
	struct db_cell cells[DB_PARAMS];
	int n = sqlite3_column_count(stmt);

	for (int i = 0; i < n && i < DB_PARAMS; i++) {
		const char *text = (const char *)sqlite3_column_text(stmt, i);

		cells[i].text = text ? text : "";
		cells[i].len = text ? (size_t)sqlite3_column_bytes(stmt, i) : 0;
	}
	row(ctx, cells, n < DB_PARAMS ? n : DB_PARAMS);
}

/* What passes by itself, or when somebody makes room. */
static bool passes(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
	case SQLITE_CANTOPEN:
		return true;
	default:
		return false;
	}
}

static int lite_exec(struct db_conn *conn, const char *sql, const struct db_param *params,
		     int n, void (*row)(void *ctx, const struct db_cell *cells, int n),
		     void *ctx, char *why, size_t why_len)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(conn->handle, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = bind_all(stmt, params, n);
	if (rc == SQLITE_OK)
		while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
			if (row)
				give_row(stmt, row, ctx);
	if (rc != SQLITE_DONE)
		snprintf(why, why_len, "%s", sqlite3_errmsg(conn->handle));
	sqlite3_finalize(stmt);
	if (rc == SQLITE_DONE)
		return 0;
	return passes(rc) ? -EAGAIN : -EIO;
}

static bool lite_alive(const struct db_conn *conn)
{
	(void)conn;
	return true;
}

static void lite_patience(struct db_conn *conn, int ms)
{
	sqlite3_busy_timeout(conn->handle, ms);
}

const struct db_driver db_sqlite = {lite_open, lite_close, lite_exec, lite_alive,
				    lite_patience};
