/* library_rig.h - the recordings of a class on a whole server, and a lecturer who asks
 * for them; for tests.
 */
#ifndef TESTS_LIBRARY_RIG_H
#define TESTS_LIBRARY_RIG_H

#include "db/db.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

extern struct library_rig {
	struct class_world *world;
	struct rights_client who;
} library;

void library_path_of(const char *name, char out[400]);
void library_make_file(const char *name, size_t bytes);
bool library_exists(const char *name);

/* A finished recording of an hour with a file, that began `days` ago. */
struct db_recording library_row_of(const char *id, const char *title, int64_t days);
/* The row `arg`, of this class unless it says of which; for class_world_on(). */
void library_put_row(void *arg);
void library_add(const char *id, const char *title, int64_t days);

/* What a request says: NULL when it was ok, else the code. */
bool library_is(const char *type, const char *d, const char *want);
/* Of the last reply. */
bool library_says(const char *part);
/* The list of `d` has so many. */
bool library_found(const char *d, int n);

/* The server of these tests: a week of grace, a month, and so many MB to keep. */
void library_prepare(struct conf *conf);

#endif
