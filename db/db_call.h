/* db_call.h - how the calls of db.h reach the queue. Private to db.c and db_acts.c. */
#ifndef DB_DB_CALL_H
#define DB_DB_CALL_H

#include "base/attr.h"
#include "db/db_job.h"
#include "db/db_queue.h"
#include "db/db_table.h"

struct db {
	struct db_queue *queue;
};

struct db_query {
	const char *sql;
	const struct db_table *table;
	void (*deliver)(const struct db_job *job);
	void (*done)(void);
	void *ctx;
};

/* One statement; one row; one question. -ENOBUFS, -ENOMEM, and -EINVAL of a row that does
 * not fit. */
int db_post(struct db *db, const char *sql, const struct db_param *params,
	    int n) AULA_MUST_CHECK;
int db_put(struct db *db, const struct db_table *table, const void *row) AULA_MUST_CHECK;
int db_ask(struct db *db, const struct db_query *query, const struct db_param *params,
	   int n) AULA_MUST_CHECK;

#endif
