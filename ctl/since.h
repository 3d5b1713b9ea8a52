/* since.h - a time on the command line. */
#ifndef CTL_SINCE_H
#define CTL_SINCE_H

#include "base/attr.h"

#include <stdint.h>

/* "30m", "12h", "7d", "2w" before `now_ms`; or a date of the local time, with hours and
 * minutes behind a T or a space when wanted. -EINVAL: it is none. */
int since_read(int64_t *ms, const char *text, int64_t now_ms) AULA_MUST_CHECK;

#endif
