/* worker.h - a thread that runs what is posted to it and, between that, a tick. */
#ifndef RECORDER_WORKER_H
#define RECORDER_WORKER_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;

struct worker_conf {
	struct thread_role *role;
	const char *name;        /* of the thread, at most 15 characters */
	uint32_t size;           /* letters that may wait */
	bool background;         /* media on the other threads comes first */
	void (*tick)(void *ctx); /* each second and after letters; may be NULL */
	/* On the thread, again and again, after letters or some time: is all done?
	 * May be NULL. */
	bool (*last)(void *ctx);
	void *ctx;
};

int worker_create(struct worker **out, const struct worker_conf *conf) AULA_MUST_CHECK;

/* Runs all that was posted, then conf.last until it is true, and waits for it. NULL is
 * accepted. */
void worker_destroy(struct worker *worker);

/* ANY_THREAD. -ENOBUFS: refused, `arg` is the caller's. */
int worker_post(struct worker *worker, void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* ANY_THREAD. The same with a copy of at most MAILBOX_NOTE bytes; `must`: with the
 * reserve, see mailbox.h. */
int worker_note(struct worker *worker, void (*fn)(void *note), const void *note,
		size_t len, bool must) AULA_MUST_CHECK;

/* ANY_THREAD. Its tick is wanted now. */
void worker_ring(struct worker *worker);

#endif
