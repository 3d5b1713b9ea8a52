/* cputime.h - processor time of the calling thread, for budgets and counters. */
#ifndef MIXER_CPUTIME_H
#define MIXER_CPUTIME_H

#include <stdint.h>
#include <time.h>

/* ANY_THREAD */
static inline int64_t cputime_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

#endif
