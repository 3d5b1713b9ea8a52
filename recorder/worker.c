#include "recorder/worker.h"

#include "base/clock.h"
#include "base/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TICK_MS 1000
#define LAST_MS 100

struct worker {
	struct worker_conf conf;
	struct mailbox *box;
	struct thread *thread;
	atomic_bool stop;
};

static void run(void *arg)
{
	struct worker *w = arg;

	if (w->conf.background)
		setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
	while (!atomic_load(&w->stop)) {
		mailbox_wait(w->box, w->conf.tick ? TICK_MS : -1);
		mailbox_run(w->box);
		if (w->conf.tick)
			w->conf.tick(w->conf.ctx);
	}
	while (mailbox_run(w->box))
		;
	while (w->conf.last && !w->conf.last(w->conf.ctx)) {
		mailbox_wait(w->box, LAST_MS);
		mailbox_run(w->box);
	}
}

int worker_create(struct worker **out, const struct worker_conf *conf)
{
	struct worker *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->conf = *conf;
	err = mailbox_create(&w->box, conf->size);
	if (!err)
		err = thread_start(&w->thread, conf->role, conf->name, run, w);
	if (err) {
		mailbox_destroy(w->box);
		free(w);
		return err;
	}
	*out = w;
	return 0;
}

void worker_destroy(struct worker *w)
{
	if (!w)
		return;
	atomic_store(&w->stop, true);
	mailbox_ring(w->box);
	thread_join(w->thread);
	mailbox_destroy(w->box);
	free(w);
}

int worker_post(struct worker *w, void (*fn)(void *arg), void *arg)
{
	return mailbox_post(w->box, fn, arg);
}

int worker_note(struct worker *w, void (*fn)(void *note), const void *note, size_t len,
		bool must)
{
	return mailbox_note(w->box, fn, note, len, must);
}

void worker_ring(struct worker *w)
{
	mailbox_ring(w->box);
}
