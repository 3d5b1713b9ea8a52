/* leftover.h - reels that could not be finished: what is there of them is let go of, and
 * they are tried again and again, each after a time that grows. Whoever stopped the
 * trouble, or however long it took, nobody has to start the server anew.
 */
#ifndef RECORDER_LEFTOVER_H
#define RECORDER_LEFTOVER_H

#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/reel.h"

#include <stdbool.h>

/* The first time to wait, which doubles with each try up to the last one. */
#define LEFTOVER_FIRST_US INT64_C(10000000)
#define LEFTOVER_LAST_US  INT64_C(600000000)
/* The policy when so many wait: others are found by a look into the directory, once there
 * are fewer. */
#define LEFTOVER_MAX 4096

/* Takes the reel, once its done event is told. */
void leftover_add(struct reel *reel) RUNS_ON(on_finish);

/* The next one that is to be tried now, taken out of the list; NULL: none is. One that
 * found no room is not, until there is as much as it takes beside the reserve. */
struct reel *leftover_next(struct rec_env *env) RUNS_ON(on_finish);

/* Is it time to look into the directory for those that found no place here? */
bool leftover_look(struct rec_env *env) RUNS_ON(on_finish);

/* NULL, or the one of this edition, taken out. */
struct reel *leftover_take(struct rec_env *env, const struct recording_result *of)
	RUNS_ON(on_finish);
/* Is one of another edition of this recording here? */
bool leftover_beside(const struct rec_env *env, const struct recording_result *of)
	RUNS_ON(on_finish);
/* Forgets those of this name; NULL: all. */
void leftover_drop(struct rec_env *env, const char *name) RUNS_ON(on_finish);

#endif
