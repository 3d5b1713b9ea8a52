/* loadgen_proc.h - what a process and its threads have used, from /proc. */
#ifndef BENCH_LOADGEN_PROC_H
#define BENCH_LOADGEN_PROC_H

#include <stdint.h>

#define LG_THREADS 16 /* names; the CPU time of threads of one name is added */

struct lg_proc {
	int64_t at_us;
	int64_t cpu_ns, rss_bytes;
	unsigned n;
	struct {
		char name[16];
		int64_t cpu_ns;
	} threads[LG_THREADS];
};

/* 0, or a negative errno: no such process. */
int lg_proc_read(struct lg_proc *out, int pid);

/* Percent of a core between two readings: of thread name `i` of `to`, or of all
 * with -1. */
double lg_proc_percent(const struct lg_proc *from, const struct lg_proc *to, int i);

#endif
