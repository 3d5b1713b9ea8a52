#include "recorder/chore.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "recorder/hand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GRACE_US  (600 * SEC_US)
#define LENGTH_US (172800 * SEC_US) /* two days: nobody means more than that */

static struct thread_role on_chore = {"chore"};

struct chore {
	struct hand hand; /* first */
	/* of the finisher */
	const struct reel *reel;
	uint32_t index;
	int64_t limit_us;
	struct worker *finisher; /* only when it was not left behind */
	/* of the thread, until it has ended */
	struct store *store;          /* counted */
	struct aula_recorder_ops ops; /* the recorder may be gone while they run */
	struct store_file to;
	bool join;
	int64_t first_us; /* length of the first one */
	uint32_t n;
	struct aula_piece *pieces; /* and what they are, both `n` */
	struct part **parts;
	struct chore_result result;
};

/* ---- the finisher ---------------------------------------------------------------------
 */

static void chore_free(struct ref *ref)
{
	struct chore *c = (struct chore *)ref; /* by way of hand, its first field */

	for (uint32_t i = 0; c->parts && i < c->n; i++)
		part_put(c->parts[i]);
	part_put(c->result.piece);
	free(c->parts);
	free(c->pieces);
	store_put(c->store);
	free(c);
}

static void run(struct hand *hand);

static int start(struct chore **out, struct chore *c)
{
	int err = hand_start(&c->hand, &on_chore, "rec-make", run);

	if (err)
		ref_put(&c->hand.ref);
	else
		*out = c;
	return err;
}

/* For `n` pieces from this index on. */
static struct chore *make(const struct reel *reel, uint32_t index, uint32_t n)
	RUNS_ON(on_finish)
{
	struct chore *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	hand_init(&c->hand, chore_free);
	c->reel = reel;
	c->index = index;
	c->finisher = reel->env->finisher;
	c->limit_us = GRACE_US + reel_length_us(reel);
	c->store = store_get(reel->env->store);
	c->ops = *reel->env->editions[reel->result.edition].ops;
	c->to = reel_file(reel);
	c->pieces = calloc(n, sizeof(*c->pieces));
	c->parts = calloc(n, sizeof(struct part *));
	if (!c->pieces || !c->parts) {
		ref_put(&c->hand.ref);
		return NULL;
	}
	c->first_us = reel->pieces[index].length_us;
	for (; c->n < n; c->n++) {
		const struct reel_piece *piece = &reel->pieces[index + c->n];

		c->parts[c->n] = part_get(piece->part);
		c->pieces[c->n] = (struct aula_piece){.size = sizeof(*c->pieces),
						      .path = part_path(piece->part),
						      .at_us = piece->at_us};
		if (piece->at_us + piece->length_us > c->result.length_us)
			c->result.length_us = piece->at_us + piece->length_us;
	}
	return c;
}

int chore_make(struct chore **out, const struct reel *reel, uint32_t index, bool whole)
{
	struct chore *c = make(reel, index, 1);

	if (!c)
		return -ENOMEM;
	c->result.length_us = c->first_us;
	if (!whole)
		c->to.at_us = reel->pieces[index].at_us;
	return start(out, c);
}

int chore_join(struct chore **out, const struct reel *reel)
{
	struct chore *c = make(reel, 0, reel->n);

	if (!c)
		return -ENOMEM;
	c->join = true;
	return start(out, c);
}

const struct reel *chore_reel(const struct chore *c)
{
	return c->reel;
}

uint32_t chore_index(const struct chore *c)
{
	return c->index;
}

bool chore_ended(struct chore *c)
{
	return hand_ended(&c->hand);
}

bool chore_late(struct chore *c)
{
	return hand_silent_us(&c->hand) > c->limit_us;
}

bool chore_abandon(struct chore *c)
{
	return hand_abandon(&c->hand);
}

struct chore_result chore_collect(struct chore *c)
{
	struct chore_result result = {.err = -ETIMEDOUT, .left = true};

	if (!hand_left(&c->hand)) {
		hand_join(&c->hand);
		result = c->result;
		c->result.piece = NULL;
	}
	ref_put(&c->hand.ref);
	return result;
}

/* ---- its thread
 * ------------------------------------------------------------------------ */

/* What the plugin says is there, is there. */
static int check(struct chore *c, const struct aula_finished *info)
{
	int64_t bytes = store_bytes(c->store, &c->to);

	if (bytes <= 0 || info->duration_us < 0 || info->duration_us > LENGTH_US) {
		log_error("recording_untrue",
			  "path=%s bytes=%lld said_us=%lld hint=\"its recorder told of a "
			  "file that it did not make\"",
			  c->pieces[0].path, (long long)bytes,
			  (long long)info->duration_us);
		return -EPROTO;
	}
	c->result.bytes = (uint64_t)bytes;
	if (info->duration_us)
		c->result.length_us = info->duration_us;
	return 0;
}

