/* finish.h - the finisher: brings each reel of a recording that has ended, or that a dead
 * server left, to its done event. It plans, and looks into the directory; what takes
 * longer are chores.
 */
#ifndef RECORDER_FINISH_H
#define RECORDER_FINISH_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/env.h"

#include <stdbool.h>

/* Has parts now, or has ended: its turn will come. */
void finish_know(struct reel *reel) RUNS_ON(on_finish);

/* One done event for each edition of this name, or for its absence. ANY_THREAD.
 * -ENOMEM, -ENOBUFS. */
int finish_rescue(struct rec_env *env, const char *name) AULA_MUST_CHECK;

/* Looks for what a dead server left and finishes it. */
void finish_recover(struct rec_env *env) RUNS_ON(on_finish);

/* -EBUSY: the finisher works on something of this name. */
int finish_delete(struct rec_env *env, const char *name) RUNS_ON(on_finish);

/* Each second, and when a chore rings. */
void finish_tick(struct rec_env *env) RUNS_ON(on_finish);

/* At the end, again and again: is all told? Those that somebody else holds are let go,
 * with -EBUSY; what takes longer than a minute is left for the next start, with
 * -ENOBUFS, and so is what was left until now. */
bool finish_last(struct rec_env *env) RUNS_ON(on_finish);

#endif
