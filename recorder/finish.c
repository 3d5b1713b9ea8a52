#include "recorder/finish.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "recorder/chore.h"
#include "recorder/leftover.h"
#include "recorder/reel.h"
#include "recorder/rescue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_US    (5 * SEC_US)
#define LAST_US     (60 * SEC_US)
#define LEFT_A_TICK 16   /* looked for: each reads the directory */
#define WAITING_MAX 1024 /* more than that are told -EBUSY at once */

struct thread_role on_finish = {"finish"};

/* ---- its event ------------------------------------------------------------------------
 */

/* Of this edition there was nothing to rescue: it may never have been asked for. */
static bool has_no_part(const struct reel *reel) RUNS_ON(on_finish)
{
	return reel->result.interrupted && reel->result.err == -ENOENT && !reel->known;
}

static void tell(const struct recording_result *result, const char *edition,
		 uint32_t parts) RUNS_ON(on_finish)
{
	bool failed = result->err && result->err != -ENODATA;

	if (result->err)
		count_add(COUNT_REC_ERRORS, 1);
	log_line(failed ? LOG_WARN : LOG_INFO, "recording_done",
		 "id=%u name=%s edition=%s err=%d bytes=%llu ms=%lld parts=%u",
		 result->id, result->name, edition, result->err,
		 (unsigned long long)result->bytes, (long long)result->duration_ms,
		 parts);
}

/* Is one of another edition that was left tried again now? */
static bool tried_beside(const struct reel *list, const struct recording_result *of)
{
	for (; list; list = list->next)
		if (list->result.again && list->result.edition != of->edition &&
		    strcmp(list->result.name, of->name) == 0)
			return true;
	return false;
}

static void tell_done(struct reel *reel) RUNS_ON(on_finish)
{
	struct recording_result *result = &reel->result;
	const struct rec_env *env = reel->env;
	const char *edition = env->editions[result->edition].name;

	result->left_beside = leftover_beside(env, result) ||
			      tried_beside(env->waiting, result) ||
			      tried_beside(env->reels, result);
	if (has_no_part(reel)) {
		log_debug("recording_no_part", "name=%s edition=%s", result->name,
			  edition);
	} else if (result->empty) {
		log_info("recording_empty_part",
			 "name=%s edition=%s hint=\"its recorder wrote nothing: it is "
			 "removed\"",
			 result->name, edition);
	} else {
		tell(result, edition, reel->n);
	}
	env->events.done(env->events.ctx, result);
}

/* Takes the reel. What was told of one that was left is told once. */
static void done(struct reel *reel) RUNS_ON(on_finish)
{
	struct recording_result *result = &reel->result;

	result->left = reel->left && !reel->finished;
	/* that it was written to its end is not so by its being finished */
	if (result->again && (!result->err || result->err == -ENOENT) && reel->early_err)
		result->err = reel->early_err;
	if (!result->again || !result->left ||
	    (result->err != reel->told_err && !reel->env->last_us))
		tell_done(reel);
	if (result->left && !reel->env->last_us)
		leftover_add(reel);
	else
		reel_free(reel);
}

/* Where the one of this file is in a list, or its end. */
static struct reel **find(struct reel **list, const struct recording_result *of)
{
	while (*list && ((*list)->result.edition != of->edition ||
			 strcmp((*list)->result.name, of->name) != 0))
		list = &(*list)->next;
	return list;
}

void finish_know(struct reel *reel)
{
	struct rec_env *env = reel->env;
	struct reel **p = &env->reels, *own;

	if (reel->known)
		return;
	reel->known = true;
	while (*p)
		p = &(*p)->next;
	reel->next = NULL;
	*p = reel;
	/* A search for parts may have come across it: it has its own event. */
	p = find(&env->waiting, &reel->result);
	own = *p;
	if (own) {
		*p = own->next;
		env->n_waiting--;
		reel_free(own);
	}
}

static void forget(struct reel *reel) RUNS_ON(on_finish)
{
	struct reel **p = &reel->env->reels;

	while (*p != reel)
		p = &(*p)->next;
	*p = reel->next;
}

/* ---- chores ---------------------------------------------------------------------------
 */

static void fail(struct reel *reel, int err) RUNS_ON(on_finish)
{
	if (!reel->result.err)
		reel->result.err = err;
}

/* The first that is no piece yet. */
static uint32_t next_part(const struct reel *reel) RUNS_ON(on_finish)
{
	uint32_t i = 0;

	while (i < reel->n && part_file(reel->pieces[i].part)->stage == STORE_WHOLE)
		i++;
	return i;
}

/* The server died when its last part was but a head: nothing is lost with it. */
static bool only_just_begun(const struct reel *reel, uint32_t i,
			    const struct chore_result *result) RUNS_ON(on_finish)
{
	return result->err == -EBADMSG && !result->left && !result->bytes &&
	       (reel->result.interrupted || reel->result.again) && i > 0 &&
	       i == reel->n - 1;
}

