/* takes.h - the rows of recordings that are not final yet: they run, are being finished,
 * or were left, by a server that died or on a disk in trouble. Control thread.
 *
 *   running -> ready, interrupted, failed
 *   running -> waiting -> one of these     there is no file of it yet, but will be: its
 *                                          editions say why, and it can be deleted
 */
#ifndef MCU_TAKES_H
#define MCU_TAKES_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/editions.h"
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

struct take {
	struct take *next;
	struct db_recording row;
	bool rescued;
	bool elsewhere;   /* another server works on it, or has */
	uint32_t left;    /* editions that could not be finished yet, a bit each */
	uint32_t pending; /* editions that are not there yet, a bit each */
	struct db_recording_file files[EDITIONS]; /* `id` empty: none */
};

/* One that begins: its row is kept from here on. -ENOMEM. */
int takes_add(struct server *server, const struct db_recording *row, bool rescued,
	      uint32_t editions) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* By its recording's id; NULL: none. */
struct take *takes_find(const struct server *server, const char *id) RUNS_ON(on_ctl);
/* It did not begin. */
void takes_drop(struct server *server, const char *id) RUNS_ON(on_ctl);
/* Written behind, also while the database is away. */
void takes_row_put(struct server *server, const struct db_recording *row) RUNS_ON(on_ctl);

/* The recorder finished (or rescued) one edition's file. */
void takes_done(struct server *server, const struct recording_result *result)
	RUNS_ON(on_ctl);

/* At start: files of a server that died are finished and listed. */
int takes_recover(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Once a second: asks again when the database could not say which they are, or there was
 * no room to have one finished. */
void takes_second(struct server *server) RUNS_ON(on_ctl);

/* At the end: frees what is known of unfinished ones. */
void takes_forget(struct server *server) RUNS_ON(on_ctl);

/* What is still being finished of this room will be another's. */
void takes_inherit(struct server *server, const char *room, const char *heir)
	RUNS_ON(on_ctl);

/* Why an edition ended early, as clients are told; NULL: it did not. */
const char *takes_error(enum edition edition, int err);

#endif
