/* errand.h - a program of ours that works beside this process for as long as it likes,
 * and says lines of text meanwhile. The loop never waits for it. Control thread.
 */
#ifndef MCU_ERRAND_H
#define MCU_ERRAND_H

#include "base/attr.h"
#include "base/loop.h"
#include "base/thread.h"

#include <stddef.h>

struct errand;

#define ERRAND_LINE 65536 /* bytes of a line; policy: a longer one is dropped */

struct errand_events {
	void *ctx;
	/* Without its end of line, with a zero behind it. */
	void (*line)(void *ctx, const char *line);
	/* Exactly once unless errand_destroy() came before: it is gone, and so is the
	 * errand. `status` is that of waitpid(). Never called out of a call from here. */
	void (*ended)(void *ctx, int status);
};

struct errand_call {
	char *const *argv; /* as of posix_spawn */
	int in;            /* it reads */
	int other;         /* it finds as /dev/fd/3 (ERRAND_OTHER); negative: none */
};

#define ERRAND_OTHER "/dev/fd/3"

/* The descriptors stay the caller's. */
int errand_start(struct errand **out, struct loop *loop, const struct errand_call *call,
		 const struct errand_events *events) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* From now on it says nothing; that it ended is told when it did. */
void errand_kill(struct errand *errand) RUNS_ON(on_ctl);
/* Kills it, and waits for no more than that it dies; nothing is told. NULL is accepted.
 */
void errand_destroy(struct errand *errand) RUNS_ON(on_ctl);

#endif
