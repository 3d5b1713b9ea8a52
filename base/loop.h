/* loop.h - one libevent loop: timers, descriptors, and a mailbox through which
 * other threads ask it to run something. One loop per thread, never shared.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_fd;

/* `mailbox_size` letters may wait, and as many again of loop_post_must(). */
int loop_create(struct loop **out, uint32_t mailbox_size) AULA_MUST_CHECK;

/* After loop_run() came back. Runs what is still in the mailbox. */
void loop_destroy(struct loop *loop);

/* Runs until loop_stop(). */
void loop_run(struct loop *loop);

/* ANY_THREAD, also on the loop itself. Never fails, never waits. loop_run() comes
 * back after the callbacks that are due now and the letters that were posted
 * before; when it does not run yet, as soon as it has run those letters. */
void loop_stop(struct loop *loop);

/* ANY_THREAD. fn(arg) runs on the loop. -ENOBUFS when full: arg is the caller's. */
int loop_post(struct loop *loop, void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* ANY_THREAD. For what must not be refused (closing, muting, "it is done"): there
 * is a reserve for these; see mailbox.h. */
int loop_post_must(struct loop *loop, void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* ANY_THREAD. fn() is given a copy of at most MAILBOX_NOTE bytes; nothing is
 * allocated. `must`: with the reserve. */
int loop_note(struct loop *loop, void (*fn)(void *note), const void *note, size_t len,
	      bool must) AULA_MUST_CHECK;

/* The struct event_base, for bufferevents and listeners. */
void *loop_base(struct loop *loop);

/* A timer that is not running yet. */
int loop_timer_create(struct loop_timer **out, struct loop *loop, void (*fn)(void *ctx),
		      void *ctx) AULA_MUST_CHECK;
void loop_timer_once(struct loop_timer *timer, int64_t delay_us);
void loop_timer_every(struct loop_timer *timer, int64_t period_us);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_destroy(struct loop_timer *timer); /* NULL is accepted */

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* Calls fn(ctx, ready) while `fd` is ready for what is wanted (LOOP_READ at
 * first). The descriptor stays the caller's. */
int loop_fd_create(struct loop_fd **out, struct loop *loop, int fd,
		   void (*fn)(void *ctx, int ready), void *ctx) AULA_MUST_CHECK;
void loop_fd_want(struct loop_fd *lfd, int what); /* 0: nothing */
void loop_fd_destroy(struct loop_fd *lfd); /* before the fd is closed; NULL is accepted */

/* Calls fn(ctx, signo) on the loop when the process gets the signal. Control
 * thread only; lives as long as the loop. */
int loop_signal(struct loop *loop, int signo, void (*fn)(void *ctx, int signo),
		void *ctx) AULA_MUST_CHECK;

#endif
