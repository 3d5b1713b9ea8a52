/* db_rig.h - a database of a test, a SQLite file or one of PostgreSQL: what it answered,
 * and a second connection, to look and to spoil.
 */
#ifndef TESTS_DB_RIG_H
#define TESTS_DB_RIG_H

#include "base/loop.h"
#include "db/db.h"
#include "tests/test.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern struct db_rig {
	struct loop *loop;
	char url[512], why[256];
	bool is_pg;
} db_rig;

extern const char db_rig_nasty[]; /* a text that is not only letters */

/* The last answer: its first rows. */
extern struct db_answer {
	int calls, err;
	uint32_t n;
	struct db_room rooms[8];
	struct db_visit visits[8];
	struct db_message messages[8];
	struct db_recording recordings[8];
	struct db_share shares[8];
	struct db_usage usages[8];
	struct db_recording_file file;
	struct db_poll polls[8];
	struct db_vote votes[8];
	struct db_deck decks[8];
	struct db_act acts[8];
	struct db_setting settings[8];
} db_got;

/* Runs all() on a SQLite file, and on the PostgreSQL of AULA_TEST_PG if that is set: on
 * an empty one each time, of which nothing is left. */
void db_rig_run(void (*all)(void));

struct db *db_rig_open(void);
void db_rig_close(struct db *db);

/* Runs the loop until the answer to what was asked came; `posted`: what asking said. */
void db_rig_wait(int posted);
void db_rig_answered(int err, uint32_t n);

/* Asks for recordings; takes what db_recordings() takes. */
int db_rig_list(struct db *db, const char *room, int64_t before_ms, uint32_t limit,
		void (*done)(void *ctx, int err, const struct db_recording *rows,
			     uint32_t n));

/* As long a text as fits, of this letter. */
void db_rig_fill(char *out, size_t size, const char *letter);

/* By the second connection; is it refused? */
void db_rig_meddle(const char *sql);
bool db_rig_refuses(const char *sql);
void db_rig_drop_all(void);

/* take_rooms() and the like: a handler of rows of this kind. */
#define DB_TAKER(type) \
	static void take_##type##s(void *ctx, int err, const struct db_##type *rows, \
				   uint32_t n) \
	{ \
		CHECK(ctx == &db_got); \
		if (n > 0) \
			memcpy(db_got.type##s, rows, (n < 8 ? n : 8) * sizeof(*rows)); \
		db_rig_answered(err, n); \
	}

#endif
