#include "mixer/vworker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "mixer/studio.h"
#include "mixer/vstage.h"
#include "mixer/vworker_post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAILBOX_SIZE 4096         /* orders that may wait; full: see mailbox.h */
#define BATCH        64           /* units decoded before orders get their turn */
#define FRAMES_US    (20 * MS_US) /* of frames in a row, before units and orders do */

/* The ring from one net thread. */
struct lane {
	struct vworker *worker;
	struct ring *ring;
	struct loop_fd *bell;
};

struct vworker {
	struct loop *loop;
	struct thread *thread;
	struct studio *studio;
	struct lane lanes[LIMIT_NETS];
	uint32_t n_lanes;
	struct loop_timer *timer; /* the next frame of a view */
	struct loop_timer *more;  /* units were left in the ring */
	struct vstage *stage OWNED_BY(on_mix);
	uint32_t next_lane OWNED_BY(on_mix);
	int64_t armed_us OWNED_BY(on_mix); /* what the timer waits for */
	/* The thread has ended: what is still in the mailbox is only freed. Written
	 * by vworker_destroy() after the thread was joined. */
	bool ended;
};

/* ---- on the video thread -------------------------------------------------- */

/* Makes what is due, then sees that the thread wakes up for the next. */
static void pump(struct vworker *w) RUNS_ON(on_mix)
{
	int64_t now = clock_us(), due = vstage_due_us(w->stage, now);
	int64_t until = now + FRAMES_US;

	while (due <= now && now <= until) {
		vstage_run(w->stage, now);
		now = clock_us();
		due = vstage_due_us(w->stage, now);
	}
	if (due == w->armed_us)
		return;
	w->armed_us = due;
	if (due == VSTAGE_NEVER)
		loop_timer_stop(w->timer);
	else
		loop_timer_once(w->timer, due > now ? due - now : 0);
}

static void on_timer(void *ctx)
{
	struct vworker *w = ctx;

	thread_claim(&on_mix);
	w->armed_us = VSTAGE_NEVER; /* it rang: nothing is armed */
	pump(w);
}

/* Decodes what came. A long queue must not hold up the frames of the views, so
 * the clock is looked at after each unit; nor the orders, so the rest waits. */
static void take_units(struct vworker *w) RUNS_ON(on_mix)
{
	struct ring_item item;
	uint32_t empty = 0;

	/* one of each in turn, so that none waits for the others */
	for (uint32_t i = 0; i < BATCH; i++) {
		w->next_lane = (w->next_lane + 1) % w->n_lanes;
		if (!ring_pop(w->lanes[w->next_lane].ring, &item)) {
			if (++empty == w->n_lanes)
				return;
			continue;
		}
		empty = 0;
		vstage_unit(w->stage, item.id, item.au, clock_us());
		au_put(item.au);
		pump(w);
	}
	loop_timer_once(w->more, 0);
}

static void on_more(void *ctx)
{
	struct vworker *w = ctx;

	thread_claim(&on_mix);
	take_units(w);
}

static void on_bell(void *ctx, int ready)
{
	struct lane *lane = ctx;

	(void)ready;
	thread_claim(&on_mix);
	ring_quiet(lane->ring);
	take_units(lane->worker);
}

/* A still that comes back from the studio. */
struct print {
	struct vworker *worker;
	struct still_job *job;
	struct au *still; /* or NULL */
};

static void on_print(void *arg)
{
	const struct print *print = arg;

	if (print->worker->ended) {
		au_put(print->still);
		still_job_destroy(print->job);
		return;
	}
	thread_claim(&on_mix);
	vstage_still(print->worker->stage, print->job, print->still);
}

/* On the studio's thread. */
static void on_made(void *ctx, struct still_job *job, struct au *still)
{
	struct vworker *w = ctx;
	const struct print print = {w, job, still};

	if (loop_note(w->loop, on_print, &print, sizeof(print), true)) {
		au_put(still);
		still_job_destroy(job);
	}
}

static void to_studio(void *ctx, struct still_job *job)
{
	struct vworker *w = ctx;

	studio_give(w->studio, job);
}

static void carry_out(struct vworker *w, struct order *order) RUNS_ON(on_mix)
{
	int err = order->run(w->stage, order, clock_us());

	if (err)
		log_error("video_order_failed", "what=%s id=%u err=%d", order->what,
			  order->id, err);
	pump(w);
}