static void collect(struct rec_env *env, uint32_t edition) RUNS_ON(on_finish)
{
	struct chore *chore = env->chores[edition];
	struct reel *reel = env->reels;
	struct chore_result result;
	uint32_t i = chore_index(chore);

	while (reel != chore_reel(chore))
		reel = reel->next;
	result = chore_collect(chore);
	env->chores[edition] = NULL;
	if (!only_just_begun(reel, i, &result))
		fail(reel, result.err);
	reel->result.empty = result.empty && reel->n == 1 && reel->result.interrupted;
	if (result.left) {
		reel->left = true;
	} else if (result.piece) {
		part_put(reel->pieces[i].part);
		reel->pieces[i].part = result.piece;
		reel->pieces[i].length_us = result.length_us;
	} else if (result.bytes) {
		reel->result.bytes = result.bytes;
		reel->result.duration_ms = result.length_us / MS_US;
		reel->finished = true;
	} else {
		reel_remove(reel, i); /* nothing could be rescued of it */
	}
}

/* 1: there is nothing to do for it, now. */
static int next_chore(struct reel *reel, struct chore **out) RUNS_ON(on_finish)
{
	uint32_t i = next_part(reel);

	if (reel->left || reel->finished || !reel->n || (reel->closing && !reel->ended))
		return 1;
	if (i < reel->n)
		return chore_make(out, reel, i, reel->ended && reel->n == 1);
	return reel->ended ? chore_join(out, reel) : 1;
}

static bool at_its_end(const struct reel *reel) RUNS_ON(on_finish)
{
	return reel->ended && (reel->left || reel->finished || !reel->n);
}

/* The first of this edition that there is something to do for. */
static void assign(struct rec_env *env, uint32_t edition) RUNS_ON(on_finish)
{
	struct reel *reel, *next;
	int err = 1;

	for (reel = env->reels; reel && err == 1; reel = next) {
		next = reel->next;
		if (reel->result.edition != edition)
			continue;
		if (at_its_end(reel)) {
			forget(reel);
			done(reel);
		} else {
			err = next_chore(reel, &env->chores[edition]);
		}
	}
	if (err < 0) /* in a second there may be room for it */
		log_error("recording_chore", "err=%d", err);
}

static void look_after(struct rec_env *env, uint32_t edition) RUNS_ON(on_finish)
{
	struct chore *chore = env->chores[edition];

	if (chore && !chore_ended(chore) && chore_late(chore) && chore_abandon(chore)) {
		log_error("recording_hangs",
			  "name=%s edition=%s hint=\"its recorder did not finish it: it "
			  "is tried again\"",
			  chore_reel(chore)->result.name, env->editions[edition].name);
		collect(env, edition);
	} else if (chore && chore_ended(chore)) {
		collect(env, edition);
	}
	if (!env->chores[edition])
		assign(env, edition);
}

/* ---- what a dead server left --------------------------------------------------------
 */

/* There is nothing to rescue: because nothing was written, because it was finished
 * just before the server died, or because whoever we waited for has finished it. */
static int nothing_left(struct reel *reel) RUNS_ON(on_finish)
{
	struct store_file file = reel_file(reel);
	int64_t bytes = -ENOENT;

	if (store_has(reel->env->store, reel->result.edition))
		bytes = store_bytes(reel->env->store, &file);
	if (bytes < 0)
		return (int)bytes;
	if (reel->waited && !reel->result.again)
		return -EALREADY;
	reel->result.bytes = (uint64_t)bytes;
	return 0;
}

/* 0: it is taken. Otherwise later, and why. */
static int rescue_now(struct reel *reel) RUNS_ON(on_finish)
{
	int err = rescue_open(reel);

	if (err && err != -ENOENT)
		return err;
	if (err)
		reel->result.err = nothing_left(reel);
	if (!reel->n)
		done(reel);
	else
		finish_know(reel);
	return 0;
}

/* An empty one may be about to be written by who has made it a moment ago. */
static const char *why_later(int err)
{
	switch (err) {
	case -EBUSY:
		return "locked";
	case -EAGAIN:
		return "new_and_empty";
	default:
		return "not_opened";
	}
}

static void let_wait(struct reel *reel, int err) RUNS_ON(on_finish)
{
	struct rec_env *env = reel->env;

	if (env->n_waiting == WAITING_MAX) {
		reel->result.err = -EBUSY;
		done(reel);
		return;
	}
	if (!env->waiting)
		env->again_us = clock_us() + AGAIN_US;
	if (!reel->waited)
		log_info("recording_waits", "name=%s edition=%s why=%s err=%d",
			 reel->result.name, env->editions[reel->result.edition].name,
			 why_later(err), err);
	reel->waited = true;
	reel->next = env->waiting;
	env->waiting = reel;
	env->n_waiting++;
}

