#include "recorder/finish.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_US    (5 * SEC_US)
#define WAITING_MAX 1024 /* more than that are told -EBUSY at once */

struct thread_role on_finish = {"finish"};

struct finish_job *finish_job_make(struct rec_env *env, const char *name,
				   uint32_t edition)
{
	struct finish_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->env = env;
	job->result.edition = edition;
	snprintf(job->result.name, sizeof(job->result.name), "%s", name);
	store_path(env->store, name, edition, job->result.path);
	return job;
}

/* Ours becomes the finished file when the plugin cannot make a better one: by
 * its contract it plays. */
static int keep_as_it_is(struct finish_job *job)
{
	job->result.bytes = (uint64_t)part_bytes(job->part);
	return part_rename(job->part);
}

static int make_file(struct finish_job *job)
{
	struct recording_result *result = &job->result;
	const struct aula_recorder_ops *ops = job->env->editions[result->edition].ops;
	struct aula_finished info = {.size = sizeof(info)};
	int err, kept;

	if (!ops->finish)
		return keep_as_it_is(job);
	err = ops->finish(part_path(job->part), result->path, &info);
	if (!err) {
		result->bytes = info.bytes;
		result->duration_ms = info.duration_us / MS_US;
		return part_remove(job->part);
	}
	count_add(COUNT_PLUGIN_ERRORS, 1);
	if (err == -EBADMSG) {
		part_set_aside(job->part);
		return err;
	}
	kept = keep_as_it_is(job);
	if (kept)
		result->bytes = 0;
	return err;
}

/* Takes the job. */
static void job_done(struct finish_job *job)
{
	const struct recording_result *result = &job->result;
	const char *edition = job->env->editions[result->edition].name;

	if (result->err)
		count_add(COUNT_REC_ERRORS, 1);
	if (result->err && result->err != -ENODATA)
		log_warn("recording_done",
			 "id=%u name=%s edition=%s err=%d bytes=%llu ms=%lld", result->id,
			 result->name, edition, result->err,
			 (unsigned long long)result->bytes,
			 (long long)result->duration_ms);
	else
		log_info("recording_done",
			 "id=%u name=%s edition=%s err=%d bytes=%llu ms=%lld", result->id,
			 result->name, edition, result->err,
			 (unsigned long long)result->bytes,
			 (long long)result->duration_ms);
	job->env->events.done(job->env->events.ctx, result);
	part_put(job->part);
	free(job);
}

static void make_and_tell(struct finish_job *job)
{
	int err;

	if (job->part) {
		err = make_file(job);
		if (!job->result.err)
			job->result.err = err;
	}
	job_done(job);
}

/* Where the one of this file is among those that wait, or the end of the list. */
static struct finish_job **find_waiting(struct rec_env *env,
					const struct recording_result *of)
	RUNS_ON(on_finish)
{
	struct finish_job **p = &env->waiting;

	while (*p && ((*p)->result.edition != of->edition ||
		      strcmp((*p)->result.name, of->name) != 0))
		p = &(*p)->next;
	return p;
}

static void run(void *arg)
{
	struct finish_job *job = arg, **p, *own;

	thread_claim(&on_finish);
	/* A search for parts may have come across ours: it has its own event. */
	p = find_waiting(job->env, &job->result);
	own = *p;
	if (own) {
		*p = own->next;
		job->env->n_waiting--;
		free(own);
	}
	make_and_tell(job);
}

void finish_post(struct finish_job *job)
{
	if (worker_post(job->env->finisher, run, job) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1);
	/* whatever else went wrong: its part is still to be finished */
	if (job->part || !job->result.err)
		job->result.err = -ENOBUFS;
	job_done(job);
}

/* ---- parts of a dead server ------------------------------------------------------ */

/* There is nothing to rescue: because nothing was written, because it was finished
 * just before the server died, or because whoever we waited for has finished it. */
static int without_part(struct finish_job *job)
{
	int64_t bytes = store_bytes(job->env->store, job->result.name,
				    job->result.edition);

	if (bytes < 0)
		return (int)bytes;
	if (job->waited)
		return -EALREADY;
	job->result.bytes = (uint64_t)bytes;
	return 0;
}

static bool may_pass(int err)
{
	switch (err) {
	case -EBUSY:
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -ENOLCK:
	case -EINTR:
	case -EIO:
		return true;
	default:
		return false;
	}
}

