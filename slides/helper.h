/* helper.h - starts a program of ours that reads files of strangers, with nothing of ours
 * but the file it is to read, a pipe for what it says, and where errors go. Any thread.
 */
#ifndef SLIDES_HELPER_H
#define SLIDES_HELPER_H

#include "base/attr.h"

#include <sys/types.h>

#define HELPER_OTHER 3

struct helper {
	pid_t pid;
	int fd; /* what it says; does not block */
};

/* `argv` as of posix_spawn, its program first; it reads `in`, and finds `other` as its
 * descriptor HELPER_OTHER unless that is negative. Both stay the caller's. */
int helper_spawn(struct helper *out, int in, int other,
		 char *const argv[]) AULA_MUST_CHECK;
/* The same with a file that is opened for it. */
int helper_start(struct helper *out, const char *source,
		 char *const argv[]) AULA_MUST_CHECK;
/* Ends it, if it did not, and closes the pipe. Waits for no more than that it dies. */
void helper_end(struct helper *helper);

#endif
