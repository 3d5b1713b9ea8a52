#include "mcu/live_ends.h"

#include <stdio.h>
#include <string.h>

static uint32_t place(const struct live_ends *ends, const char *id)
{
	uint32_t oldest = 0;

	for (uint32_t i = 0; i < LIVE_ENDS; i++) {
		if (strcmp(ends->list[i].id, id) == 0)
			return i;
		if (ends->list[i].seen_us < ends->list[oldest].seen_us)
			oldest = i;
	}
	return oldest;
}

void live_ends_see(struct live_ends *ends, const char *id, int64_t now_us)
{
	struct live_end *end = &ends->list[place(ends, id)];

	snprintf(end->id, sizeof(end->id), "%s", id);
	end->seen_us = now_us;
}

bool live_ends_late(const struct live_ends *ends, const char *id, int64_t now_us)
{
	const struct live_end *end = &ends->list[place(ends, id)];

	return *id && strcmp(end->id, id) == 0 &&
	       now_us - end->seen_us <= LIVE_TAIL_US + LIVE_SEEN_US;
}
