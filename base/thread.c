#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct thread_role on_ctl = {"ctl"};
struct thread_role on_net = {"net"};
struct thread_role on_aud = {"aud"};
struct thread_role on_mix = {"mix"};
struct thread_role on_rec = {"rec"};
struct thread_role on_db = {"db"};

static _Thread_local struct thread_role *self;

struct thread {
	atomic_int users; /* the thread itself, and who started it */
	pthread_t id;
	struct thread_role *role;
	char name[16];
	void (*fn)(void *arg);
	void *arg;
};

void thread_enter(struct thread_role *role)
{
	self = role;
}

void thread_claim(struct thread_role *role)
{
#ifndef NDEBUG
	if (self != role) {
		fprintf(stderr, "thread '%s' runs code of '%s'\n",
			self ? self->name : "?", role->name);
		abort();
	}
#else
	(void)role;
#endif
}

static void let_go(struct thread *thread)
{
	if (atomic_fetch_sub(&thread->users, 1) == 1)
		free(thread);
}

static void *entry(void *arg)
{
	struct thread *thread = arg;

	pthread_setname_np(pthread_self(), thread->name);
	if (thread->role)
		thread_enter(thread->role);
	thread->fn(thread->arg);
	let_go(thread);
	return NULL;
}

int thread_start(struct thread **out, struct thread_role *role, const char *name,
		 void (*fn)(void *arg), void *arg)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	sigset_t all, before;
	int err;

	if (!thread)
		return -ENOMEM;
	atomic_init(&thread->users, 2);
	thread->role = role;
	thread->fn = fn;
	thread->arg = arg;
	snprintf(thread->name, sizeof(thread->name), "%s", name);

	/* signals are for the control thread alone */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread->id, NULL, entry, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		free(thread);
		return -err;
	}
	*out = thread;
	return 0;
}

void thread_raise_priority(void)
{
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), -10);
}

void thread_join(struct thread *thread)
{
	if (!thread)
		return;
	pthread_join(thread->id, NULL);
	let_go(thread);
}

void thread_leave(struct thread *thread)
{
	if (!thread)
		return;
	pthread_detach(thread->id);
	let_go(thread);
}
