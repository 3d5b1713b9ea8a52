/* db_driver.h - what a database must be able to do for us. A connection is used
 * by one thread at a time; every call may block, but not for ever.
 */
#ifndef DB_DB_DRIVER_H
#define DB_DB_DRIVER_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_PARAMS      20   /* of one statement at most; as many columns of a row */
#define DB_PATIENCE_MS 2000 /* a statement may take, see patience() */

struct db_param {
	const char *text; /* NULL: the number */
	int64_t number;
};

/* One column of a row; numbers are in decimal. Lives during the call. */
struct db_cell {
	const char *text; /* with a zero behind it; NULL is given as "" */
	size_t len;
};

struct db_conn;

struct db_driver {
	/* `where` is what follows the scheme, or the whole URL, as the driver
	 * likes. With `make` a database that is a file is made when there is none.
	 * `why` gets one line on failure. */
	int (*open)(struct db_conn **out, const char *where, bool make, char *why,
		    size_t why_len);
	void (*close)(struct db_conn *conn); /* NULL is accepted */

	/* One statement with parameters $1, $2, ... `row` may be NULL. Errors:
	 * -EAGAIN: may work later, do it again; -EIO: refused, never will. */
	int (*exec)(struct db_conn *conn, const char *sql, const struct db_param *params,
		    int n, void (*row)(void *ctx, const struct db_cell *cells, int n),
		    void *ctx, char *why, size_t why_len);

	/* False: the connection is lost; close it and open another. */
	bool (*alive)(const struct db_conn *conn);

	/* How long a statement may take from now on; DB_PATIENCE_MS at first. */
	void (*patience)(struct db_conn *conn, int ms);
};

extern const struct db_driver db_sqlite, db_postgres;

#endif
