#include "base/mailbox.h"

#include <errno.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/thread.h"
#include "tests/test.h"

#define THREADS 4
#define LETTERS 5000

static struct mailbox *box;
static int got[THREADS], total;

static void take(void *arg)
{
	uintptr_t v = (uintptr_t)arg;
	int thread = (int)(v >> 16), i = (int)(v & 0xffff);

	CHECK(got[thread] == i); /* in order of posting, per producer */
	got[thread]++;
	total++;
}

static void post_all(void *arg)
{
	uintptr_t thread = (uintptr_t)arg;

	for (uintptr_t i = 0; i < LETTERS;)
		if (mailbox_post(box, take, (void *)(thread << 16 | i)) == 0)
			i++;
}

static void many_producers(void)
{
	struct thread *threads[THREADS];

	CHECK(mailbox_create(&box, 64) == 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(thread_start(&threads[i], NULL, "post", post_all, (void *)i) == 0);
	while (total < THREADS * LETTERS) {
		mailbox_wait(box, 1000);
		mailbox_run(box);
	}
	for (int i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	mailbox_destroy(box);
}

static int n_done;

static void count_it(void *arg)
{
	(void)arg;
	n_done++;
}

static void full_refuses(void)
{
	CHECK(mailbox_create(&box, 2) == 0);
	CHECK(mailbox_post(box, count_it, NULL) == 0);
	CHECK(mailbox_post(box, count_it, NULL) == 0);
	CHECK(mailbox_post(box, count_it, NULL) == -ENOBUFS);
	mailbox_destroy(box); /* what is inside is still done */
	CHECK(n_done == 2);
}

/* ---- the loop that has one ---------------------------------------------------- */

struct once {
	struct loop *loop;
	struct loop_timer *timer;
	int n;
};

static void tick(void *ctx)
{
	struct once *once = ctx;

	if (++once->n == 3)
		loop_stop(once->loop);
}

static void loop_timers_and_posts(void)
{
	struct once once = {0};

	n_done = 0;
	CHECK(loop_create(&once.loop, 8) == 0);
	CHECK(loop_timer_create(&once.timer, once.loop, tick, &once) == 0);
	CHECK(loop_post(once.loop, count_it, NULL) == 0);
	loop_timer_every(once.timer, MS_US);
	loop_run(once.loop);
	CHECK(once.n == 3 && n_done == 1);

	/* letters before a stop are done, in order, before the loop ends */
	CHECK(loop_post(once.loop, count_it, NULL) == 0);
	loop_stop(once.loop);
	loop_timer_stop(once.timer);
	loop_run(once.loop);
	CHECK(n_done == 2);
	loop_timer_destroy(once.timer);
	loop_destroy(once.loop);
}

int main(void)
{
	many_producers();
	full_refuses();
	loop_timers_and_posts();
	return 0;
}