/* Takes the reel. */
static void rescue_one(struct reel *reel) RUNS_ON(on_finish)
{
	struct rec_env *env = reel->env;
	struct reel *other = *find(&env->waiting, &reel->result);
	int err;

	if (!other)
		other = *find(&env->reels, &reel->result);
	if (other) { /* it tells, of both */
		other->result.again |= reel->result.again;
		other->told_err = 0;
		reel_free(reel);
		return;
	}
	reel_free(leftover_take(env, &reel->result));
	err = rescue_now(reel);
	if (err)
		let_wait(reel, err);
}

/* Several that are linked. */
static void rescue(void *arg)
{
	struct reel *reel = arg, *next;

	thread_claim(&on_finish);
	for (; reel; reel = next) {
		next = reel->next;
		reel->next = NULL;
		rescue_one(reel);
	}
}

static void reels_free(struct reel *list)
{
	struct reel *next;

	for (; list; list = next) {
		next = list->next;
		reel_free(list);
	}
}

/* All of them, or none. */
static int reels_make(struct reel **out, struct rec_env *env, const char *name)
{
	struct reel *list = NULL, *reel;

	for (uint32_t i = EDITIONS_MAX; i-- > 0;) {
		if (!env->editions[i].ops)
			continue;
		reel = reel_make(env, name, i);
		if (!reel) {
			reels_free(list);
			return -ENOMEM;
		}
		reel->result.interrupted = true;
		reel->next = list;
		list = reel;
	}
	*out = list;
	return 0;
}

int finish_rescue(struct rec_env *env, const char *name)
{
	struct reel *list;
	int err = reels_make(&list, env, name);

	if (err)
		return err;
	err = worker_post(env->finisher, rescue, list);
	if (err == -ENOBUFS)
		count_add(COUNT_REJECT_QUEUE, 1);
	if (err)
		reels_free(list);
	return err;
}

/* One that was rescued, or set aside, since the directory was opened has no event. */
static int recover_one(void *ctx, const struct store_file *file)
{
	struct rec_env *env = ctx;
	struct reel *reel;

	thread_claim(&on_finish);
	if (file->tmp || file->number || file->stage == STORE_BROKEN ||
	    (file->stage == STORE_WHOLE && file->at_us < 0) ||
	    store_bytes(env->store, file) == -ENOENT)
		return 0;
	reel = reel_make(env, file->name, file->kind);
	if (!reel)
		return -ENOMEM;
	reel->result.interrupted = true;
	rescue_one(reel);
	return 0;
}

void finish_recover(struct rec_env *env)
{
	int err = store_each(env->store, recover_one, env);

	if (err)
		log_error("recordings_not_read", "err=%d", err);
}

/* Else the next start would be the first to finish it. */
static void try_left(struct rec_env *env) RUNS_ON(on_finish)
{
	struct reel *reel = NULL;

	if (env->last_us)
		return;
	for (int i = 0; i < LEFT_A_TICK && (reel = leftover_next(env)); i++) {
		log_info("recording_again", "name=%s edition=%s", reel->result.name,
			 env->editions[reel->result.edition].name);
		rescue_one(reel);
	}
	if (leftover_look(env))
		finish_recover(env);
}

/* Cuts all off the list. */
static struct reel *take_waiting(struct rec_env *env) RUNS_ON(on_finish)
{
	struct reel *list = env->waiting;

	env->waiting = NULL;
	env->n_waiting = 0;
	return list;
}

static void wait_on(struct rec_env *env) RUNS_ON(on_finish)
{
	struct reel *list, *next;
	int err;

	if (!env->waiting || clock_us() < env->again_us)
		return;
	for (list = take_waiting(env); list; list = next) {
		next = list->next;
		list->next = NULL;
		err = rescue_now(list);
		if (err)
			let_wait(list, err);
	}
}

/* ---- all the time
 * ----------------------------------------------------------------------- */

int finish_delete(struct rec_env *env, const char *name)
{
	int err;

	for (const struct reel *reel = env->reels; reel; reel = reel->next)
		if (strcmp(reel->result.name, name) == 0)
			return -EBUSY;
	err = store_delete(env->store, name);
	if (!err)
		leftover_drop(env, name);
	return err;
}

void finish_tick(struct rec_env *env)
{
	for (uint32_t i = 0; i < EDITIONS_MAX; i++)
		look_after(env, i);
	wait_on(env);
	try_left(env);
}

static void leave_chores(struct rec_env *env) RUNS_ON(on_finish)
{
	for (uint32_t i = 0; i < EDITIONS_MAX; i++)
		if (env->chores[i] && chore_abandon(env->chores[i]))
			collect(env, i);
}

bool finish_last(struct rec_env *env)
{
	struct reel *list, *next;

	if (!env->last_us)
		env->last_us = clock_us();
	for (list = take_waiting(env); list; list = next) {
		next = list->next;
		list->result.err = -EBUSY;
		list->left = list->result.again;
		done(list);
	}
	leftover_drop(env, NULL);
	if (clock_us() - env->last_us > LAST_US) {
		leave_chores(env);
		for (list = env->reels; list; list = list->next) {
			list->result.err = list->finished ? list->result.err : -ENOBUFS;
			list->left = list->ended = true;
		}
	}
	finish_tick(env);
	return !env->reels;
}
