#include "recorder/finish.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thread_role on_finish = {"finish"};

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
	struct aula_finished info = {.size = sizeof(info)};
	int err, kept;

	if (!job->env->ops->finish)
		return keep_as_it_is(job);
	err = job->env->ops->finish(part_path(job->part), result->path, &info);
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

	if (result->err)
		count_add(COUNT_REC_ERRORS, 1);
	if (result->err && result->err != -ENODATA)
		log_warn("recording_done", "id=%u name=%s err=%d bytes=%llu ms=%lld",
			 result->id, result->name, result->err,
			 (unsigned long long)result->bytes,
			 (long long)result->duration_ms);
	else
		log_info("recording_done", "id=%u name=%s err=%d bytes=%llu ms=%lld",
			 result->id, result->name, result->err,
			 (unsigned long long)result->bytes,
			 (long long)result->duration_ms);
	job->env->events.done(job->env->events.ctx, result);
	part_put(job->part);
	free(job);
}

static void run(void *arg)
{
	struct finish_job *job = arg;
	int err;

	if (job->part) {
		err = make_file(job);
		if (!job->result.err)
			job->result.err = err;
	}
	job_done(job);
}

void finish_post(struct finish_job *job)
{
	if (worker_post(job->env->finisher, run, job) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1);
	if (!job->result.err)
		job->result.err = -ENOBUFS;
	job_done(job);
}

static bool recover_one(void *ctx, const char *name)
{
	const struct rec_env *env = ctx;
	struct finish_job *job = calloc(1, sizeof(*job));
	int err;

	if (!job)
		return false;
	job->env = env;
	job->result.interrupted = true;
	snprintf(job->result.name, sizeof(job->result.name), "%s", name);
	store_path(env->store, name, job->result.path);
	err = part_adopt(&job->part, env->store, name);
	if (err) {
		if (err != -EBUSY)
			log_warn("recording_not_recovered", "name=%s err=%d", name, err);
		free(job);
		return true;
	}
	run(job);
	return true;
}

void finish_recover(const struct rec_env *env)
{
	int err = store_each_part(env->store, recover_one, (void *)env);

	if (err)
		log_error("recordings_not_read", "err=%d", err);
}
