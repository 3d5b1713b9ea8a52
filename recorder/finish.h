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

extern struct thread_role on_finish;

/* What all recordings of a recorder share; lives as long as it. */
struct rec_env {
	struct store *store;
	const struct aula_recorder_ops *ops;
	struct recorder_events events;
	uint64_t reserve_bytes;
	struct worker *finisher, *syncer;
};

/* A recording that has ended. Made when it starts, so that its end cannot fail. */
struct finish_job {
	const struct rec_env *env;
	struct part *part; /* owned; NULL: nothing was written */
	struct recording_result result;
};

/* Takes the job; at last there is one done event. ANY_THREAD. When the finisher
 * has more to do than it can remember, the part stays for the next start. */
void finish_post(struct finish_job *job);

/* Looks for parts of a dead server and finishes them, now. */
void finish_recover(const struct rec_env *env) RUNS_ON(on_finish);

#endif
