/* workshop_marks.h - the marks of recordings, and what came up in them, with what is made
 * of parts of them. Control thread.
 */
#ifndef MCU_WORKSHOP_MARKS_H
#define MCU_WORKSHOP_MARKS_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

struct workshop_piece {
	char id[DB_ID + 1];     /* of the recording that it is of */
	int64_t from_ms, to_ms; /* in that one */
	int64_t at_ms;          /* where it begins in what is made */
	/* Its beginning is marked with that, unless it is empty. */
	char title[LIMIT_TITLE * 4 + 1];
};

struct workshop_marks {
	struct server *server;
	char room[DB_ID + 1];      /* of all of them */
	char recording[DB_ID + 1]; /* that is made */
	struct workshop_piece pieces[LIMIT_JOINS];
	uint32_t n_pieces;
	/* Asked before each is put: is there still that recording? Else no more is put,
	 * for nobody would remove it. */
	bool (*wanted)(void *ctx, const char *recording);
	void (*done)(void *ctx);
	void *ctx;
	/* inner: how far it is */
	uint32_t at, n_marks, n_happenings;
};

/* Unless it fails, done() is told once, later. What the database refuses is logged, and
 * left out, as is what would be more than LIMIT_MARKS, or LIMIT_HAPPENINGS. Copied. */
int workshop_marks_copy(const struct workshop_marks *marks)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
