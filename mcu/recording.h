/* recording.h - starts and stops a room's recording, keeps its rows. Control thread. */
#ifndef MCU_RECORDING_H
#define MCU_RECORDING_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "recorder/recorder.h"

/* -EBUSY: one runs already, or too many in this process. */
int recording_start(struct room *room, const char *title) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void recording_stop(struct room *room) RUNS_ON(on_ctl);

/* The first frame of recording `id` was written: it counts from now. */
void recording_started(struct server *server, uint32_t id) RUNS_ON(on_ctl);

/* A recorder finished (or rescued) a file. */
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
