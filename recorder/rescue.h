/* rescue.h - what a dead server left of a recording, as a reel. */
#ifndef RECORDER_RESCUE_H
#define RECORDER_RESCUE_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/reel.h"

/* Fills a reel without pieces with all that is there, locked. -EBUSY, -EMFILE and the
 * like: later, the reel is as it was; -ENOENT: there is nothing. What cannot be opened is
 * set aside, and the reason is in the result. When the disk has failed a dozen times the
 * reel is empty, `left`, and its result says -EIO. */
int rescue_open(struct reel *reel) RUNS_ON(on_finish) AULA_MUST_CHECK;

#endif
