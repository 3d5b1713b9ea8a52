#include "base/mailbox.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

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

/* What must not be refused has a reserve, and keeps its place in the order. */
static void must_is_taken(void)
{
	uintptr_t i = 0;

	got[0] = 0;
	CHECK(mailbox_create(&box, 3) == 0);
	for (; i < 3; i++)
		CHECK(mailbox_post(box, take, (void *)i) == 0);
	CHECK(mailbox_post(box, take, (void *)i) == -ENOBUFS);
	for (; i < 6; i++)
		CHECK(mailbox_post_must(box, take, (void *)i) == 0);
	CHECK(mailbox_post_must(box, take, (void *)i) == -ENOBUFS);
	CHECK(mailbox_post(box, take, (void *)i) == -ENOBUFS);
	CHECK(mailbox_run(box) == 6 && got[0] == 6);
	for (; i < 9; i++) /* round the end of the ring */
		CHECK(mailbox_post(box, take, (void *)i) == 0);
	CHECK(mailbox_post_must(box, take, (void *)i) == 0);
	CHECK(mailbox_run(box) == 4 && got[0] == 10);
	mailbox_destroy(box);
}

struct note {
	struct mailbox *box;
	uint32_t numbers[8];
};

_Static_assert(sizeof(struct note) == MAILBOX_NOTE, "the longest one");

static void read_note(void *arg)
{
	struct note *note = arg;

	CHECK((uintptr_t)arg % _Alignof(void *) == 0);
	CHECK(note->box == box && note->numbers[0] == (uint32_t)n_done &&
	      note->numbers[7] == 7);
	n_done++;
	/* what is written meanwhile must not touch the note that is being read */
	for (uint32_t i = 0; i < 4; i++)
		CHECK(mailbox_note(box, count_it, &i, sizeof(i), true) == 0);
	CHECK(note->numbers[7] == 7);
}

static void notes_are_copied(void)
{
	struct note note;

	n_done = 0;
	CHECK(mailbox_create(&box, 2) == 0);
	note = (struct note){.box = box, .numbers = {[7] = 7}};
	CHECK(mailbox_note(box, read_note, &note, sizeof(note), false) == 0);
	note.numbers[7] = 8;
	CHECK(mailbox_run(box) == 1);
	CHECK(mailbox_note(box, count_it, NULL, 0, true) == -ENOBUFS);
	CHECK(mailbox_run(box) == 4 && n_done == 5);
	/* the bell alone */
	mailbox_wait(box, 0);
	mailbox_ring(box);
	mailbox_wait(box, 60000);
	CHECK(mailbox_run(box) == 0);
	mailbox_destroy(box);
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

struct crowd {
	struct loop *loop;
	struct loop_timer *timer;
	int posted;
};

static void fill_and_stop(void *ctx)
{
	struct crowd *crowd = ctx;

	while (loop_post(crowd->loop, count_it, NULL) == 0)
		crowd->posted++;
	while (loop_post_must(crowd->loop, count_it, NULL) == 0)
		crowd->posted++;
	loop_stop(crowd->loop);
}

/* On its own thread, with no room for one letter more. */
static void stop_when_full(void)
{
	struct crowd crowd = {0};

	n_done = 0;
	alarm(120); /* ends what would spin for ever */
	CHECK(loop_create(&crowd.loop, 8) == 0);
	CHECK(loop_timer_create(&crowd.timer, crowd.loop, fill_and_stop, &crowd) == 0);
	loop_timer_once(crowd.timer, 0);
	loop_run(crowd.loop);
	CHECK(crowd.posted == 16 && n_done == 16);

	/* a full one that is drained by a stop before the run */
	fill_and_stop(&crowd);
	loop_run(crowd.loop);
	CHECK(crowd.posted == 32 && n_done == 32);
	alarm(0);
	loop_timer_destroy(crowd.timer);
	loop_destroy(crowd.loop);
}

struct relay {
	struct loop *loop;
	int posted;
};

static void post_and_stop(void *arg)
{
	struct relay *relay = arg;

	for (int i = 0; i < 100; i++)
		relay->posted += loop_post(relay->loop, count_it, NULL) == 0;
	loop_stop(relay->loop);
}

/* From another thread: whatever it posted before its stop is done. */
static void stop_from_elsewhere(void)
{
	struct thread *thread;
	struct relay relay = {0};

	n_done = 0;
	alarm(120);
	CHECK(loop_create(&relay.loop, 128) == 0);
	for (int i = 0; i < 200; i++) {
		CHECK(thread_start(&thread, NULL, "post", post_and_stop, &relay) == 0);
		loop_run(relay.loop);
		thread_join(thread);
		CHECK(n_done == relay.posted);
	}
	alarm(0);
	loop_destroy(relay.loop);
}

int main(void)
{
	many_producers();
	full_refuses();
	must_is_taken();
	notes_are_copied();
	loop_timers_and_posts();
	stop_when_full();
	stop_from_elsewhere();
	return 0;
}
