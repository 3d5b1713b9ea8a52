/* keygate.h - lets key frames through, one a second at most (or another
 * period), however many ask.
 */
#ifndef MIXER_KEYGATE_H
#define MIXER_KEYGATE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

#define KEYGATE_PERIOD_US SEC_US
/* What is urgent (a recording begins) waits only for the urgent one before it. */
#define KEYGATE_URGENT_US (2 * SEC_US)

struct keygate {
	int64_t period_us; /* 0: KEYGATE_PERIOD_US */
	int64_t last_us;   /* of the last one let through; means nothing before it */
	bool used;         /* one was let through */
	bool asked;        /* somebody waits */
	bool urgent;       /* and it must not wait for the period */
	bool was_urgent;
	int64_t urgent_us; /* of the last urgent one; means nothing before it */
};

static inline void keygate_ask(struct keygate *gate)
{
	gate->asked = true;
}

/* For what would lose time for good: a recording loses what comes before its
 * first key frame. */
static inline void keygate_ask_urgently(struct keygate *gate)
{
	gate->asked = true;
	gate->urgent = true;
}

/* One may go now. The caller then makes it and calls keygate_passed(). */
bool keygate_open(const struct keygate *gate, int64_t now_us);

/* One was made, asked for or not: all who waited have it. */
void keygate_passed(struct keygate *gate, int64_t now_us);

#endif
