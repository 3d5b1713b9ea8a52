/* env.h - what all recordings of a recorder share; lives as long as it. */
#ifndef RECORDER_ENV_H
#define RECORDER_ENV_H

#include "base/thread.h"
#include "recorder/recorder.h"
#include "recorder/store.h"
#include "recorder/worker.h"

#include <stdint.h>

extern struct thread_role on_finish;

struct reel;
struct chore;

struct rec_env {
	struct store *store;
	struct recorder_edition editions[EDITIONS_MAX];
	struct recorder_events events;
	uint64_t reserve_bytes;
	int64_t part_us;
	struct worker *writer, *finisher, *syncer;
	/* What is to be finished, in the order of coming, and who is at it: one for each
	 * edition, so that one that hangs holds up nobody but its own kind. */
	struct reel *reels OWNED_BY(on_finish);
	struct chore *chores[EDITIONS_MAX] OWNED_BY(on_finish);
	/* What is to be rescued, but somebody still holds it: looked at again and again.
	 */
	struct reel *waiting OWNED_BY(on_finish);
	uint32_t n_waiting OWNED_BY(on_finish);
	int64_t again_us OWNED_BY(on_finish);
	/* What could not be finished, see leftover.h, and when the directory is looked at
	 * for more of it; 0: there is no more. */
	struct reel *left OWNED_BY(on_finish);
	uint32_t n_left OWNED_BY(on_finish);
	int64_t left_look_us OWNED_BY(on_finish);
	int64_t last_us
		OWNED_BY(on_finish); /* clock_us() of the end; 0: it is not near */
};

#endif
