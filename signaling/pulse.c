#include "signaling/pulse.h"

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t pulse_ping_due(const struct pulse *p, const struct http_times *t)
{
	int64_t at = sooner(later(p->heard_us, p->alive_us) + t->ws_ping_us,
			    p->heard_us + t->ws_quiet_us);

	return later(at, p->pinged_us + t->ws_ping_us);
}

int64_t pulse_dead_due(const struct pulse *p, const struct http_times *t)
{
	return sooner(later(p->heard_us, p->alive_us) + t->ws_dead_us,
		      p->heard_us + t->ws_quiet_us + t->ws_dead_us);
}
