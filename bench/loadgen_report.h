/* loadgen_report.h - what a run has shown, as a table and as JSON. */
#ifndef BENCH_LOADGEN_REPORT_H
#define BENCH_LOADGEN_REPORT_H

#include "bench/loadgen_crew.h"
#include "bench/loadgen_proc.h"

struct lg_run {
	const struct lg_options *options;
	struct lg_crew **crews;
	unsigned n_crews;
	struct lg_proc server[2], self[2]; /* at the begin and the end of the span */
	uint64_t packets;                  /* of media, in that span */
	bool gone; /* the server, before the end: what it used is not known */
};

/* Prints the table; also to options->json. How many things are not as they should
 * be: members that failed, packets that are not genuine. -1: no file or memory. */
int lg_report(const struct lg_run *run);

#endif
