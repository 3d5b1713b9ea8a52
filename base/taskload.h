/* taskload.h - how busy the threads of this process are, as the kernel counts it:
 * time on a CPU, and time in wait for one (/proc/self/task/TID/schedstat).
 */
#ifndef BASE_TASKLOAD_H
#define BASE_TASKLOAD_H

#include "base/attr.h"

#include <stdint.h>

#define TASKLOAD_MAX 64 /* threads that are looked at */

struct taskload;

/* `names`: of the threads that count beside the first one; NULL at the end; kept. */
int taskload_create(struct taskload **out, const char *const *names) AULA_MUST_CHECK;
void taskload_destroy(struct taskload *t); /* NULL is accepted */

/* Since the call before: the share of one core, in 1/1000, that the busiest thread
 * wanted, running or in wait for a CPU. -ENOENT when the kernel does not tell, or
 * at the first call. ANY_THREAD, but one at a time: reads some small files of the
 * kernel, no disk. */
int taskload_busiest(struct taskload *t, int64_t now_us, uint32_t *permille);

#endif
