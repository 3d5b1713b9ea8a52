/* db_acts.c - what belongs to administrators: settings, and the record of their acts. */
#include "db/db.h"

#include "db/db_call.h"

#include <stdint.h>

/* ---- settings --------------------------------------------------------------- */

int db_setting_put(struct db *db, const struct db_setting *setting)
{
	return db_put(db, &db_table_settings, setting);
}

int db_setting_delete(struct db *db, const char *key)
{
	return db_post(db, "DELETE FROM settings WHERE key = $1",
		       &(struct db_param){.text = key}, 1);
}

typedef void settings_done(void *ctx, int err, const struct db_setting *rows, uint32_t n);

static void deliver_settings(const struct db_job *job)
{
	((settings_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				     job->n_rows);
}

int db_settings(struct db *db, settings_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT key, value FROM settings ORDER BY key LIMIT 1000",
		&db_table_settings,
		deliver_settings,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, NULL, 0);
}

/* ---- acts ----------------------------------------------------------------- */

bool db_act_room(const struct db *db)
{
	return db_queue_room(db->queue);
}

static int post_act(struct db *db, const char *sql, const struct db_param *params, int n)
{
	struct db_job *job;
	int err = db_job_create(&job, sql, params, n);

	return err ? err : db_queue_post_act(db->queue, job);
}

int db_act_put(struct db *db, const struct db_act *act)
{
	struct db_param params[DB_PARAMS];
	int err = db_table_params(&db_table_acts, act, params);

	return err ? err : post_act(db, db_table_acts.put, params, db_table_acts.n);
}

/* The triggers of the schema let go of what lies before the horizon, and of nothing
 * else. Without anything to let go of the horizon stays, so that no act says so. */
int db_acts_purge(struct db *db, int64_t before_ms)
{
	const struct db_param before = {.number = before_ms};
	int err = post_act(db,
			   "UPDATE acts_horizon SET before_ms = $1 WHERE before_ms < $1"
			   " AND EXISTS (SELECT 1 FROM acts WHERE at_ms < $1)",
			   &before, 1);

	return err ? err
		   : post_act(db,
			      "DELETE FROM acts WHERE at_ms <"
			      " (SELECT before_ms FROM acts_horizon)",
			      NULL, 0);
}

typedef void acts_done(void *ctx, int err, const struct db_act *rows, uint32_t n);

static void deliver_acts(const struct db_job *job)
{
	((acts_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				 job->n_rows);
}

int db_acts(struct db *db, const struct db_acts_wish *wish, acts_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT id, at_ms, actor, seat, name, role, network, door, room, code,"
		" command, fields, result FROM acts WHERE id < $1"
		" AND ($2 = '' OR code = $2)"
		" AND ($3 = '' OR seat = $3 OR actor = $3 OR name = $3)"
		" ORDER BY id DESC LIMIT $4",
		&db_table_acts,
		deliver_acts,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.number = wish->before > 0 ? wish->before : INT64_MAX},
		{.text = wish->code},
		{.text = wish->who},
		{.number = wish->limit < DB_ACTS_MAX ? wish->limit : DB_ACTS_MAX},
	};

	return db_ask(db, &query, params, 4);
}
