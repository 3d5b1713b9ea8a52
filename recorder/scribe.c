#include "recorder/scribe.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "recorder/annexb.h"
#include "recorder/hand.h"
#include "recorder/sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_US    (2 * SEC_US)
#define QUEUE_BYTES (16 << 20)
#define QUEUE_UNITS 400
#define QUEUE_SIZE  512 /* a power of two above it */
/* The same of who sends; the rest are ends of those. */
#define SENDERS_UNITS 4000
#define SENDERS_SIZE  8192
#define PIECES        16 /* that the record thread did not take yet; then it waits */
#define SILENT_US     (10 * SEC_US)
#define BATCH_US      (100 * MS_US) /* sound may wait so long for company */
#define WAIT_MS       500

static struct thread_role on_scribe = {"scribe"};

struct scribe {
	struct hand hand;    /* first */
	struct rec_env *env; /* not inside of hand_enter(), see there */
	struct mailbox *bell;
	/* From the record thread; the one at `n_out` is being written. */
	struct item {
		struct au *au;         /* NULL: the sender has ended */
		struct sender *sender; /* NULL: it is no member's */
		int64_t at_us;
		int64_t came_us; /* clock_us(), of a sender's */
	} * queue;
	unsigned mask, most; /* its size is one more than the mask; units, at most */
	atomic_uint n_in, n_out;
	int64_t bytes_in OWNED_BY(on_rec), rung_us OWNED_BY(on_rec);
	_Atomic int64_t bytes_out;
	atomic_bool close, tell;
	/* To the record thread. */
	struct scribe_piece pieces[PIECES];
	atomic_uint n_made, n_taken;
	_Atomic int64_t end_us;
	int err;            /* valid when it has ended */
	struct sheet sheet; /* of its own thread */
};

/* ---- the record thread --------------------------------------------------------------
 */

static void item_free(struct item *item)
{
	au_put(item->au);
	sender_put(item->sender);
}

static void scribe_free(struct ref *ref)
{
	struct scribe *s = (struct scribe *)ref; /* by way of hand, its first field */

	for (unsigned i = atomic_load(&s->n_out); i != atomic_load(&s->n_in); i++)
		item_free(&s->queue[i & s->mask]);
	free(s->queue);
	for (unsigned i = atomic_load(&s->n_taken); i != atomic_load(&s->n_made); i++)
		part_put(s->pieces[i % PIECES].piece.part);
	sheet_fini(&s->sheet);
	mailbox_destroy(s->bell);
	free(s);
}

static void run(struct hand *hand);

int scribe_create(struct scribe **out, struct rec_env *env,
		  const struct recording_conf *conf, uint32_t index)
{
	bool senders = env->editions[conf->editions[index].edition].ops->flags &
		       AULA_RECORDER_TRACKS;
	struct scribe *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->mask = (senders ? SENDERS_SIZE : QUEUE_SIZE) - 1;
	s->most = senders ? SENDERS_UNITS : QUEUE_UNITS;
	hand_init(&s->hand, scribe_free);
	s->env = env;
	s->rung_us = INT64_MIN / 2;
	sheet_init(&s->sheet, env, conf, index);
	s->queue = calloc(s->mask + 1, sizeof(*s->queue));
	err = s->queue ? mailbox_create(&s->bell, 1) : -ENOMEM;
	if (!err)
		err = hand_start(&s->hand, &on_scribe, "rec-edition", run);
	if (err) {
		ref_put(&s->hand.ref);
		return err;
	}
	*out = s;
	return 0;
}

/* Sound that comes alone wakes nobody up: a picture, or a few of its kind, do. Members
 * send so many pictures that a few of those must do, too; their times are in no order. */
static bool worth_a_bell(const struct scribe *s, const struct item *item) RUNS_ON(on_rec)
{
	if (item->sender)
		return item->at_us < s->rung_us - QUEUE_US ||
		       item->at_us >= s->rung_us + BATCH_US;
	return item->au->codec != CODEC_OPUS || item->at_us < s->rung_us ||
	       item->at_us >= s->rung_us + BATCH_US;
}

/* Takes what is in the item. */
static void put_in(struct scribe *s, const struct item *item) RUNS_ON(on_rec)
{
	unsigned in = atomic_load(&s->n_in);

	s->queue[in & s->mask] = *item;
	s->bytes_in += item->au ? (int64_t)item->au->len : 0;
	atomic_store(&s->n_in, in + 1);
	if (worth_a_bell(s, item)) {
		s->rung_us = item->at_us;
		mailbox_ring(s->bell);
	}
}

/* The one that is being written; what it says counts only when there is one. */
static const struct item *head_of(const struct scribe *s) RUNS_ON(on_rec)
{
	return &s->queue[atomic_load(&s->n_out) & s->mask];
}

/* How long the one that is written waited is `age_us`. */
static bool has_room(const struct scribe *s, size_t len, int64_t age_us) RUNS_ON(on_rec)
{
	unsigned in = atomic_load(&s->n_in), out = atomic_load(&s->n_out);
	int64_t bytes = s->bytes_in - atomic_load(&s->bytes_out) + (int64_t)len;

	return in - out < s->most && bytes <= QUEUE_BYTES &&
	       (in == out || age_us <= QUEUE_US);
}

