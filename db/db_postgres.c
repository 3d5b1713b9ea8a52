#include "db/db_driver.h"

#include "base/clock.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 2000
#define GRACE_MS   500 /* for the server to notice its own statement_timeout */

struct db_conn {
	PGconn *pg;
	int patience_ms;
};

static void pg_close(struct db_conn *conn)
{
	if (!conn)
		return;
	PQfinish(conn->pg);
	free(conn);
}

/* libpq's messages have many lines; the first says it. */
static void explain(const PGconn *pg, char *why, size_t why_len)
{
	snprintf(why, why_len, "%s", PQerrorMessage(pg));
	why[strcspn(why, "\r\n")] = '\0';
}

/* Waits until the socket is ready; false when the time is over. A server that
 * was stopped accepts connections and never answers. */
static bool wait_ready(const PGconn *pg, bool write, int64_t until_us)
{
	struct pollfd pfd = {PQsocket(pg), write ? POLLOUT : POLLIN, 0};
	int64_t left_us = until_us - clock_us();

	if (pfd.fd < 0 || left_us <= 0)
		return false;
	return poll(&pfd, 1, (int)(left_us / MS_US) + 1) > 0 || errno == EINTR;
}

static bool finish_connect(PGconn *pg)
{
	int64_t until_us = clock_us() + CONNECT_MS * MS_US;
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	while (want == PGRES_POLLING_WRITING || want == PGRES_POLLING_READING) {
		if (!wait_ready(pg, want == PGRES_POLLING_WRITING, until_us))
			return false;
		want = PQconnectPoll(pg);
	}
	return want == PGRES_POLLING_OK;
}

static void be_silent(void *arg, const char *message)
{
	(void)arg;
	(void)message; /* notices are no news; errors come with their results */
}

static void pg_patience(struct db_conn *conn, int ms);

static int pg_open(struct db_conn **out, const char *url, bool make, char *why,
		   size_t why_len)
{
	static const char *const keys[] = {"dbname", "client_encoding",
					   "application_name",
					   "fallback_application_name", NULL};
	const char *const values[] = {url, "UTF8", "aula", "aula", NULL};
	struct db_conn *conn = calloc(1, sizeof(*conn));

	(void)make; /* never done by a client */
	if (!conn)
		return -ENOMEM;
	conn->pg = PQconnectStartParams(keys, values, 1);
	if (!conn->pg) {
		free(conn);
		return -ENOMEM;
	}
	if (PQstatus(conn->pg) == CONNECTION_BAD || !finish_connect(conn->pg)) {
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			explain(conn->pg, why, why_len);
		else
			snprintf(why, why_len, "no answer for %d ms", CONNECT_MS);
		pg_close(conn);
		return -EIO;
	}
	PQsetNoticeProcessor(conn->pg, be_silent, NULL);
	pg_patience(conn, DB_PATIENCE_MS);
	*out = conn;
	return 0;
}

/* The last result of what was sent, or NULL: no answer in time. */
static PGresult *take_result(struct db_conn *conn)
{
	int64_t until_us = clock_us() + (conn->patience_ms + GRACE_MS) * MS_US;
	PGresult *last = NULL, *next;

	for (;;) {
		int left = PQflush(conn->pg);

		while (left == 0 && PQisBusy(conn->pg)) {
			if (!wait_ready(conn->pg, false, until_us) ||
			    !PQconsumeInput(conn->pg))
				goto lost;
		}
		if (left < 0 || (left > 0 && !wait_ready(conn->pg, true, until_us)))
			goto lost;
		if (left > 0)
			continue;
		next = PQgetResult(conn->pg);
		if (!next)
			return last;
		PQclear(last);
		last = next;
	}
lost:
	PQclear(last);
	return NULL;
}

/* SQLSTATE of what passes by itself: connection, resources, operator's doing,
 * conflicts, a standby that is not yet the master. */
static bool passes(const char *state)
{
	static const char *const prefixes[] = {"08", "53",    "57",   "58",
					       "40", "55P03", "25006"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(state, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static void give_rows(const PGresult *result,
		      void (*row)(void *ctx, const struct db_cell *cells, int n),
		      void *ctx)
{
	struct db_cell cells[DB_PARAMS];
	int n = PQnfields(result) < DB_PARAMS ? PQnfields(result) : DB_PARAMS;

	for (int r = 0; r < PQntuples(result); r++) {
		for (int i = 0; i < n; i++) {
			cells[i].text = PQgetvalue(result, r, i);
			cells[i].len = (size_t)PQgetlength(result, r, i);
		}
		row(ctx, cells, n);
	}
}

static int judge(struct db_conn *conn, const PGresult *result, char *why, size_t why_len)
{
	ExecStatusType status = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	explain(conn->pg, why, why_len);
	if (PQstatus(conn->pg) == CONNECTION_BAD || !state || passes(state))
		return -EAGAIN;
	return -EIO;
}

static int pg_exec(struct db_conn *conn, const char *sql, const struct db_param *params,
		   int n, void (*row)(void *ctx, const struct db_cell *cells, int n),
		   void *ctx, char *why, size_t why_len)
{
	const char *values[DB_PARAMS];
	char numbers[DB_PARAMS][24];
	PGresult *result = NULL;
	int err;

	for (int i = 0; i < n; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%lld",
			 (long long)params[i].number);
		values[i] = params[i].text ? params[i].text : numbers[i];
	}
	if (PQsetnonblocking(conn->pg, 1) == 0 &&
	    PQsendQueryParams(conn->pg, sql, n, NULL, values, NULL, NULL, 0))
		result = take_result(conn);
	if (!result) {
		explain(conn->pg, why, why_len);
		if (!*why)
			snprintf(why, why_len, "no answer in time");
		PQfinish(conn->pg); /* whatever still comes must not be read */
		conn->pg = NULL;
		return -EAGAIN;
	}
	err = judge(conn, result, why, why_len);
	if (!err && row)
		give_rows(result, row, ctx);
	PQclear(result);
	return err;
}

static bool pg_alive(const struct db_conn *conn)
{
	return PQstatus(conn->pg) == CONNECTION_OK; /* NULL is accepted */
}

static void pg_patience(struct db_conn *conn, int ms)
{
	char sql[64], why[128];

	snprintf(sql, sizeof(sql), "SET statement_timeout = %d", ms);
	conn->patience_ms = ms;
	/* if this fails the connection is lost, and the next statement sees it */
	pg_exec(conn, sql, NULL, 0, NULL, NULL, why, sizeof(why));
}

const struct db_driver db_postgres = {pg_open, pg_close, pg_exec, pg_alive, pg_patience};
