/* disk_faults.h - a disk that fails on purpose: what this program, and the plugins it
 * loads, do with files below one folder goes through here. For tests; the program is
 * linked with -export-dynamic, so that plugins find these calls before the C library's.
 */
#ifndef TESTS_DISK_FAULTS_H
#define TESTS_DISK_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_ONCE,     /* the call of that number fails, later ones do not */
	FAULT_FROM,     /* it and all behind it */
	FAULT_SLOW,     /* it and all behind it take that long, and succeed */
	FAULT_READ_ONLY /* from it on nothing can be made, changed or removed */
};

struct fault {
	enum fault_kind kind;
	uint32_t at; /* 1: the first call */
	int err;     /* that it fails with, positive */
	uint32_t slow_us;
};

/* Counts from 0 on; before it nothing is counted. `folder` lives on. */
void disk_faults_arm(const char *folder, const struct fault *fault);
/* How many calls there were, and how many of them failed. */
uint32_t disk_faults_disarm(uint32_t *n_failed);

#endif
