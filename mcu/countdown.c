#include "mcu/countdown.h"

#include <stdio.h>

#define MS_IN_US 1000

void countdown_set(struct countdown *c, int64_t seconds, const char *label,
		   int64_t now_us)
{
	*c = (struct countdown){.on = true, .total_ms = seconds * 1000};
	c->end_us = now_us + c->total_ms * MS_IN_US;
	snprintf(c->label, sizeof(c->label), "%s", label);
}

void countdown_pause(struct countdown *c, bool on, int64_t now_us)
{
	if (!c->on || c->paused == on)
		return;
	if (on)
		c->left_ms = countdown_left_ms(c, now_us);
	else
		c->end_us = now_us + c->left_ms * MS_IN_US;
	c->paused = on;
}

int64_t countdown_left_ms(const struct countdown *c, int64_t now_us)
{
	int64_t left_us = c->end_us - now_us;

	if (!c->on)
		return 0;
	if (c->paused)
		return c->left_ms;
	return left_us > 0 ? (left_us + MS_IN_US - 1) / MS_IN_US : 0;
}

bool countdown_stale(const struct countdown *c, int64_t now_us)
{
	return c->on && !c->paused && now_us - c->end_us > COUNTDOWN_KEEP_US;
}
