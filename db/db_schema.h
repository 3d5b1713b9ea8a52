/* db_schema.h - the tables, and how those of an older program become ours. */
#ifndef DB_DB_SCHEMA_H
#define DB_DB_SCHEMA_H

#include "base/attr.h"
#include "db/db_driver.h"

#include <stddef.h>
#include <stdint.h>

/* The version that this program brings a database to. */
int64_t db_schema_newest(void);

/* Brings the database up to date, each step in a transaction of its own. It is
 * refused when it belongs to a newer program. `why` gets one line on failure. */
int db_schema_migrate(const struct db_driver *driver, struct db_conn *conn, char *why,
		      size_t why_len) AULA_MUST_CHECK;

#endif
