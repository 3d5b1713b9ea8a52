#include "db/db.h"

#include "base/log.h"
#include "db/db_call.h"
#include "db/db_driver.h"
#include "db/db_job.h"
#include "db/db_queue.h"
#include "db/db_schema.h"
#include "db/db_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_MAX 1000 /* of one answer: they are long */

#define MANY "10000" /* rows of any other: DB_ROWS_MAX */

/* ---- open and close ------------------------------------------------------- */

static const struct db_driver *find_driver(const char *url, const char **where)
{
	*where = url;
	if (strncmp(url, "postgresql://", 13) == 0 ||
	    strncmp(url, "postgres://", 11) == 0)
		return &db_postgres;
	if (strncmp(url, "sqlite:", 7) != 0 || !url[7])
		return NULL;
	*where = url + 7;
	return &db_sqlite;
}

static int open_as(struct db **out, const char *url, bool make, struct loop *reply,
		   char *why, size_t why_len)
{
	struct db_conn *conn = NULL;
	const struct db_driver *driver;
	const char *where;
	struct db *db = NULL;
	int err = -EINVAL;

	snprintf(why, why_len, "%s", "");
	driver = find_driver(url, &where);
	if (!driver) {
		snprintf(why, why_len, "a database is sqlite:PATH or postgresql://...");
		return -EINVAL;
	}
	err = driver->open(&conn, where, make, why, why_len);
	if (!err)
		err = db_schema_migrate(driver, conn, why, why_len);
	if (err) {
		driver->close(conn);
		return err;
	}
	db = calloc(1, sizeof(*db));
	if (!db) {
		driver->close(conn);
		return -ENOMEM;
	}
	err = db_queue_create(&db->queue, driver, where, conn, reply);
	if (err) {
		free(db);
		return err;
	}
	*out = db;
	return 0;
}

int db_open(struct db **out, const char *url, struct loop *reply, char *why,
	    size_t why_len)
{
	return open_as(out, url, true, reply, why, why_len);
}

int db_open_there(struct db **out, const char *url, struct loop *reply, char *why,
		  size_t why_len)
{
	return open_as(out, url, false, reply, why, why_len);
}

void db_stop(struct db *db)
{
	if (db)
		db_queue_stop(db->queue);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_queue_destroy(db->queue);
	free(db);
}

bool db_healthy(const struct db *db)
{
	return db_queue_healthy(db->queue);
}

uint32_t db_waiting(const struct db *db)
{
	return db_queue_length(db->queue);
}

/* ---- writes --------------------------------------------------------------- */

int db_post(struct db *db, const char *sql, const struct db_param *params, int n)
{
	struct db_job *job;
	int err = db_job_create(&job, sql, params, n);

	return err ? err : db_queue_post(db->queue, job);
}

int db_put(struct db *db, const struct db_table *table, const void *row)
{
	struct db_param params[DB_PARAMS];
	int err = db_table_params(table, row, params);

	return err ? err : db_post(db, table->put, params, table->n);
}

int db_room_put(struct db *db, const struct db_room *room)
{
	return db_put(db, &db_table_rooms, room);
}

int db_room_delete(struct db *db, const char *id, const char *heir)
{
	static const char *const all[] = {
		"DELETE FROM messages WHERE room = $1",
		"DELETE FROM votes WHERE room = $1",
		"DELETE FROM polls WHERE room = $1",
		"DELETE FROM lives WHERE room = $1",
		"DELETE FROM cues WHERE room = $1",
		"DELETE FROM decks WHERE room = $1",
		"DELETE FROM rooms WHERE id = $1",
	};
	const struct db_param both[] = {{.text = heir}, {.text = id}};
	int err = db_post(db, "UPDATE recordings SET room = $1 WHERE room = $2", both, 2);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !err; i++)
		err = db_post(db, all[i], &(struct db_param){.text = id}, 1);
	return err;
}

int db_live_put(struct db *db, const struct db_live *live)
{
	return db_put(db, &db_table_lives, live);
}

int db_visit_put(struct db *db, const struct db_visit *visit)
{
	return db_put(db, &db_table_visits, visit);
}

int db_seat_put(struct db *db, const struct db_seat *seat)
{
	return db_put(db, &db_table_seats, seat);
}

int db_seat_delete(struct db *db, const char *id)
{
	return db_post(db, "DELETE FROM seats WHERE id = $1",
		       &(struct db_param){.text = id}, 1);
}

int db_message_put(struct db *db, const struct db_message *message)
{
	return db_put(db, &db_table_messages, message);
}

int db_poll_put(struct db *db, const struct db_poll *poll)
{
	return db_put(db, &db_table_polls, poll);
}

int db_vote_put(struct db *db, const struct db_vote *vote)
{
	return db_put(db, &db_table_votes, vote);
}

int db_layout_put(struct db *db, const struct db_layout *layout)
{
	return db_put(db, &db_table_layouts, layout);
}

int db_deck_put(struct db *db, const struct db_deck *deck)
{
	return db_put(db, &db_table_decks, deck);
}

int db_deck_delete(struct db *db, const char *id)
{
	return db_post(db, "DELETE FROM decks WHERE id = $1",
		       &(struct db_param){.text = id}, 1);
}

int db_layout_delete(struct db *db, const char *name)
{
	return db_post(db, "DELETE FROM layouts WHERE name = $1",
		       &(struct db_param){.text = name}, 1);
}

int db_cues_put(struct db *db, const struct db_cues *cues)
{
	return db_put(db, &db_table_cues, cues);
}

int db_cues_delete(struct db *db, const char *room)
{
	return db_post(db, "DELETE FROM cues WHERE room = $1",
		       &(struct db_param){.text = room}, 1);
}

