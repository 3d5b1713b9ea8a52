#include "mixer/keygate.h"

bool keygate_open(const struct keygate *gate, int64_t now_us)
{
	return gate->asked &&
	       (!gate->used || now_us - gate->last_us >= KEYGATE_PERIOD_US);
}

void keygate_passed(struct keygate *gate, int64_t now_us)
{
	gate->last_us = now_us;
	gate->used = true;
	gate->asked = false;
}
