/* verdict.h - what the figures of one run of loadgen mean for the whole machine. */
#ifndef CTL_VERDICT_H
#define CTL_VERDICT_H

#include <stdio.h>

/* `table` is what loadgen printed. Threads may use 85 % of their core, all together 85 %
 * of the machine. */
void verdict_tell(const char *table, unsigned cores, unsigned nets, FILE *to);

#endif
