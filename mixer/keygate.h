/* keygate.h - lets key frames through, one a second at most, however many ask. */
#ifndef MIXER_KEYGATE_H
#define MIXER_KEYGATE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

#define KEYGATE_PERIOD_US SEC_US

struct keygate {
	int64_t last_us; /* of the last one let through; means nothing before it */
	bool used;       /* one was let through */
	bool asked;      /* somebody waits */
};

static inline void keygate_ask(struct keygate *gate)
{
	gate->asked = true;
}

/* One may go now. The caller then makes it and calls keygate_passed(). */
bool keygate_open(const struct keygate *gate, int64_t now_us);

/* One was made, asked for or not: all who waited have it. */
void keygate_passed(struct keygate *gate, int64_t now_us);

#endif
