/* ahead.h - those who are next in a fan-out: what sending to them touches is asked for
 * before it is their turn. The peers of a large class fill more than the caches, and
 * each waits behind a pointer of the one before: asked for in time, stage by stage, the
 * memory answers while others are served. It changes nothing but that.
 */
#ifndef TRANSPORT_AHEAD_H
#define TRANSPORT_AHEAD_H

#include "transport/send.h"

#define AHEAD 6

/* Of one fan-out; valid until anybody comes or goes. */
struct ahead {
	struct watch *w[AHEAD]; /* the next one first; NULL: the end */
};

/* `first` is served next, NULL: nobody. */
void ahead_begin(struct ahead *a, struct watch *first);
/* The first one is served now. */
void ahead_step(struct ahead *a) RUNS_ON(on_net);

#endif
