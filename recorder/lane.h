/* lane.h - the recordings of a recorder that run, each in a place of its own, for the
 * halves of recorder.h: recorder.c, and recorder_senders.c.
 */
#ifndef RECORDER_LANE_H
#define RECORDER_LANE_H

#include "base/limits.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/recording.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LANE_BYTES    (16 << 20) /* that may wait, of one recording */
#define LANE_SENT_ALL 8000       /* units of who sends that may wait, of all */

/* The place of a recording. `id` is taken by recorder_start() and given back by
 * the record thread; `stop_id` and `slow_id` name the recording they are for, so
 * that a late one does not hit another in the same lane. */
struct lane {
	_Atomic uint32_t id; /* 0: free */
	_Atomic uint32_t stop_id, slow_id;
	_Atomic int32_t n_units; /* that wait */
	_Atomic int64_t n_bytes;
	/* the same of who sends; and how often one of those was lost */
	_Atomic int32_t n_sent;
	_Atomic int64_t n_sent_bytes;
	_Atomic uint32_t gap;
	struct recording *rec OWNED_BY(on_rec);
};

struct recorder {
	struct rec_env env;
	struct lane lanes[LIMIT_RECORDINGS];
	_Atomic int32_t n_sent; /* of all lanes */
};

/* One that was told to stop is gone for everybody but the record thread, so that its id
 * may be used again at once. */
struct lane *lane_of(struct recorder *r, uint32_t id);
bool lane_has(const struct lane *lane, uint32_t id) RUNS_ON(on_rec);

#endif