static void on_order(void *arg)
{
	struct order *order = arg;

	if (!order->worker->ended) {
		thread_claim(&on_mix);
		carry_out(order->worker, order);
	}
	scene_put(order->scene);
	picture_destroy(order->picture);
	free(order);
}

/* An order of vworker_give_must(). */
struct note {
	struct vworker *worker;
	int (*run)(struct vstage *st, struct order *order, int64_t now_us);
	const char *what;
	struct scene *scene;
	uint32_t id;
	uint32_t on;
};

_Static_assert(sizeof(struct note) <= MAILBOX_NOTE, "an order is a note");

static void on_note(void *arg)
{
	const struct note *note = arg;
	struct order order = {.worker = note->worker,
			      .run = note->run,
			      .what = note->what,
			      .id = note->id,
			      .on = note->on,
			      .scene = note->scene};

	if (!order.worker->ended) {
		thread_claim(&on_mix);
		carry_out(order.worker, &order);
	}
	scene_put(order.scene);
}

static void work(void *arg)
{
	struct vworker *w = arg;

	thread_claim(&on_mix);
	loop_run(w->loop);
	vstage_destroy(w->stage);
	w->stage = NULL;
}

/* ---- on others ------------------------------------------------------------ */

int vworker_give(struct vworker *w, const struct order *order)
{
	struct order *copy = malloc(sizeof(*copy));
	int err = -ENOMEM;

	if (copy) {
		*copy = *order;
		copy->worker = w;
		err = loop_post(w->loop, on_order, copy);
	}
	if (err) {
		scene_put(order->scene);
		picture_destroy(order->picture);
		free(copy);
	}
	return err;
}

int vworker_give_must(struct vworker *w, const struct order *order)
{
	const struct note note = {w,         order->run, order->what, order->scene,
				  order->id, order->on};
	int err = loop_note(w->loop, on_note, &note, sizeof(note), true);

	if (err)
		scene_put(order->scene);
	return err;
}

static int lanes_open(struct vworker *w, const struct vworker_rings *rings)
{
	int err = 0;

	for (uint32_t i = 0; i < rings->n && !err; i++) {
		struct lane *lane = &w->lanes[w->n_lanes++];

		*lane = (struct lane){w, rings->in[i], NULL};
		err = loop_fd_create(&lane->bell, w->loop, ring_fd(lane->ring), on_bell,
				     lane);
	}
	return err;
}

int vworker_create(struct vworker **out, const struct vworker_rings *rings,
		   const struct vworker_events *events)
	AULA_TSA(no_thread_safety_analysis) /* its thread does not run yet */
{
	struct vworker *w;
	struct fan fan = {.n = rings->n};
	struct studio_done done = {on_made, NULL};
	int err;

	if (!rings->n || rings->n > LIMIT_NETS)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	done.ctx = w;
	w->armed_us = VSTAGE_NEVER;
	memcpy(fan.ring, rings->out, sizeof(fan.ring));
	err = loop_create(&w->loop, MAILBOX_SIZE);
	if (!err)
		err = loop_timer_create(&w->timer, w->loop, on_timer, w);
	if (!err)
		err = loop_timer_create(&w->more, w->loop, on_more, w);
	if (!err)
		err = lanes_open(w, rings);
	if (!err)
		err = vstage_create(&w->stage, &fan, events);
	if (!err)
		err = studio_create(&w->studio, &done);
	if (!err) {
		vstage_studio(w->stage, to_studio, w);
		err = thread_start(&w->thread, &on_mix, "aula-mix", work, w);
	}
	if (err)
		vworker_destroy(w);
	else
		*out = w;
	return err;
}

void vworker_destroy(struct vworker *w)
	AULA_TSA(no_thread_safety_analysis) /* its thread does not run any more */
{
	if (!w)
		return;
	if (w->thread) {
		loop_stop(w->loop);
		thread_join(w->thread);
	}
	studio_destroy(w->studio);
	w->ended = true;
	vstage_destroy(w->stage); /* only of one whose thread never ran */
	for (uint32_t i = 0; i < w->n_lanes; i++)
		loop_fd_destroy(w->lanes[i].bell);
	loop_timer_destroy(w->timer);
	loop_timer_destroy(w->more);
	loop_destroy(w->loop);
	free(w);
}