/* False: later. Otherwise the job is taken. */
static bool rescue_now(struct finish_job *job)
{
	const struct recording_result *result = &job->result;
	struct store *store = job->env->store;
	int err = part_adopt(&job->part, store, result->name, result->edition), aside;

	if (may_pass(err))
		return false;
	if (err == -ENOENT) {
		err = without_part(job);
	} else if (err) {
		/* else it would be found, and told, at each start */
		aside = store_set_aside(store, result->name, result->edition);
		log_warn("recording_not_recovered", "name=%s err=%d aside=%d",
			 result->name, err, aside);
	}
	job->result.err = err;
	make_and_tell(job);
	return true;
}

static void let_wait(struct finish_job *job) RUNS_ON(on_finish)
{
	struct rec_env *env = job->env;

	if (env->n_waiting == WAITING_MAX) {
		job->result.err = -EBUSY;
		job_done(job);
		return;
	}
	if (!env->waiting)
		env->again_us = clock_us() + AGAIN_US;
	if (!job->waited)
		log_info("recording_held", "name=%s", job->result.name);
	job->waited = true;
	job->next = env->waiting;
	env->waiting = job;
	env->n_waiting++;
}

/* Takes the job. */
static void rescue_one(struct finish_job *job) RUNS_ON(on_finish)
{
	if (*find_waiting(job->env, &job->result))
		free(job); /* the other one tells */
	else if (!rescue_now(job))
		let_wait(job);
}

/* Several that are linked. */
static void rescue(void *arg)
{
	struct finish_job *job = arg, *next;

	thread_claim(&on_finish);
	for (; job; job = next) {
		next = job->next;
		job->next = NULL;
		rescue_one(job);
	}
}

static void jobs_free(struct finish_job *list)
{
	while (list) {
		struct finish_job *job = list;

		list = job->next;
		free(job);
	}
}

/* All of them, or none. */
static int jobs_make(struct finish_job **out, struct rec_env *env, const char *name)
{
	struct finish_job *list = NULL;

	for (uint32_t i = EDITIONS_MAX; i-- > 0;) {
		struct finish_job *job;

		if (!env->editions[i].ops)
			continue;
		job = finish_job_make(env, name, i);
		if (!job) {
			jobs_free(list);
			return -ENOMEM;
		}
		job->result.interrupted = true;
		job->next = list;
		list = job;
	}
	*out = list;
	return 0;
}

int finish_rescue(struct rec_env *env, const char *name)
{
	struct finish_job *list;
	int err = jobs_make(&list, env, name);

	if (err)
		return err;
	err = worker_post(env->finisher, rescue, list);
	if (err == -ENOBUFS)
		count_add(COUNT_REJECT_QUEUE, 1);
	if (err)
		jobs_free(list);
	return err;
}

static bool recover_one(void *ctx, const char *name, uint32_t edition)
{
	struct rec_env *env = ctx;
	struct finish_job *job = finish_job_make(env, name, edition);

	thread_claim(&on_finish);
	if (job) {
		job->result.interrupted = true;
		rescue_one(job);
	} else {
		struct recording_result result = {
			.edition = edition, .interrupted = true, .err = -ENOMEM};

		snprintf(result.name, sizeof(result.name), "%s", name);
		count_add(COUNT_REC_ERRORS, 1);
		env->events.done(env->events.ctx, &result);
	}
	return true;
}

void finish_recover(struct rec_env *env)
{
	int err = store_each_part(env->store, recover_one, env);

	if (err)
		log_error("recordings_not_read", "err=%d", err);
}

/* Cuts all off the list. */
static struct finish_job *take_waiting(struct rec_env *env) RUNS_ON(on_finish)
{
	struct finish_job *list = env->waiting;

	env->waiting = NULL;
	env->n_waiting = 0;
	return list;
}

void finish_tick(struct rec_env *env)
{
	struct finish_job *list, *next;

	if (!env->waiting || clock_us() < env->again_us)
		return;
	for (list = take_waiting(env); list; list = next) {
		next = list->next;
		if (!rescue_now(list))
			let_wait(list);
	}
}

void finish_last(struct rec_env *env)
{
	struct finish_job *list, *next;

	for (list = take_waiting(env); list; list = next) {
		next = list->next;
		list->result.err = -EBUSY;
		job_done(list);
	}
}
