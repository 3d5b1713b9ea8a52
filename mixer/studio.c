#include "mixer/studio.h"

#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>

struct studio {
	struct loop *loop;
	struct thread *thread;
	struct studio_done done;
	/* The thread has ended: jobs that wait are only freed. Written by
	 * studio_destroy() after the thread was joined. */
	bool ended;
};

struct letter {
	struct studio *studio;
	struct still_job *job;
};

static void on_job(void *note)
{
	const struct letter *letter = note;
	struct studio *studio = letter->studio;
	struct au *still = NULL;
	int err;

	if (studio->ended) {
		still_job_destroy(letter->job);
		return;
	}
	err = still_make(&still, letter->job);
	if (err)
		log_warn("still_failed", "view=%u err=%d", letter->job->view, err);
	studio->done.done(studio->done.ctx, letter->job, still);
}

static void work(void *arg)
{
	struct studio *studio = arg;

	loop_run(studio->loop);
}

int studio_create(struct studio **out, const struct studio_done *done)
{
	struct studio *studio = calloc(1, sizeof(*studio));
	int err;

	if (!studio)
		return -ENOMEM;
	studio->done = *done;
	err = loop_create(&studio->loop, STUDIO_JOBS);
	if (!err)
		err = thread_start(&studio->thread, NULL, "aula-still", work, studio);
	if (err)
		studio_destroy(studio);
	else
		*out = studio;
	return err;
}

void studio_destroy(struct studio *studio)
{
	if (!studio)
		return;
	if (studio->thread) {
		loop_stop(studio->loop);
		thread_join(studio->thread);
	}
	studio->ended = true;
	loop_destroy(studio->loop);
	free(studio);
}

void studio_give(struct studio *studio, struct still_job *job)
{
	const struct letter letter = {studio, job};

	if (loop_note(studio->loop, on_job, &letter, sizeof(letter), false)) {
		count_add(COUNT_REJECT_QUEUE, 1);
		still_job_destroy(job);
	}
}
