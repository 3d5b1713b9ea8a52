/* tsv.h - tables of bad input as data: columns by tab, the last one escaped. */
#ifndef TESTS_TSV_H
#define TESTS_TSV_H

#include <stddef.h>

/* Calls fn for each line of tests/bad/NAME that is no comment: its first column,
 * its second, and the third with \r \n \t \\ \xHH undone and {N*text} repeated.
 * Ends the test when the file or a line is bad; returns the number of rows. */
int tsv_each(const char *name,
	     void (*fn)(void *ctx, const char *id, const char *expect, const char *bytes,
			size_t len),
	     void *ctx);

#endif
