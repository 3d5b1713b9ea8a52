/* db_happenings.c - what came up in recordings by itself. */
#include "db/db.h"

#include "db/db_call.h"

#include <stdint.h>

typedef void happenings_done(void *ctx, int err, const struct db_happening *rows,
			     uint32_t n);

int db_happening_put(struct db *db, const struct db_happening *happening)
{
	return db_put(db, &db_table_happenings, happening);
}

static void deliver_happenings(const struct db_job *job)
{
	((happenings_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				       job->n_rows);
}

int db_happenings(struct db *db, const char *room, const char *recording,
		  happenings_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT h.id, h.recording, h.at_ms, h.kind, h.text, h.number"
		" FROM recording_happenings h JOIN recordings r ON r.id = h.recording"
		" WHERE r.room = $1 AND h.recording = $2 ORDER BY h.at_ms, h.id LIMIT $3",
		&db_table_happenings,
		deliver_happenings,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.text = room}, {.text = recording}, {.number = LIMIT_HAPPENINGS}};

	return db_ask(db, &query, params, 3);
}
