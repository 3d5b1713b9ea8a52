/* The thread that makes stills: all that were given come back, or are let go. */
#include "mixer/studio.h"

#include "mixer/scale.h"
#include "tests/test.h"

#include <stdatomic.h>
#include <unistd.h>

static atomic_uint made, failed, hold, held;

static void on_done(void *ctx, struct still_job *job, struct au *still)
{
	CHECK(ctx == &made && job->view == 5);
	while (atomic_load(&hold)) {
		atomic_store(&held, 1);
		usleep(1000);
	}
	atomic_fetch_add(still ? &made : &failed, 1);
	au_put(still);
	still_job_destroy(job);
}

static struct still_job *job_of(const struct picture *pic, uint32_t max_bytes)
{
	const struct still_spec spec = {64, max_bytes, false};
	struct still_job *job = NULL;

	CHECK(still_job_create(&job, pic, &spec) == 0);
	job->view = 5;
	return job;
}

int main(void)
{
	const struct studio_done done = {on_done, &made};
	struct studio *studio = NULL;
	struct picture *pic = NULL;

	CHECK(picture_create(&pic, 64, 48) == 0);
	scale_fill(pic, (struct rect_px){0, 0, 64, 48}, (struct colour){90, 100, 150});
	CHECK(studio_create(&studio, &done) == 0);
	for (int i = 0; i < 10; i++)
		studio_give(studio, job_of(pic, i % 2 ? 0 : 1000));
	studio_give(studio, job_of(pic, 10)); /* cannot be */
	while (atomic_load(&made) < 10 || atomic_load(&failed) < 1)
		usleep(1000);
	atomic_store(&hold, 1);
	studio_give(studio, job_of(pic, 0));
	while (!atomic_load(&held))
		usleep(1000);
	for (int i = 0; i < STUDIO_JOBS + 50; i++) /* the last ones are dropped */
		studio_give(studio, job_of(pic, 0));
	atomic_store(&hold, 0);
	studio_destroy(studio); /* whatever waits goes with it */
	CHECK(atomic_load(&made) >= 11 && atomic_load(&made) <= 11 + STUDIO_JOBS);
	studio_destroy(NULL);
	picture_destroy(pic);
	return 0;
}
