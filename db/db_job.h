/* db_job.h - one statement on its way to the database, with copies of all it
 * needs, and for a query its rows on the way back.
 */
#ifndef DB_DB_JOB_H
#define DB_DB_JOB_H

#include "db/db.h"

#include "base/attr.h"
#include "db/db_driver.h"
#include "db/db_table.h"

#include <stdint.h>

#define DB_ROWS_MAX DB_ROWS_MOST /* of one answer */

struct db_queue;

struct db_job {
	struct db_job *next;
	struct db_queue *queue;
	const char *sql;                   /* a constant */
	struct db_param params[DB_PARAMS]; /* texts are in `texts` */
	int n;
	int64_t posted_us;
	/* Queries only. deliver() is called on the reply loop, once. */
	void (*deliver)(const struct db_job *job);
	void (*done)(void); /* the caller's, of the type that deliver() knows */
	void *ctx;
	const struct db_table *table;
	int err;
	char *rows; /* n_rows of table->row_size */
	uint32_t n_rows, room;
	char texts[];
};

/* Copies the texts of the parameters. -ENOMEM */
int db_job_create(struct db_job **out, const char *sql, const struct db_param *params,
		  int n) AULA_MUST_CHECK;
void db_job_destroy(struct db_job *job); /* NULL is accepted */

/* Runs it; may be done again after -EAGAIN. Errors as of the driver, or -ENOMEM. */
int db_job_run(struct db_job *job, const struct db_driver *driver, struct db_conn *conn,
	       char *why, size_t why_len) AULA_MUST_CHECK;

#endif