bool scribe_give(struct scribe *s, struct au *au, int64_t at_us)
{
	const struct item item = {au, NULL, at_us, 0};

	if (!has_room(s, au->len, at_us - head_of(s)->at_us))
		return false;
	au_get(au);
	put_in(s, &item);
	return true;
}

bool scribe_give_sender(struct scribe *s, struct sender *sender, struct au *au,
			int64_t at_us)
{
	/* not by its own time: that may lie before its coming, of one sender alone */
	const struct item item = {au, sender, at_us, clock_us()};

	if (au ? !has_room(s, au->len, item.came_us - head_of(s)->came_us)
	       : atomic_load(&s->n_in) - atomic_load(&s->n_out) > s->mask)
		return false;
	if (au)
		au_get(au);
	sender_get(sender);
	put_in(s, &item);
	return true;
}

void scribe_close(struct scribe *s)
{
	if (!atomic_exchange(&s->close, true))
		mailbox_ring(s->bell);
}

int64_t scribe_end_us(struct scribe *s)
{
	return atomic_load(&s->end_us);
}

void scribe_tell(struct scribe *s)
{
	atomic_store(&s->tell, true);
}

const struct scribe_piece *scribe_piece(struct scribe *s)
{
	unsigned n = atomic_load(&s->n_taken);

	return n == atomic_load(&s->n_made) ? NULL : &s->pieces[n % PIECES];
}

void scribe_forget(struct scribe *s)
{
	atomic_fetch_add(&s->n_taken, 1);
	mailbox_ring(s->bell);
}

bool scribe_ended(struct scribe *s, int *err)
{
	if (hand_ended(&s->hand)) {
		*err = s->err;
		return true;
	}
	if (hand_silent_us(&s->hand) < SILENT_US || !hand_abandon(&s->hand))
		return false;
	*err = -ETIMEDOUT;
	return true;
}

bool scribe_left(struct scribe *s)
{
	return hand_left(&s->hand);
}

void scribe_destroy(struct scribe *s)
{
	if (!hand_left(&s->hand)) {
		scribe_close(s);
		hand_join(&s->hand);
	}
	ref_put(&s->hand.ref);
}

/* ---- its own thread ------------------------------------------------------------------
 */

/* The record thread always comes, within a second. */
static void hand_over(struct scribe *s, bool last) RUNS_ON(on_scribe)
{
	unsigned n = atomic_load(&s->n_made);
	struct scribe_piece *piece = &s->pieces[n % PIECES];

	while (n - atomic_load(&s->n_taken) == PIECES) {
		worker_ring(s->env->writer);
		mailbox_wait(s->bell, WAIT_MS);
		mailbox_run(s->bell);
	}
	if (!sheet_piece(&s->sheet, &piece->piece))
		return;
	piece->last = last;
	atomic_store(&s->n_made, n + 1);
	worker_ring(s->env->writer);
}

/* False: it was left behind. */
static bool write_one(struct scribe *s, const struct item *item) RUNS_ON(on_scribe)
{
	hand_enter(&s->hand);
	if (item->sender)
		sheet_sender(&s->sheet, item->sender, item->au, item->at_us);
	else
		sheet_unit(&s->sheet, item->au, item->at_us);
	if (!hand_leave(&s->hand))
		return false;
	hand_over(s, false);
	atomic_store(&s->end_us, sheet_end_us(&s->sheet));
	if (s->sheet.n_written && atomic_exchange(&s->tell, false))
		worker_ring(s->env->writer);
	return true;
}

static bool write_all(struct scribe *s) RUNS_ON(on_scribe)
{
	unsigned out = atomic_load(&s->n_out);

	while (out != atomic_load(&s->n_in) && !s->sheet.err) {
		struct item *item = &s->queue[out & s->mask];
		size_t len = item->au ? item->au->len : 0;

		if (!write_one(s, item))
			return false; /* the unit goes with the queue */
		item_free(item);
		atomic_fetch_add(&s->bytes_out, (int64_t)len);
		atomic_store(&s->n_out, ++out);
	}
	return true;
}

static bool look_at_disk(struct scribe *s) RUNS_ON(on_scribe)
{
	struct part *part = sheet_part(&s->sheet);

	hand_enter(&s->hand);
	sheet_tick(&s->sheet);
	if (!hand_leave(&s->hand))
		return false;
	if (part && sheet_sync_due(&s->sheet))
		sheet_fail(&s->sheet, part_sync(part, s->env->syncer));
	return true;
}

static void run(struct hand *hand)
{
	struct scribe *s = (struct scribe *)hand;
	bool close = false;

	thread_claim(&on_scribe);
	while (!close && !s->sheet.err) {
		mailbox_wait(s->bell, WAIT_MS);
		mailbox_run(s->bell);
		/* nothing is given to it afterwards */
		close = atomic_load(&s->close);
		if (!write_all(s) || !look_at_disk(s)) {
			/* it came back at last: the plugin lets go of what it has */
			sheet_close(&s->sheet);
			return;
		}
	}
	hand_enter(&s->hand);
	sheet_close(&s->sheet);
	if (!hand_leave(&s->hand))
		return;
	hand_over(s, true);
	atomic_store(&s->end_us, sheet_end_us(&s->sheet));
	s->err = s->sheet.err;
	hand_end(&s->hand);
	worker_ring(s->env->writer);
}
