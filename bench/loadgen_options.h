/* loadgen_options.h - the command line of loadgen. */
#ifndef BENCH_LOADGEN_OPTIONS_H
#define BENCH_LOADGEN_OPTIONS_H

#include "bench/loadgen.h"

/* Reads argv; prints help or what is wrong by itself and ends the process then. */
void lg_options_read(struct lg_options *out, int argc, char **argv);

#endif
