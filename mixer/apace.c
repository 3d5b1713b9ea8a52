#include "mixer/apace.h"

#include "mixer/pcm.h"

#include <string.h>

void apace_init(struct apace *pace, int64_t now_us)
{
	memset(pace, 0, sizeof(*pace));
	pace->next_us = now_us;
}

int64_t apace_due(const struct apace *pace)
{
	return pace->breath_us > pace->next_us ? pace->breath_us : pace->next_us;
}

/* Those that were waited for because of the one before count as late, too. */
static void note_late(struct apace *pace, int64_t late_us)
{
	uint32_t late = late_us < 0            ? 0
			: late_us > UINT32_MAX ? UINT32_MAX
					       : (uint32_t)late_us;

	pace->late_us[pace->ticks % APACE_TICKS] = late;
	pace->ticks++;
}

int64_t apace_tick(struct apace *pace, int64_t now_us, int64_t *media_us)
{
	int64_t late_us = now_us - pace->next_us;

	note_late(pace, late_us);
	pace->breath_us = 0;
	if (late_us > APACE_RESYNC_US) {
		pace->let_go += (uint64_t)(late_us / PCM_TICK_US);
		pace->next_us += late_us / PCM_TICK_US * PCM_TICK_US;
		pace->at_once = 0;
	} else if (late_us < PCM_TICK_US) {
		pace->at_once = 0; /* the next one is waited for */
	} else if (++pace->at_once == APACE_AT_ONCE) {
		pace->at_once = 0;
		pace->breath_us = now_us + APACE_BREATH_US;
	}
	*media_us = pace->next_us;
	pace->next_us += PCM_TICK_US;
	return late_us;
}

/* The latest ones in order, the very latest first: as many as one in a hundred is. */
void apace_late(const struct apace *pace, uint32_t *p99_us, uint32_t *max_us)
{
	uint32_t top[APACE_TICKS / 100 + 1] = {0};
	uint32_t n = pace->ticks < APACE_TICKS ? (uint32_t)pace->ticks : APACE_TICKS;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t late = pace->late_us[i], k = APACE_TICKS / 100 + 1;

		while (k > 0 && top[k - 1] < late)
			k--;
		if (k > APACE_TICKS / 100)
			continue;
		memmove(top + k + 1, top + k, (APACE_TICKS / 100 - k) * sizeof(*top));
		top[k] = late;
	}
	*max_us = top[0];
	*p99_us = top[n / 100];
}