/* What the part has become, when it is one piece of several. */
static int keep_piece(struct chore *c)
{
	return c->to.at_us < 0 ? 0 : part_adopt(&c->result.piece, c->store, &c->to);
}

/* Ours becomes the file when the plugin cannot make a better one: by its contract it
 * plays. */
static int keep_as_it_is(struct chore *c)
{
	int err = part_become(c->parts[0], &c->to);

	if (err)
		return err;
	c->result.bytes = (uint64_t)part_bytes(c->parts[0]);
	if (c->to.at_us >= 0)
		c->result.piece = part_get(c->parts[0]);
	return 0;
}

static int call_finish(struct chore *c)
{
	struct aula_finished info = {.size = sizeof(info)};
	char path[STORE_PATH_MAX];
	int err;

	store_path(c->store, &c->to, path);
	err = c->ops.finish(c->pieces[0].path, path, &info);
	if (err > 0)
		err = -EPROTO;
	return err ? err : check(c, &info);
}

static void make_one(struct chore *c)
{
	int err = 0, kept;

	bool empty = part_bytes(c->parts[0]) == 0;

	if (empty)
		err = -EBADMSG;
	else if (c->ops.finish)
		err = call_finish(c);
	if (hand_left(&c->hand))
		return; /* it is done again, once this lets go of it */
	c->result.err = err;
	if (err == -EBADMSG) {
		c->result.empty = part_set_aside(c->parts[0]) == 0 && empty;
	} else if (err || !c->ops.finish) {
		kept = keep_as_it_is(c);
		c->result.left = kept != 0;
		c->result.err = err ? err : kept;
	} else {
		err = keep_piece(c);
		c->result.left = err != 0;
		c->result.err = err ? err : part_remove(c->parts[0]);
	}
	if (c->result.err)
		count_add(COUNT_PLUGIN_ERRORS, 1);
}

static int call_join(struct chore *c)
{
	struct aula_finished info = {.size = sizeof(info)};
	const struct aula_piece **list = calloc(c->n, sizeof(*list));
	char path[STORE_PATH_MAX];
	int err;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->n; i++)
		list[i] = &c->pieces[i];
	store_path(c->store, &c->to, path);
	err = c->ops.join(list, c->n, path, &info);
	free(list);
	if (err > 0)
		err = -EPROTO;
	return err ? err : check(c, &info);
}

/* All that is in the finished file goes. */
static int remove_pieces(struct chore *c)
{
	int err = store_sync(c->store);

	for (uint32_t i = 0; !err && i < c->n; i++)
		err = store_remove(c->store, part_file(c->parts[i]));
	return err ? err : store_sync(c->store);
}

/* They stay files of their own, the first one in the place of all. That one is the last
 * to be named, since as long as it is not, what was not yet is something to rescue. */
static int name_pieces(struct chore *c)
{
	struct store_file to = c->to;
	int err = 0;

	for (uint32_t i = c->n; !err && i-- > 0;) {
		to.number = i ? i + 1 : 0;
		err = part_become(c->parts[i], &to);
	}
	if (!err)
		c->result.bytes = (uint64_t)part_bytes(c->parts[0]);
	if (!err && c->n > 1)
		c->result.length_us = c->first_us;
	return err;
}

/* It is for want of something, or by a disk in trouble: another time it may work. */
static bool may_work_later(int err)
{
	switch (err) {
	case -ENOSPC:
	case -EDQUOT:
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
	case -EIO:
		return true;
	default:
		return false;
	}
}

/* What could not be joined. A whole needs as much room again as its pieces: when that is
 * not there they stay what they are, or nobody would ever join them. */
static int join_failed(struct chore *c, int err)
{
	int named;

	if (may_work_later(err)) {
		c->result.left = true;
		return err;
	}
	named = name_pieces(c);
	c->result.left = named != 0;
	return err ? err : named;
}

static void join_all(struct chore *c)
{
	bool join = c->n > 1 && c->ops.join;
	int err;

	if (store_bytes(c->store, &c->to) >= 0) {
		/* it was made already, just before a server died */
		c->result.bytes = (uint64_t)store_bytes(c->store, &c->to);
		c->result.length_us = 0;
		c->result.err = remove_pieces(c);
		return;
	}
	err = join ? call_join(c) : 0;
	if (hand_left(&c->hand))
		return;
	err = join && !err ? remove_pieces(c) : join_failed(c, err);
	c->result.err = err;
	if (err)
		count_add(COUNT_PLUGIN_ERRORS, 1);
}

static void run(struct hand *hand)
{
	struct chore *c = (struct chore *)hand;

	thread_claim(&on_chore);
	/* media on the other threads comes first */
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
	hand_enter(hand);
	if (c->join)
		join_all(c);
	else
		make_one(c);
	/* the disk does not even say how large it is */
	if (!c->result.err && !c->result.bytes) {
		c->result.err = -EIO;
		c->result.left = true;
	}
	if (!hand_leave(hand))
		return;
	hand_end(hand);
	worker_ring(c->finisher);
}
