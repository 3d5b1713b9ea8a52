/* workshop_cut.h - parts of recordings as recordings of their own, and several joined as
 * one, see workshop_join.h: by aula-derive, nothing encoded again, so that a part begins
 * with a key frame. The database is the queue: what waits is the rows of state "running"
 * that have an `origin`. Control thread.
 *
 * One at a time, beside the workshop, for it takes seconds and somebody waits for it. Of
 * the editions full, light and sound are cut, each that the recording has; they begin at
 * the same time within one group of pictures. Marks, what came up and captions go with
 * them, captions into <recordings_dir>/<id>.made, where the workshop finds them.
 */
#ifndef MCU_WORKSHOP_CUT_H
#define MCU_WORKSHOP_CUT_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/workshop.h"

#include <stdbool.h>
#include <stdint.h>

struct workshop_part;
struct cutter; /* NULL, everywhere: nothing is cut */
struct server;

#define CUT_LEAST_MS 1000 /* it is at least so long */

/* 0 and NULL when there is no such program. */
int cutter_create(struct cutter **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Those that wait in workshop_cut_end() are ready then. */
void cutter_destroy(struct cutter *cutter) RUNS_ON(on_ctl);
/* Once the server drains: what is cut is begun anew after the next start. */
void cutter_stop(struct cutter *cutter) RUNS_ON(on_ctl);
/* Each second. */
void cutter_tick(struct cutter *cutter) RUNS_ON(on_ctl);

struct workshop_cut {
	int64_t from_ms, to_ms;
	const char *title; /* empty: that of the recording */
};

/* Queues a cut of this recording and makes its row; `id` is that one's. -ENOENT: there is
 * no file, or it is in the trash; -ERANGE: nothing lies between the times, or less than
 * CUT_LEAST_MS; -EBUSY: LIMIT_CUTS wait, of all classes; -ENOSYS: nothing is cut here, or
 * none of its files can be; -EDQUOT: the class has no room left; -EREMOTE: its files are
 * in the storage alone, see vault.h; -ENOMEM, -ENOBUFS. */
int workshop_cut(struct server *server, const struct workshop_part *part,
		 const struct workshop_cut *cut, char id[DB_ID + 1])
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* ---- for what is made in the same way ---- */

/* -ENOSYS, -EBUSY, -EDQUOT as above: not now. */
int workshop_may(struct server *server, const char *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Such a row is put, and waits. As workshop_may(); -ENOMEM, -ENOBUFS. */
int workshop_queue(struct server *server, const struct db_recording *row)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Of aula-derive, while anything is cut here at all. */
const char *workshop_program_path(const struct server *server) RUNS_ON(on_ctl);

/* Ends the work on this cut. Calls ready() when it has ended, perhaps at once. */
void workshop_cut_end(struct server *server, struct workshop_hold *hold, const char *id)
	RUNS_ON(on_ctl);

/* What is cut of this room is another's from now on. */
void workshop_cut_inherit(struct server *server, const char *room, const char *heir)
	RUNS_ON(on_ctl);

#endif
