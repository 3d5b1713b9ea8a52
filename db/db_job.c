#include "db/db_job.h"

#include "base/count.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int db_job_create(struct db_job **out, const char *sql, const struct db_param *params,
		  int n)
{
	struct db_job *job;
	size_t size = 0;
	char *to;

	for (int i = 0; i < n; i++)
		size += params[i].text ? strlen(params[i].text) + 1 : 0;
	job = calloc(1, sizeof(*job) + size);
	if (!job)
		return -ENOMEM;
	job->sql = sql;
	job->n = n;
	to = job->texts;
	for (int i = 0; i < n; i++) {
		job->params[i] = params[i];
		if (!params[i].text)
			continue;
		size = strlen(params[i].text) + 1;
		job->params[i].text = memcpy(to, params[i].text, size);
		to += size;
	}
	*out = job;
	return 0;
}

void db_job_destroy(struct db_job *job)
{
	if (!job)
		return;
	free(job->rows);
	free(job);
}

static int make_room(struct db_job *job)
{
	uint32_t room = job->room ? job->room * 2 : 16;
	char *rows;

	if (job->n_rows < job->room)
		return 0;
	rows = realloc(job->rows, room * job->table->row_size);
	if (!rows)
		return -ENOMEM;
	job->rows = rows;
	job->room = room;
	return 0;
}

static void take_row(void *ctx, const struct db_cell *cells, int n)
{
	struct db_job *job = ctx;
	char *row;

	if (job->err || job->n_rows == DB_ROWS_MAX)
		return;
	job->err = make_room(job);
	if (job->err)
		return;
	row = job->rows + job->n_rows * job->table->row_size;
	memset(row, 0, job->table->row_size);
	if (db_table_read(job->table, cells, n, row)) {
		/* somebody else wrote it; the others are still good */
		count_add(COUNT_DB_ERRORS, 1);
		log_warn("db_row_refused", "columns=%d", n);
		return;
	}
	job->n_rows++;
}

int db_job_run(struct db_job *job, const struct db_driver *driver, struct db_conn *conn,
	       char *why, size_t why_len)
{
	int err;

	job->err = 0;
	job->n_rows = 0;
	err = driver->exec(conn, job->sql, job->params, job->n,
			   job->table ? take_row : NULL, job, why, why_len);
	return err ? err : job->err;
}
