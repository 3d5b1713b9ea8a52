#include "db/db_queue.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "db/db.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BACKOFF_MIN_US (100 * MS_US)
#define BACKOFF_MAX_US (5 * SEC_US)
#define FLUSH_US       (5 * SEC_US)
#define LAST_TRY_US    (2 * SEC_US) /* one more try may take so long */
#define READ_WAIT_US   (2 * SEC_US) /* a query waits so long for a lost database */

struct list {
	struct db_job *first, **last;
};

struct db_queue {
	const struct db_driver *driver;
	char *where;
	struct loop *reply;
	struct mailbox *mailbox;
	struct thread *thread;
	/* Jobs anywhere between post and done; at most DB_QUEUE. Policy when full:
	 * the newest is refused. */
	atomic_uint n;
	atomic_bool healthy;
	_Atomic int64_t close_us; /* nothing is done after this; 0: not closing */
	struct db_conn *conn OWNED_BY(on_db); /* NULL: the database is away */
	struct list waiting OWNED_BY(on_db);
	int64_t backoff_us OWNED_BY(on_db), retry_us OWNED_BY(on_db);
	bool away OWNED_BY(on_db); /* the last try failed and is to be done again */
	/* Answers the loop did not take any more: the closing thread's, after the
	 * io thread ended. */
	struct list unsaid;
};

