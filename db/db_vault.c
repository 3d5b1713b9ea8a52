/* db_vault.c - which recordings are kept elsewhere, too: see mcu/vault.h. */
#include "db/db.h"

#include "db/db_call.h"

#include <stdint.h>

int db_vault_put(struct db *db, const struct db_vault *row)
{
	return db_put(db, &db_table_vault, row);
}

int db_vault_delete(struct db *db, const char *id)
{
	return db_post(db, "DELETE FROM vault WHERE id = $1",
		       &(struct db_param){.text = id}, 1);
}

typedef void vault_done(void *ctx, int err, const struct db_vault *rows, uint32_t n);

static void deliver_vault(const struct db_job *job)
{
	((vault_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_vault_next(struct db *db, const struct db_vault_wish *wish, vault_done *done,
		  void *ctx)
{
	struct db_query query = {
		"SELECT id, state, at_ms FROM ("
		"SELECT v.id AS id, 'gone' AS state, v.at_ms AS at_ms, 0 AS turn"
		" FROM vault v WHERE (v.at_ms <= $1 OR v.state <> 'begun')"
		" AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.id = v.id)"
		" UNION ALL SELECT r.id, 'begun', r.started_ms, 1 FROM recordings r"
		" WHERE r.bytes > 0 AND r.state IN ('ready', 'interrupted')"
		" AND r.deleted_ms = 0"
		" AND (r.made <> '' OR CAST($2 AS BIGINT) = 0) AND NOT EXISTS ("
		"SELECT 1 FROM vault v WHERE v.id = r.id"
		" AND (v.state NOT IN ('begun', 'failed') OR v.at_ms > $1))"
		" UNION ALL SELECT v.id, 'copied', v.at_ms, 2 FROM vault v"
		" WHERE v.state = 'copied' AND v.at_ms <= $3"
		") AS work ORDER BY turn, at_ms, id LIMIT 1",
		&db_table_vault,
		deliver_vault,
		(void (*)(void))done,
		ctx,
	};
	const struct db_param params[] = {{.number = wish->now_ms},
					  {.number = wish->made},
					  {.number = wish->copied_before_ms}};

	return db_ask(db, &query, params, 3);
}
