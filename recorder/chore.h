/* chore.h - one piece of the finisher's work: makes a finished file of a part, or one of
 * several pieces. On a thread of its own at low priority, since it may take long, or for
 * ever.
 */
#ifndef RECORDER_CHORE_H
#define RECORDER_CHORE_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/reel.h"

#include <stdbool.h>
#include <stdint.h>

struct chore;

struct chore_result {
	int err;
	bool left;          /* the part stays as it is */
	bool empty;         /* nothing was in the part, and it is gone */
	struct part *piece; /* what was made, owned by who asked; NULL: nothing that is
			       to be joined */
	uint64_t bytes;     /* of the finished file; 0: there is none */
	int64_t length_us;  /* 0: not known */
};

/* Makes a piece of the part of this index; or, `whole`, the finished file. */
int chore_make(struct chore **out, const struct reel *reel, uint32_t index, bool whole)
	RUNS_ON(on_finish) AULA_MUST_CHECK;

/* Makes the finished file of all pieces, or names them when that cannot be done, and
 * removes what is in it. */
int chore_join(struct chore **out, const struct reel *reel)
	RUNS_ON(on_finish) AULA_MUST_CHECK;

const struct reel *chore_reel(const struct chore *chore) RUNS_ON(on_finish);
uint32_t chore_index(const struct chore *chore) RUNS_ON(on_finish);
bool chore_ended(struct chore *chore) RUNS_ON(on_finish);
/* It takes longer than it may: 10 minutes, and once more as long as what it makes. */
bool chore_late(struct chore *chore) RUNS_ON(on_finish);
/* False: it has just come to its end. */
bool chore_abandon(struct chore *chore) RUNS_ON(on_finish);
/* What came of it, and frees it. Of one that was left behind: -ETIMEDOUT. */
struct chore_result chore_collect(struct chore *chore) RUNS_ON(on_finish);

#endif
