/* finish.h - makes finished files of parts, on a thread of its own, since it may
 * take longer than a recording can wait.
 */
#ifndef RECORDER_FINISH_H
#define RECORDER_FINISH_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/recorder.h"
#include "recorder/store.h"
#include "recorder/worker.h"

#include <stdbool.h>
#include <stdint.h>

extern struct thread_role on_finish;

/* What all recordings of a recorder share; lives as long as it. */
struct rec_env {
	struct store *store;
	struct recorder_edition editions[EDITIONS_MAX];
	struct recorder_events events;
	uint64_t reserve_bytes;
	struct worker *finisher, *syncer;
	/* Parts to rescue that somebody still holds: looked at again and again. */
	struct finish_job *waiting OWNED_BY(on_finish);
	uint32_t n_waiting OWNED_BY(on_finish);
	int64_t again_us OWNED_BY(on_finish);
};

/* A recording that has ended, or one to rescue. Made when a recording starts, so
 * that its end cannot fail. */
struct finish_job {
	struct rec_env *env;
	struct part *part; /* owned; NULL: nothing was written */
	struct recording_result result;
	struct finish_job *next; /* of those that wait, or that were posted together */
	bool waited;
};

/* For a file of this name and edition. NULL: no memory. */
struct finish_job *finish_job_make(struct rec_env *env, const char *name,
				   uint32_t edition) AULA_MUST_CHECK;

/* Takes the job; at last there is one done event. ANY_THREAD. When the finisher
 * has more to do than it can remember, the part stays for the next start. */
void finish_post(struct finish_job *job);

/* One done event for each edition of this name, or for its absence. ANY_THREAD.
 * -ENOMEM, -ENOBUFS. */
int finish_rescue(struct rec_env *env, const char *name) AULA_MUST_CHECK;

/* Looks for parts of a dead server and finishes them, now. */
void finish_recover(struct rec_env *env) RUNS_ON(on_finish);

/* Each second: those that wait, when it is time. */
void finish_tick(struct rec_env *env) RUNS_ON(on_finish);

/* At the end: those that wait are let go, with -EBUSY. */
void finish_last(struct rec_env *env) RUNS_ON(on_finish);

#endif
