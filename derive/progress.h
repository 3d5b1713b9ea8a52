/* progress.h - what is told while it works: lines of JSON on a descriptor. */
#ifndef DERIVE_PROGRESS_H
#define DERIVE_PROGRESS_H

#include <stdint.h>

struct progress {
	int fd;           /* -1: nobody is told */
	const char *step; /* the one that is under way */
	int told;         /* the last hundredth of it; -1: none */
};

void progress_init(struct progress *progress, int fd);
/* A name that needs no escapes in JSON. */
void progress_step(struct progress *progress, const char *step);
/* So much of the step is done; one line for each hundredth at most. */
void progress_at(struct progress *progress, int64_t at, int64_t all);
/* The step is over. */
void progress_done(struct progress *progress);

#endif
