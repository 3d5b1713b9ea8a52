/* workshop.h - has made of each finished recording, the oldest first, what those need who
 * look at it later: by aula-derive, a process that takes what the machine has left. The
 * database is the queue: what waits is the recordings whose row says of nothing made. The
 * files are in <recordings_dir>/<id>.made. Control thread.
 */
#ifndef MCU_WORKSHOP_H
#define MCU_WORKSHOP_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct server;
struct workshop; /* NULL, everywhere: nothing is made */

#define WORKSHOP_TRIES    3                /* of what an accident ended */
#define WORKSHOP_RETRY_US INT64_C(2000000) /* before the second one; then twice that */

/* A recording that shall not be worked on, until it is released. */
struct workshop_hold {
	struct workshop_hold *next;
	void (*ready)(struct workshop_hold *hold); /* nobody works on it */
};

/* The path of aula-derive, at most SHELF_PATH bytes, see slides/shelf.h. */
void workshop_program(const struct conf *conf, char *out);

/* 0 and NULL when it is switched off, or there is no such program. */
int workshop_create(struct workshop **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Those that wait in workshop_hold() are ready then. */
void workshop_destroy(struct workshop *w) RUNS_ON(on_ctl);

/* Once the server drains: what is worked on goes on after the next start. */
void workshop_stop(struct workshop *w) RUNS_ON(on_ctl);
/* Each second. */
void workshop_tick(struct workshop *w, int64_t now_us) RUNS_ON(on_ctl);
/* There may be one more that waits. */
void workshop_look(struct workshop *w) RUNS_ON(on_ctl);

/* Ends the work on it, and begins none until it is released. Calls ready() when it has
 * ended, perhaps at once. */
void workshop_hold(struct workshop *w, struct workshop_hold *hold, const char *id)
	RUNS_ON(on_ctl);
/* ANY_THREAD. Once for each that was ready. */
void workshop_release(struct workshop *w);

/* What is worked on of this room is another's from now on. */
void workshop_inherit(struct workshop *w, const char *room, const char *heir)
	RUNS_ON(on_ctl);

/* Is this one worked on? How far that is, 0 to 1. */
bool workshop_works(const struct workshop *w, const char *id, double *done)
	RUNS_ON(on_ctl);

#endif
