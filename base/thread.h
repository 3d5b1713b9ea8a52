/* thread.h - the threads of the server, and who runs on which.
 *
 * A role is a capability of clang's -Wthread-safety: a field marked OWNED_BY()
 * or a function marked RUNS_ON() is refused at compile time elsewhere. Loops
 * and thread entries call thread_claim(), which also checks at run time.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/attr.h"

struct AULA_TSA(capability("thread")) thread_role {
	const char *name;
};

extern struct thread_role on_ctl; /* libevent loop: rooms, signaling, timers */
extern struct thread_role on_net; /* sockets, ICE, SRTP, RTP, fan-out */
extern struct thread_role on_aud; /* the 20 ms audio tick of all rooms */
extern struct thread_role on_mix; /* decode, compose, encode */
extern struct thread_role on_rec; /* files; may block */
extern struct thread_role on_db;  /* database drivers; may block */

#define RUNS_ON(role)  AULA_TSA(requires_capability(role))
#define OWNED_BY(role) AULA_TSA(guarded_by(role))
#define ANY_THREAD     /* documents: callable everywhere, never blocks */

/* Binds the calling thread to a role, once, at its start. */
void thread_enter(struct thread_role *role);

/* Aborts in debug builds when the calling thread has another role. */
void thread_claim(struct thread_role *role) AULA_TSA(assert_capability(role));

struct thread;

/* Starts a thread that enters `role` (may be NULL) and runs fn(arg). `name` is
 * what ps and gdb show, at most 15 characters. */
int thread_start(struct thread **out, struct thread_role *role, const char *name,
		 void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* Asks the kernel to prefer this thread; does nothing where it is not allowed. */
void thread_raise_priority(void);

/* Waits for its end and frees it. NULL is accepted. */
void thread_join(struct thread *thread);

/* Lets it run alone, for who cannot wait for its end: it may run until the process ends.
 * NULL is accepted. */
void thread_leave(struct thread *thread);

#endif
