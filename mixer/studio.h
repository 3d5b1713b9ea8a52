/* studio.h - the thread on which stills of a video thread are made: it takes tens of
 * milliseconds, which no tick can spare.
 */
#ifndef MIXER_STUDIO_H
#define MIXER_STUDIO_H

#include "base/attr.h"
#include "mixer/still.h"

struct studio;

/* A still, or NULL when it could not be made; takes both. Called on the studio's
 * thread: post and return. */
struct studio_done {
	void (*done)(void *ctx, struct still_job *job, struct au *still);
	void *ctx;
};

int studio_create(struct studio **out, const struct studio_done *done) AULA_MUST_CHECK;

/* After that nothing is called any more. NULL is accepted. */
void studio_destroy(struct studio *studio);

/* ANY_THREAD. Takes the job. At most STUDIO_JOBS wait: then the newest is dropped. */
#define STUDIO_JOBS 256
void studio_give(struct studio *studio, struct still_job *job);

#endif
