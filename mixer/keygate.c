#include "mixer/keygate.h"

static bool urgent_open(const struct keygate *gate, int64_t now_us)
{
	return gate->urgent &&
	       (!gate->was_urgent || now_us - gate->urgent_us >= KEYGATE_URGENT_US);
}

bool keygate_open(const struct keygate *gate, int64_t now_us)
{
	int64_t period = gate->period_us ? gate->period_us : KEYGATE_PERIOD_US;

	if (!gate->asked)
		return false;
	return !gate->used || now_us - gate->last_us >= period ||
	       urgent_open(gate, now_us);
}

void keygate_passed(struct keygate *gate, int64_t now_us)
{
	if (gate->urgent) {
		gate->was_urgent = true;
		gate->urgent_us = now_us;
	}
	gate->last_us = now_us;
	gate->used = true;
	gate->asked = gate->urgent = false;
}
