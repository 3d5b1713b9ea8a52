/* taskfile.h - what the kernel tells of one thread of this process. ANY_THREAD. */
#ifndef BASE_TASKFILE_H
#define BASE_TASKFILE_H

#include "base/attr.h"

#include <stddef.h>

/* The first line of /proc/self/task/TID/NAME, cut at `size`. A negative errno. */
int taskfile_read(long tid, const char *name, char *text, size_t size) AULA_MUST_CHECK;

#endif
