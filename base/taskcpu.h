/* taskcpu.h - the CPU time of this process's threads, together by name, as the kernel
 * counts it (/proc/self/task/TID/schedstat).
 */
#ifndef BASE_TASKCPU_H
#define BASE_TASKCPU_H

#include "base/attr.h"

#include <stdint.h>

#define TASKCPU_NAMES 8

struct taskcpu;

/* `names`: of threads, NULL at the end, at most TASKCPU_NAMES; "" is the first thread.
 * Kept. -EINVAL */
int taskcpu_create(struct taskcpu **out, const char *const *names) AULA_MUST_CHECK;
void taskcpu_destroy(struct taskcpu *t); /* NULL is accepted */

/* Since the call before: of each name the share of one core in 1/1000, of all threads of
 * that name together, and that of the whole process. -ENOENT when the kernel does not
 * tell, or at the first call. ANY_THREAD, but one at a time: reads some small files of
 * the kernel, no disk. */
int taskcpu_look(struct taskcpu *t, int64_t now_us, uint32_t permille[TASKCPU_NAMES],
		 uint32_t *all_permille);

#endif
