/* recording.h - starts and stops a room's recording, keeps its rows. Control thread. */
#ifndef MCU_RECORDING_H
#define MCU_RECORDING_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "recorder/recorder.h"

/* `editions`: a bit of each that is wanted, see editions.h; not 0. -EBUSY: one runs
 * already, or too many in this process; -ENOENT: nobody is in the class, so that there
 * is nothing to record; -ENOTSUP: an edition that the server does not make. */
int recording_start(struct room *room, const char *title, uint32_t editions)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void recording_stop(struct room *room) RUNS_ON(on_ctl);

/* Nothing is recorded between them, and no time passes in the files. -EALREADY: it is so
 * already; -ENOENT: there is none. */
int recording_pause(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
int recording_resume(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* How far it is now, in its own time: from the first frame that was written. */
int64_t recording_at_ms(const struct room *room) RUNS_ON(on_ctl);

/* Keeps this moment with a text. -ENOENT: there is none; -ENOSPC: LIMIT_MARKS. */
int recording_mark(struct room *room, const char *text, struct db_mark *mark)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The first frame of recording `id` was written, or the first after a pause: it counts
 * from now, beginning with `at_ms`. */
void recording_started(struct server *server, uint32_t id, int64_t at_ms) RUNS_ON(on_ctl);

/* One edition of a recording ended while others go on; its file comes later. */
void recording_ended(struct server *server, const struct recording_result *result)
	RUNS_ON(on_ctl);

/* A recorder finished (or rescued) one edition's file. */
void recording_done(struct server *server, const struct recording_result *result)
	RUNS_ON(on_ctl);

/* At start: files of a server that died are finished and listed. */
int recording_recover(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* At the end: frees what is known of unfinished ones. */
void recording_forget(struct server *server) RUNS_ON(on_ctl);

/* What is still being finished of this room will be another's. */
void recording_inherit(struct server *server, const char *room, const char *heir)
	RUNS_ON(on_ctl);

#endif
