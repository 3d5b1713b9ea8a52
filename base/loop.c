#include "base/loop.h"

#include "base/log.h"
#include "base/mailbox.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SIGNALS_MAX 8

struct sig {
	struct event *ev;
	void (*fn)(void *ctx, int signo);
	void *ctx;
};

struct loop {
	struct event_base *base;
	struct mailbox *box;
	struct event *box_ev;
	atomic_bool stop; /* asked for; taken back by the loop when it ends */
	struct sig sigs[SIGNALS_MAX];
	int n_sigs;
};

struct loop_timer {
	struct event *ev;
	struct loop *loop;
	void (*fn)(void *ctx);
	void *ctx;
};

struct loop_fd {
	struct event *ev;
	struct loop *loop;
	int fd;
	void (*fn)(void *ctx, int ready);
	void *ctx;
};

static void on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	/* before the letters: those posted before the stop are among them then */
	bool stop = atomic_exchange_explicit(&loop->stop, false, memory_order_acquire);

	(void)fd;
	(void)what;
	mailbox_run(loop->box);
	if (stop)
		event_base_loopbreak(loop->base);
	/* one that came in between: its bell was taken for that of a letter */
	if (atomic_load_explicit(&loop->stop, memory_order_acquire))
		mailbox_ring(loop->box);
}

/* libevent's own words, at stderr else. */
static void on_words(int severity, const char *text)
{
	char quoted[300];

	log_line(severity == EVENT_LOG_ERR ? LOG_ERROR : LOG_WARN, "libevent", "text=%s",
		 log_quote(quoted, sizeof(quoted), text));
}

int loop_create(struct loop **out, uint32_t mailbox_size)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct event_config *cfg = event_config_new();
	int err = -ENOMEM;

	if (!loop || !cfg)
		goto out;
	event_set_log_callback(on_words);
	event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER);
	loop->base = event_base_new_with_config(cfg);
	if (!loop->base)
		goto out;
	err = mailbox_create(&loop->box, mailbox_size);
	if (err)
		goto out;
	err = -ENOMEM;
	loop->box_ev = event_new(loop->base, mailbox_fd(loop->box), EV_READ | EV_PERSIST,
				 on_mail, loop);
	if (loop->box_ev && event_add(loop->box_ev, NULL) == 0)
		err = 0;
out:
	if (cfg)
		event_config_free(cfg);
	if (err)
		loop_destroy(loop);
	else
		*out = loop;
	return err;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	mailbox_destroy(loop->box);
	if (loop->box_ev)
		event_free(loop->box_ev);
	for (int i = 0; i < loop->n_sigs; i++)
		event_free(loop->sigs[i].ev);
	if (loop->base)
		event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop)
{
	atomic_store_explicit(&loop->stop, true, memory_order_release);
	mailbox_ring(loop->box);
}

int loop_post(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	return mailbox_post(loop->box, fn, arg);
}

int loop_post_must(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	return mailbox_post_must(loop->box, fn, arg);
}

int loop_note(struct loop *loop, void (*fn)(void *note), const void *note, size_t len,
	      bool must)
{
	return mailbox_note(loop->box, fn, note, len, must);
}

void *loop_base(struct loop *loop)
{
	return loop->base;
}

/* ---- timers --------------------------------------------------------------- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	(void)fd;
	(void)what;
	timer->fn(timer->ctx);
}

int loop_timer_create(struct loop_timer **out, struct loop *loop, void (*fn)(void *ctx),
		      void *ctx)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return -ENOMEM;
	*timer = (struct loop_timer){NULL, loop, fn, ctx};
	timer->ev = event_new(loop->base, -1, 0, on_timer, timer);
	if (!timer->ev) {
		free(timer);
		return -ENOMEM;
	}
	*out = timer;
	return 0;
}

static void timer_arm(struct loop_timer *timer, int64_t us, short flags)
{
	struct timeval tv = {us / 1000000, us % 1000000};

	event_del(timer->ev);
	event_assign(timer->ev, timer->loop->base, -1, flags, on_timer, timer);
	event_add(timer->ev, &tv);
}

void loop_timer_once(struct loop_timer *timer, int64_t delay_us)
{
	timer_arm(timer, delay_us > 0 ? delay_us : 0, 0);
}

void loop_timer_every(struct loop_timer *timer, int64_t period_us)
{
	timer_arm(timer, period_us, EV_PERSIST);
}

void loop_timer_stop(struct loop_timer *timer)
{
	event_del(timer->ev);
}

void loop_timer_destroy(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->ev);
	free(timer);
}

/* ---- descriptors ---------------------------------------------------------- */

static void on_fd(evutil_socket_t fd, short what, void *arg)
{
	struct loop_fd *lfd = arg;

	(void)fd;
	lfd->fn(lfd->ctx,
		(what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0));
}

int loop_fd_create(struct loop_fd **out, struct loop *loop, int fd,
		   void (*fn)(void *ctx, int ready), void *ctx)
{
	struct loop_fd *lfd = calloc(1, sizeof(*lfd));

	if (!lfd)
		return -ENOMEM;
	*lfd = (struct loop_fd){NULL, loop, fd, fn, ctx};
	lfd->ev = event_new(loop->base, fd, EV_READ | EV_PERSIST, on_fd, lfd);
	if (!lfd->ev || event_add(lfd->ev, NULL) < 0) {
		loop_fd_destroy(lfd);
		return -ENOMEM;
	}
	*out = lfd;
	return 0;
}

void loop_fd_want(struct loop_fd *lfd, int what)
{
	short flags = (short)(EV_PERSIST | (what & LOOP_READ ? EV_READ : 0) |
			      (what & LOOP_WRITE ? EV_WRITE : 0));

	event_del(lfd->ev);
	if (!what)
		return;
	event_assign(lfd->ev, lfd->loop->base, lfd->fd, flags, on_fd, lfd);
	event_add(lfd->ev, NULL);
}

void loop_fd_destroy(struct loop_fd *lfd)
{
	if (!lfd)
		return;
	if (lfd->ev)
		event_free(lfd->ev);
	free(lfd);
}

/* ---- signals -------------------------------------------------------------- */

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct sig *sig = arg;

	(void)what;
	sig->fn(sig->ctx, (int)signo);
}

int loop_signal(struct loop *loop, int signo, void (*fn)(void *ctx, int signo), void *ctx)
{
	struct sig *sig = &loop->sigs[loop->n_sigs];

	if (loop->n_sigs == SIGNALS_MAX)
		return -ENOSPC;
	*sig = (struct sig){NULL, fn, ctx};
	sig->ev = evsignal_new(loop->base, signo, on_signal, sig);
	if (!sig->ev || event_add(sig->ev, NULL) < 0)
		return -ENOMEM;
	loop->n_sigs++;
	return 0;
}
