/* crowd.h - all who send in a recording whose editions keep that, on the record thread.
 */
#ifndef RECORDER_CROWD_H
#define RECORDER_CROWD_H

#include "base/attr.h"
#include "base/idmap.h"
#include "base/thread.h"
#include "recorder/sender.h"

#include <stdint.h>

struct crowd {
	struct idmap senders; /* struct sender, counted; at most LIMIT_TRACKS_KNOWN */
};

void crowd_fini(struct crowd *crowd) RUNS_ON(on_rec);

/* Takes the sender, also on failure: -ENOSPC, -ENOMEM. One of the same source that was
 * there is let go, and given away by *before, which may be NULL. */
int crowd_add(struct crowd *crowd, struct sender *sender, struct sender **before)
	RUNS_ON(on_rec) AULA_MUST_CHECK;
struct sender *crowd_find(const struct crowd *crowd, uint32_t source) RUNS_ON(on_rec);
/* Its reference is the caller's; NULL: there is none. */
struct sender *crowd_remove(struct crowd *crowd, uint32_t source) RUNS_ON(on_rec);
/* Nothing of any can be shown before its next key frame. */
void crowd_cut(struct crowd *crowd) RUNS_ON(on_rec);

#endif
