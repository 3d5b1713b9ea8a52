#include "bench/loadgen_crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

#define EVENTS  1024
#define SLOTS   10 /* a member is looked at in each tenth tick */
#define TICK_US (10 * MS_US)
#define LAG_US  (200 * MS_US) /* ticks that are later than this are left out */
/* Between two looks at the sockets: the kernel notes when packets come, so nothing is
 * lost by reading them together, and it costs much less. */
#define NAP_US (4 * MS_US)

struct lg_crew {
	struct lg_common common;
	unsigned which;
	struct thread *thread;
	struct lg_member **members;
	uint32_t n, max, n_senders;
	int64_t start_us, tick_us, looked_us;
	uint32_t tick;
	bool marked;
	int64_t turn_us,
		longest_us; /* of this turn, begun; of the longest since the mark */
	atomic_bool stop, mark;
	/* what others may read */
	atomic_uint begun, up, failed;
	atomic_ullong packets;
};

/* ---- the thread ---------------------------------------------------------------------
 */

static void begin_due(struct lg_crew *c, int64_t now_us)
{
	double rate = c->common.options->joins_per_s / c->common.options->threads;
	double due = (double)(now_us - c->start_us) / 1e6 * rate + 1;
	unsigned threads = c->common.options->threads;

	while (c->n < c->max && c->n < due) {
		if (lg_member_create(&c->members[c->n], &c->common,
				     c->which + c->n * threads))
			return; /* no memory; tried again */
		c->n_senders += lg_member_sends(c->members[c->n]);
		c->n++;
	}
}

static int64_t send_due(struct lg_crew *c, int64_t now_us)
{
	int64_t next = now_us + SEC_US;

	/* senders are the first ones */
	for (uint32_t i = 0; i < c->n_senders; i++) {
		int64_t due = lg_member_send(c->members[i], now_us);

		if (due < next)
			next = due;
	}
	return next;
}

static void tick_due(struct lg_crew *c, int64_t now_us)
{
	if (now_us - c->tick_us > LAG_US)
		c->tick_us = now_us;
	for (; c->tick_us <= now_us; c->tick_us += TICK_US, c->tick++)
		for (uint32_t i = c->tick % SLOTS; i < c->n; i += SLOTS)
			lg_member_tick(c->members[i], now_us);
}

static void mark(struct lg_crew *c, bool end)
{
	for (uint32_t i = 0; i < c->n; i++)
		lg_member_mark(c->members[i], end);
}

static void publish(struct lg_crew *c)
{
	atomic_store_explicit(&c->begun, c->n, memory_order_relaxed);
	atomic_store_explicit(&c->up, c->common.n_up, memory_order_relaxed);
	atomic_store_explicit(&c->failed, c->common.n_failed, memory_order_relaxed);
	atomic_store_explicit(&c->packets, c->common.packets, memory_order_relaxed);
}

static void wait_and_take(struct lg_crew *c, int64_t until_us)
{
	static _Thread_local struct epoll_event events[EVENTS];
	int64_t now_us = clock_us(), nap_us = c->looked_us + NAP_US - now_us;
	int n, ms;

	if (nap_us > until_us - now_us)
		nap_us = until_us - now_us;
	if (nap_us > 0) {
		usleep((useconds_t)nap_us);
		now_us = clock_us();
	}
	ms = until_us > now_us ? (int)((until_us - now_us + 999) / 1000) : 0;
	n = epoll_wait(c->common.epoll_fd, events, EVENTS, ms);
	now_us = clock_us();
	if (n < EVENTS) /* else there is more at once */
		c->looked_us = now_us;
	for (int i = 0; i < n; i++) {
		uint64_t key = events[i].data.u64;
		uint32_t at = (uint32_t)(key >> 1) / c->common.options->threads;

		if (at < c->n)
			lg_member_ready(c->members[at], key & 1, now_us);
	}
}

static void run(void *arg)
{
	struct lg_crew *c = arg;
	int64_t next;

	c->start_us = c->tick_us = clock_us();
	while (!atomic_load_explicit(&c->stop, memory_order_relaxed)) {
		int64_t now_us = clock_us();

		if (c->marked && now_us - c->turn_us > c->longest_us)
			c->longest_us = now_us - c->turn_us;
		c->turn_us = now_us;
		begin_due(c, now_us);
		next = send_due(c, now_us);
		tick_due(c, now_us);
		if (!c->marked && atomic_load(&c->mark)) {
			c->marked = true;
			mark(c, false);
		}
		publish(c);
		wait_and_take(c, next < c->tick_us ? next : c->tick_us);
	}
	mark(c, true);
	publish(c);
}

/* ---- others
 * ---------------------------------------------------------------------------- */

void lg_crew_figures(const struct lg_crew *c, struct lg_crew_figures *out)
{
	out->begun = atomic_load(&c->begun);
	out->up = atomic_load(&c->up);
	out->failed = atomic_load(&c->failed);
	out->packets = atomic_load(&c->packets);
	out->all = out->begun == c->max && out->up + out->failed >= c->max;
}

void lg_crew_mark(struct lg_crew *c)
{
	atomic_store(&c->mark, true);
}

void lg_crew_stop(struct lg_crew *c)
{
	atomic_store(&c->stop, true);
	thread_join(c->thread);
	c->thread = NULL;
}

int64_t lg_crew_longest_us(const struct lg_crew *c)
{
	return c->longest_us;
}

uint32_t lg_crew_n(const struct lg_crew *c)
{
	return c->n;
}

const struct lg_member *lg_crew_member(const struct lg_crew *c, uint32_t i)
{
	return c->members[i];
}

int lg_crew_create(struct lg_crew **out, const struct lg_options *options,
		   const struct lg_clip *clip, struct lg_peer_ctx *peers, SSL_CTX *tls,
		   unsigned which)
{
	struct lg_crew *c = calloc(1, sizeof(*c));
	unsigned all = options->viewers + options->senders;
	int err = -ENOMEM;

	if (!c)
		return err;
	c->common = (struct lg_common){.options = options,
				       .clip = clip,
				       .peers = peers,
				       .tls = tls,
				       .epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
	c->which = which;
	c->max = (all + options->threads - 1 - which) / options->threads;
	c->members = calloc(c->max ? c->max : 1, sizeof(*c->members));
	if (c->common.epoll_fd < 0)
		err = -errno;
	else if (c->members)
		err = thread_start(&c->thread, NULL, "crew", run, c);
	if (err) {
		lg_crew_destroy(c);
		return err;
	}
	*out = c;
	return 0;
}

void lg_crew_destroy(struct lg_crew *c)
{
	if (!c)
		return;
	if (c->thread)
		lg_crew_stop(c);
	for (uint32_t i = 0; i < c->n; i++)
		lg_member_destroy(c->members[i]);
	free(c->members);
	if (c->common.epoll_fd >= 0)
		close(c->common.epoll_fd);
	free(c);
}
