/* countdown.h - the timer of a class: what is left of a time that all see. Pure; its
 * clock is clock_us(), so that a wall clock that is set changes nothing.
 */
#ifndef MCU_COUNTDOWN_H
#define MCU_COUNTDOWN_H

#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define COUNTDOWN_MAX_SEC 86400
#define COUNTDOWN_KEEP_US INT64_C(15000000) /* it is told as over for so long */

struct countdown { /* zeroed: none */
	bool on, paused;
	int64_t total_ms;
	int64_t end_us;  /* while it runs */
	int64_t left_ms; /* while it is paused */
	char label[LIMIT_TITLE * 4 + 1];
};

/* `label` has no more than fits; `seconds` 1 to COUNTDOWN_MAX_SEC. */
void countdown_set(struct countdown *c, int64_t seconds, const char *label,
		   int64_t now_us);
/* Pauses, or goes on; the same twice changes nothing. */
void countdown_pause(struct countdown *c, bool on, int64_t now_us);
/* 0 when it is over. */
int64_t countdown_left_ms(const struct countdown *c, int64_t now_us);
/* It ended so long ago that nobody needs to know. */
bool countdown_stale(const struct countdown *c, int64_t now_us);

#endif