/* ---- reads ---------------------------------------------------------------- */

int db_ask(struct db *db, const struct db_query *query, const struct db_param *params,
	   int n)
{
	struct db_job *job;
	int err = db_job_create(&job, query->sql, params, n);

	if (err)
		return err;
	job->table = query->table;
	job->deliver = query->deliver;
	job->done = query->done;
	job->ctx = query->ctx;
	return db_queue_post(db->queue, job);
}

typedef void rooms_done(void *ctx, int err, const struct db_room *rows, uint32_t n);
typedef void lives_done(void *ctx, int err, const struct db_live *rows, uint32_t n);
typedef void decks_done(void *ctx, int err, const struct db_deck *rows, uint32_t n);
typedef void layouts_done(void *ctx, int err, const struct db_layout *rows, uint32_t n);
typedef void messages_done(void *ctx, int err, const struct db_message *rows, uint32_t n);
typedef void seats_done(void *ctx, int err, const struct db_seat *rows, uint32_t n);
typedef void polls_done(void *ctx, int err, const struct db_poll *rows, uint32_t n);
typedef void votes_done(void *ctx, int err, const char *poll, const struct db_vote *rows,
			uint32_t n);
typedef void visits_done(void *ctx, int err, const struct db_visit *rows, uint32_t n);

static void deliver_rooms(const struct db_job *job)
{
	((rooms_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_rooms(struct db *db, rooms_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, code, title, layout, created_ms, settings, most, policy,"
		" hearing, parent, looks FROM"
		" (SELECT * FROM rooms ORDER BY created_ms DESC, id DESC LIMIT " MANY
		") AS newest ORDER BY created_ms, id",
		&db_table_rooms,
		deliver_rooms,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, NULL, 0);
}

static void deliver_lives(const struct db_job *job)
{
	((lives_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_live(struct db *db, const char *room, lives_done *done, void *ctx)
{
	const struct db_query query = {
		"SELECT room, json, changed_ms FROM lives WHERE room = $1",
		&db_table_lives,
		deliver_lives,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = room}, 1);
}

static void deliver_decks(const struct db_job *job)
{
	((decks_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_decks(struct db *db, decks_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, room, title, kind, seat, pages, bytes, page, shown, made_ms"
		" FROM decks ORDER BY made_ms, id LIMIT " MANY,
		&db_table_decks,
		deliver_decks,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, NULL, 0);
}

static void deliver_layouts(const struct db_job *job)
{
	((layouts_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				    job->n_rows);
}

int db_layouts(struct db *db, layouts_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT name, json, changed_ms FROM layouts ORDER BY name LIMIT 64",
		&db_table_layouts,
		deliver_layouts,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, NULL, 0);
}

typedef void cues_done(void *ctx, int err, const struct db_cues *rows, uint32_t n);

static void deliver_cues(const struct db_job *job)
{
	((cues_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				 job->n_rows);
}

int db_cues(struct db *db, const char *room, cues_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT room, json, changed_ms FROM cues WHERE room = $1",
		&db_table_cues,
		deliver_cues,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = room}, 1);
}

static void deliver_messages(const struct db_job *job)
{
	((messages_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				     job->n_rows);
}

int db_messages(struct db *db, const char *room, uint32_t last_n, messages_done *done,
		void *ctx)
{
	struct db_query query = {
		"SELECT id, room, visit, name, text, sent_ms FROM"
		" (SELECT * FROM messages WHERE room = $1"
		" ORDER BY sent_ms DESC, id DESC LIMIT $2) AS newest ORDER BY sent_ms, "
		"id",
		&db_table_messages,
		deliver_messages,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.text = room},
		{.number = last_n < MESSAGES_MAX ? last_n : MESSAGES_MAX},
	};

	return db_ask(db, &query, params, 2);
}

static void deliver_seats(const struct db_job *job)
{
	((seats_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_seats(struct db *db, seats_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, room, name, net, grants, denies, admitted_ms, banned_ms"
		" FROM seats ORDER BY banned_ms DESC, admitted_ms DESC LIMIT " MANY,
		&db_table_seats,
		deliver_seats,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, NULL, 0);
}

static void deliver_polls(const struct db_job *job)
{
	((polls_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_polls(struct db *db, const char *room, uint32_t last_n, polls_done *done,
	     void *ctx)
{
	struct db_query query = {
		"SELECT id, room, kind, question, options, named, shown, started_ms,"
		" stopped_ms FROM (SELECT * FROM polls WHERE room = $1"
		" ORDER BY started_ms DESC, id DESC LIMIT $2) AS newest"
		" ORDER BY started_ms, id",
		&db_table_polls,
		deliver_polls,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {{.text = room}, {.number = last_n}};

	return db_ask(db, &query, params, 2);
}

static void deliver_votes(const struct db_job *job)
{
	((votes_done *)job->done)(job->ctx, job->err, job->params[0].text,
				  (const void *)job->rows, job->n_rows);
}

int db_votes(struct db *db, const char *poll, votes_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, poll, room, name, choices, voted_ms FROM votes"
		" WHERE poll = $1 ORDER BY voted_ms, id LIMIT " MANY,
		&db_table_votes,
		deliver_votes,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = poll}, 1);
}

static void deliver_visits(const struct db_job *job)
{
	((visits_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				   job->n_rows);
}

int db_visits(struct db *db, const char *room, visits_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, room, name, role, joined_ms, left_ms FROM"
		" (SELECT * FROM visits WHERE room = $1"
		" ORDER BY joined_ms DESC, id DESC LIMIT " MANY
		") AS newest ORDER BY joined_ms, id",
		&db_table_visits,
		deliver_visits,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = room}, 1);
}
