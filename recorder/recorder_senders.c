#include "recorder/recorder.h"

#include "base/count.h"
#include "recorder/lane.h"
#include "recorder/sender.h"

#include <errno.h>

/* What one recording may have waiting of who sends. Full: see recorder_push_sender(). */
#define SENDERS_UNITS 4000

/* ---- on the record thread --------------------------------------------------------- */

struct sent_note {
	struct recorder *r;
	struct lane *lane;
	struct au *au;
	uint32_t id, source, gap;
};

static void sent_out(struct recorder *r, struct lane *lane, size_t len)
{
	atomic_fetch_sub(&lane->n_sent_bytes, (int64_t)len);
	atomic_fetch_sub(&lane->n_sent, 1);
	atomic_fetch_sub(&r->n_sent, 1);
}

static void on_sent(void *arg)
{
	const struct sent_note *note = arg;
	size_t len = note->au->len;

	thread_claim(&on_rec);
	if (lane_has(note->lane, note->id))
		recording_sender_unit(note->lane->rec, note->source, note->au, note->gap);
	else
		au_put(note->au);
	sent_out(note->r, note->lane, len);
}

struct sender_note {
	struct lane *lane;
	struct sender *sender; /* NULL: it is gone */
	uint32_t id, source;
};

static void on_sender(void *arg)
{
	const struct sender_note *note = arg;

	thread_claim(&on_rec);
	if (!lane_has(note->lane, note->id))
		sender_put(note->sender);
	else if (note->sender)
		recording_sender(note->lane->rec, note->sender);
	else
		recording_sender_gone(note->lane->rec, note->source);
}

/* ---- from any thread ----------------------------------------------------------------
 */

static int sender_post(struct recorder *r, uint32_t id, struct sender *sender,
		       uint32_t source)
{
	const struct sender_note note = {lane_of(r, id), sender, id, source};

	if (!note.lane)
		return -ENOENT;
	if (worker_note(r->env.writer, on_sender, &note, sizeof(note), true) == 0)
		return 0;
	count_add(COUNT_REJECT_QUEUE, 1);
	return -ENOBUFS;
}

int recorder_sender(struct recorder *r, uint32_t id, const struct recording_sender *who)
{
	struct sender *sender;
	int err;

	if (!sender_ok(who))
		return -EINVAL;
	sender = sender_make(who);
	if (!sender)
		return -ENOMEM;
	err = sender_post(r, id, sender, who->source);
	if (err)
		sender_put(sender);
	return err;
}

int recorder_sender_gone(struct recorder *r, uint32_t id, uint32_t source)
{
	return sender_post(r, id, NULL, source);
}

/* Counts the unit in. False: there are too many. */
static bool sent_in(struct recorder *r, struct lane *lane, size_t len)
{
	int32_t all = atomic_fetch_add(&r->n_sent, 1) + 1;
	int32_t n = atomic_fetch_add(&lane->n_sent, 1) + 1;
	int64_t bytes = atomic_fetch_add(&lane->n_sent_bytes, (int64_t)len) +
			(int64_t)len;

	return n <= SENDERS_UNITS && all <= LANE_SENT_ALL && bytes <= LANE_BYTES;
}

int recorder_push_sender(struct recorder *r, uint32_t id, uint32_t source, struct au *au)
{
	struct lane *lane = lane_of(r, id);
	size_t len = au->len;
	struct sent_note note;

	if (!lane) {
		au_put(au);
		return -ENOENT;
	}
	note = (struct sent_note){r, lane, au, id, source, atomic_load(&lane->gap)};
	if (sent_in(r, lane, len) &&
	    worker_note(r->env.writer, on_sent, &note, sizeof(note), false) == 0)
		return 0;
	atomic_fetch_add(&lane->gap, 1);
	count_add(COUNT_TRACKS_DROPPED, 1);
	sent_out(r, lane, len);
	au_put(au);
	return -EOVERFLOW;
}
