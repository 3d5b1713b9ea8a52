/* db_table.h - how a C struct is a row: which field is which parameter of its
 * statement and which column of its query, in the same order.
 */
#ifndef DB_DB_TABLE_H
#define DB_DB_TABLE_H

#include "base/attr.h"
#include "db/db_driver.h"

#include <stddef.h>
#include <stdint.h>

struct db_column {
	size_t offset;
	size_t size; /* of a text, its zero included; 0: an int64_t */
};

struct db_table {
	size_t row_size;
	const char *put; /* inserts or replaces a row */
	int n;
	struct db_column columns[DB_PARAMS]; /* the first one is the id */
};

extern const struct db_table db_table_lives, db_table_vault, db_table_happenings;
extern const struct db_table db_table_rooms, db_table_visits, db_table_messages,
	db_table_layouts, db_table_decks, db_table_cues, db_table_recordings,
	db_table_recording_files, db_table_marks, db_table_seats, db_table_polls,
	db_table_votes, db_table_settings, db_table_acts, db_table_shares, db_table_usage;

/* The parameters of `row`, pointing into it. -EINVAL: a text has no end, or the
 * id is empty. */
int db_table_params(const struct db_table *table, const void *row,
		    struct db_param params[DB_PARAMS]) AULA_MUST_CHECK;

/* Fills `row`. -EINVAL: it does not fit; `row` is then unchanged. */
int db_table_read(const struct db_table *table, const struct db_cell *cells, int n,
		  void *row) AULA_MUST_CHECK;

#endif
