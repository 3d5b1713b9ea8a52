/* workshop_work.h - the workshop as its own files see it: what works, and what seals
 * (workshop_seal.h). Nobody else includes this. Control thread.
 */
#ifndef MCU_WORKSHOP_WORK_H
#define MCU_WORKSHOP_WORK_H

#include "base/attr.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/workshop.h"
#include "mcu/workshop_text.h"
#include "slides/shelf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct errand;
struct errand_events;
struct server;

#define WORKSHOP_LATER_US INT64_C(60000000) /* what has no room is looked at again */

/* What had no room on the disk is passed over, and all that is older: what comes behind
 * may have. From `until_us` on all are looked at again. */
struct workshop_passed {
	struct db_recording_place place; /* its id is empty: nothing was */
	int64_t until_us;
	char told[DB_ID + 1]; /* the last that the log said it of */
};

struct workshop {
	struct server *server;
	char program[SHELF_PATH];
	bool look;                        /* one may wait */
	bool seal_look;                   /* one may wait to be sealed */
	struct workshop_passed passed[2]; /* to be made; [true]: to be sealed */
	bool asking;                   /* the database is asked: one question at a time */
	atomic_uint holds;             /* while there are any, nothing is begun */
	struct workshop_hold *waiting; /* until the work has ended */
	/* what is worked on; its id is empty: nothing */
	struct db_recording row;
	char path[CONF_PATH + 64];         /* its file */
	struct db_mark marks[LIMIT_MARKS]; /* until it is begun */
	uint32_t n_marks;
	struct errand *errand; /* NULL: not yet */
	bool given_up;         /* whatever comes of it */
	bool sealing;          /* it is: what was to be made is */
	bool seal_anew;        /* meanwhile there came a file that is not */
	struct workshop_line last;
	double done;
	int64_t told_us;
	/* what was tried last */
	char tried[DB_ID + 1];
	unsigned tries;
	char over[DB_ID + 1];   /* the last that was not to be tried again */
	char sealed[DB_ID + 1]; /* the last that was not to be sealed again */
	int64_t not_before_us;
};

/* The workshop that asked the database, when its question still is one; else NULL. */
struct workshop *workshop_answered(struct server *server) RUNS_ON(on_ctl);
/* Nothing is worked on any more; there may be more. */
void workshop_idle(struct workshop *w) RUNS_ON(on_ctl);
/* Is there room for so many bytes beside what recordings need to go on? If not, this one
 * is passed over; w->sealing says what it is for. False, too, when the disk has not
 * answered yet. */
bool workshop_has_room(struct workshop *w, const struct db_recording *row, int64_t bytes)
	RUNS_ON(on_ctl);
/* This one is passed over for WORKSHOP_LATER_US: there is no room on the disk. */
void workshop_pass_over(struct workshop *w, const struct db_recording *row)
	RUNS_ON(on_ctl);
/* Of one more accident with what is worked on: is it to be tried again, and not now? */
bool workshop_try_again(struct workshop *w) RUNS_ON(on_ctl);
/* Of the machine, not of the recording. */
bool workshop_may_pass(int exit_status);
/* The program that works on it, with nothing or `in` as its input. */
int workshop_start(struct workshop *w, int in, char *const argv[])
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