static void list_init(struct list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void list_add(struct list *list, struct db_job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

static struct db_job *list_take(struct list *list)
{
	struct db_job *job = list->first;

	if (!job)
		return NULL;
	list->first = job->next;
	if (!list->first)
		list->last = &list->first;
	return job;
}

/* ---- answers -------------------------------------------------------------- */

static void say(void *arg)
{
	struct db_job *job = arg;

	job->deliver(job);
	db_job_destroy(job);
}

/* Gives the job back to whom it came from. A full loop is waited for: this
 * thread may block, and the answer must not be lost. */
static void finish(struct db_queue *queue, struct db_job *job, int err)
{
	atomic_fetch_sub(&queue->n, 1);
	if (!job->deliver) {
		db_job_destroy(job);
		return;
	}
	job->err = err;
	if (err)
		job->n_rows = 0;
	while (loop_post(queue->reply, say, job)) {
		if (atomic_load(&queue->close_us)) {
			list_add(&queue->unsaid, job); /* the loop stands */
			return;
		}
		poll(NULL, 0, 5);
	}
}

/* ---- the thread ----------------------------------------------------------- */

static void back_off(struct db_queue *queue, const char *what, const char *why)
	RUNS_ON(on_db)
{
	char quoted[256];

	count_add(COUNT_DB_ERRORS, 1);
	log_error(what, "why=%s retry_ms=%lld waiting=%u",
		  log_quote(quoted, sizeof(quoted), why),
		  (long long)(queue->backoff_us / MS_US), atomic_load(&queue->n));
	atomic_store(&queue->healthy, false);
	queue->away = true;
	queue->retry_us = clock_us() + queue->backoff_us;
	queue->backoff_us *= 2;
	if (queue->backoff_us > BACKOFF_MAX_US)
		queue->backoff_us = BACKOFF_MAX_US;
}

static void recovered(struct db_queue *queue) RUNS_ON(on_db)
{
	atomic_store(&queue->healthy, true);
	if (queue->away)
		log_info("db_back", "waiting=%u", atomic_load(&queue->n));
	queue->away = false;
	queue->backoff_us = BACKOFF_MIN_US;
}

static void connect_again(struct db_queue *queue) RUNS_ON(on_db)
{
	char why[256] = "";

	if (queue->driver->open(&queue->conn, queue->where, true, why, sizeof(why)))
		back_off(queue, "db_away", why);
	else
		recovered(queue);
}

/* Does the first job; false: not now. */
static bool do_first(struct db_queue *queue) RUNS_ON(on_db)
{
	struct db_job *job = queue->waiting.first;
	char why[256] = "", quoted[256];
	int err = db_job_run(job, queue->driver, queue->conn, why, sizeof(why));

	count_add(COUNT_DB_CALLS, 1);
	if (!queue->driver->alive(queue->conn)) {
		queue->driver->close(queue->conn);
		queue->conn = NULL;
	}
	if (err == -EAGAIN) {
		back_off(queue, queue->conn ? "db_busy" : "db_lost", why);
		return false;
	}
	if (err) { /* it will never work: the others must not wait for it */
		count_add(COUNT_DB_ERRORS, 1);
		log_error("db_refused", "err=%d why=%s", err,
			  log_quote(quoted, sizeof(quoted), why));
		atomic_store(&queue->healthy, false);
	} else {
		recovered(queue);
	}
	finish(queue, list_take(&queue->waiting), err);
	return true;
}

/* Queries whose asker should not wait any longer are answered by -EAGAIN. */
static void give_up_reads(struct db_queue *queue) RUNS_ON(on_db)
{
	int64_t oldest_us = clock_us() - READ_WAIT_US;
	struct list keep;
	struct db_job *job;

	list_init(&keep);
	while ((job = list_take(&queue->waiting))) {
		if (job->deliver && job->posted_us < oldest_us)
			finish(queue, job, -EAGAIN);
		else
			list_add(&keep, job);
	}
	queue->waiting.first = keep.first;
	queue->waiting.last = keep.first ? keep.last : &queue->waiting.first;
}

/* How long there is nothing to do, in ms; -1: until a letter comes. */
static int idle_ms(struct db_queue *queue) RUNS_ON(on_db)
{
	int64_t left_us = queue->retry_us - clock_us();

	/* the letter that wakes up at the end may be read already */
	if (queue->conn && !queue->waiting.first)
		return atomic_load(&queue->close_us) ? 0 : -1;
	if (left_us <= 0)
		return 0;
	return (int)((left_us < 250 * MS_US ? left_us : 250 * MS_US) / MS_US) + 1;
}

/* False: closing, and nothing more can or may be done. */
static bool may_go_on(struct db_queue *queue) RUNS_ON(on_db)
{
	int64_t close_us = atomic_load(&queue->close_us);

	if (!close_us)
		return true;
	if (!queue->waiting.first)
		return false;
	if (!atomic_load(&queue->healthy))
		close_us -= LAST_TRY_US + SEC_US;
	return clock_us() < close_us;
}

static void run(void *arg)
{
	struct db_queue *queue = arg;
	struct db_job *job;
	uint32_t lost = 0;

	thread_claim(&on_db);
	for (;;) {
		bool closing;

		mailbox_wait(queue->mailbox, idle_ms(queue));
		/* asked first: what was posted before it closed is in the box then */
		closing = atomic_load(&queue->close_us);
		mailbox_run(queue->mailbox);
		if (closing && !may_go_on(queue))
			break;
		if (clock_us() < queue->retry_us)
			give_up_reads(queue);
		else if (!queue->conn)
			connect_again(queue);
		else
			while (queue->waiting.first && may_go_on(queue) &&
			       do_first(queue))
				;
	}
	while ((job = list_take(&queue->waiting))) {
		lost += !job->deliver;
		finish(queue, job, -ECANCELED);
	}
	if (lost)
		log_error("db_writes_lost", "n=%u", lost);
	queue->driver->close(queue->conn);
}

static void take_job(void *arg)
{
	struct db_job *job = arg;
	struct db_queue *queue = job->queue;

	thread_claim(&on_db);
	list_add(&queue->waiting, job);
}

static void wake_up(void *arg)
{
	(void)arg; /* that it comes is enough */
}

/* ---- for others ----------------------------------------------------------- */

static int start(struct db_queue *queue, struct db_conn *conn)
	AULA_TSA(no_thread_safety_analysis)
{
	/* until the thread runs, this one stands for it */
	queue->conn = conn;
	queue->backoff_us = BACKOFF_MIN_US;
	list_init(&queue->waiting);
	return thread_start(&queue->thread, &on_db, "db", run, queue);
}

int db_queue_create(struct db_queue **out, const struct db_driver *driver,
		    const char *where, struct db_conn *conn, struct loop *reply)
{
	struct db_queue *queue = calloc(1, sizeof(*queue));
	int err = -ENOMEM;

	if (!queue)
		goto out;
	queue->driver = driver;
	queue->reply = reply;
	queue->where = strdup(where);
	atomic_init(&queue->n, 0);
	atomic_init(&queue->healthy, true);
	atomic_init(&queue->close_us, 0);
	list_init(&queue->unsaid);
	if (!queue->where)
		goto out;
	err = mailbox_create(&queue->mailbox, DB_QUEUE + DB_QUEUE_ACTS + 1);
	if (!err)
		err = start(queue, conn);
out:
	if (err) {
		driver->close(conn);
		db_queue_destroy(queue);
	} else {
		*out = queue;
	}
	return err;
}

void db_queue_stop(struct db_queue *queue)
{
	struct db_job *job;

	if (!queue || !queue->thread)
		return;
	atomic_store(&queue->close_us, clock_us() + FLUSH_US);
	while (mailbox_post(queue->mailbox, wake_up, NULL) == -ENOBUFS)
		poll(NULL, 0, 1); /* full of jobs: it is awake */
	thread_join(queue->thread);
	queue->thread = NULL;
	while ((job = list_take(&queue->unsaid)))
		say(job);
}

void db_queue_destroy(struct db_queue *queue)
{
	if (!queue)
		return;
	db_queue_stop(queue);
	mailbox_destroy(queue->mailbox);
	free(queue->where);
	free(queue);
}

static int post(struct db_queue *queue, struct db_job *job, unsigned most)
{
	int err = -ENOBUFS;

	if (atomic_load(&queue->close_us)) { /* nobody would do it */
		db_job_destroy(job);
		return -ESHUTDOWN;
	}
	job->queue = queue;
	job->posted_us = clock_us();
	if (atomic_fetch_add(&queue->n, 1) < most)
		err = mailbox_post(queue->mailbox, take_job, job);
	if (!err)
		return 0;
	atomic_fetch_sub(&queue->n, 1);
	count_add(COUNT_REJECT_QUEUE, 1);
	db_job_destroy(job);
	return err;
}

int db_queue_post(struct db_queue *queue, struct db_job *job)
{
	return post(queue, job, DB_QUEUE);
}

int db_queue_post_act(struct db_queue *queue, struct db_job *job)
{
	return post(queue, job, DB_QUEUE + DB_QUEUE_ACTS);
}

bool db_queue_room(const struct db_queue *queue)
{
	return atomic_load(&queue->n) < DB_QUEUE + DB_QUEUE_ACTS;
}

uint32_t db_queue_length(const struct db_queue *queue)
{
	return atomic_load(&queue->n);
}

bool db_queue_healthy(const struct db_queue *queue)
{
	return atomic_load_explicit(&queue->healthy, memory_order_relaxed);
}
