#include "mixer/apace.h"

#include "mixer/pcm.h"
#include "tests/test.h"

#define START 1000003 /* not a multiple of anything */

static int64_t tick_at(struct apace *pace, int64_t now_us)
{
	int64_t media_us;

	CHECK(apace_tick(pace, now_us, &media_us) ==
	      now_us - pace->next_us + PCM_TICK_US);
	CHECK(pace->next_us == media_us + PCM_TICK_US);
	return media_us;
}

static void in_time(void)
{
	struct apace pace;
	uint32_t p99, max;

	apace_init(&pace, START);
	apace_late(&pace, &p99, &max);
	CHECK(p99 == 0 && max == 0);
	for (int64_t i = 0; i < 1000; i++) {
		CHECK(apace_due(&pace) == START + i * PCM_TICK_US);
		CHECK(tick_at(&pace, apace_due(&pace) + 70) == START + i * PCM_TICK_US);
	}
	apace_late(&pace, &p99, &max);
	CHECK(pace.ticks == 1000 && pace.let_go == 0 && p99 == 70 && max == 70);
}

/* Held up for 150 ms: all is made up for, three at once, in order. */
static void catches_up(void)
{
	int64_t now_us = START + 150000, due_us;
	int at_once = 0, breaths = 0;
	struct apace pace;

	apace_init(&pace, START);
	for (int64_t i = 0; i < 9; i++) {
		due_us = apace_due(&pace);
		if (due_us > now_us) {
			CHECK(at_once <= APACE_AT_ONCE);
			at_once = 0;
			breaths++;
			now_us = due_us;
		}
		CHECK(tick_at(&pace, now_us) == START + i * PCM_TICK_US);
		at_once++;
		now_us += 100; /* it takes that long */
	}
	CHECK(breaths == 2 && pace.let_go == 0);
	CHECK(apace_due(&pace) == START + 9 * PCM_TICK_US);
	CHECK(apace_due(&pace) > now_us); /* all is well again */
}

/* Up to a limit; then the media clock jumps by whole ticks. */
static void lets_go(void)
{
	int64_t media_us, late_us;
	struct apace pace;

	apace_init(&pace, START);
	CHECK(apace_tick(&pace, START + APACE_RESYNC_US, &media_us) == APACE_RESYNC_US);
	CHECK(media_us == START && pace.let_go == 0);

	apace_init(&pace, START);
	late_us = APACE_RESYNC_US + 1;
	CHECK(apace_tick(&pace, START + late_us, &media_us) == late_us);
	CHECK(media_us == START + APACE_RESYNC_US && pace.let_go == 10);
	CHECK(apace_due(&pace) == media_us + PCM_TICK_US);

	apace_init(&pace, START);
	CHECK(apace_tick(&pace, START + 7215000, &media_us) == 7215000);
	CHECK(media_us == START + 7200000 && pace.let_go == 360);
	CHECK(pace.ticks == 1);
}

static void how_late(void)
{
	struct apace pace;
	uint32_t p99, max;

	apace_init(&pace, START);
	for (uint32_t i = 1; i <= 50; i++)
		tick_at(&pace, apace_due(&pace) + i);
	apace_late(&pace, &p99, &max);
	CHECK(max == 50 && p99 == 50); /* too few for one in a hundred */
	for (uint32_t i = 0; i < APACE_TICKS; i++)
		tick_at(&pace, apace_due(&pace) + i);
	apace_late(&pace, &p99, &max);
	CHECK(max == APACE_TICKS - 1 && p99 == APACE_TICKS - 6);
	for (uint32_t i = 0; i < APACE_TICKS; i++) /* those of before are forgotten */
		tick_at(&pace, apace_due(&pace) + (i % 200 == 7 ? 9000 : 30));
	apace_late(&pace, &p99, &max);
	CHECK(max == 9000 && p99 == 30);
	tick_at(&pace, apace_due(&pace) - 5); /* early: a clock that was set back */
	apace_late(&pace, &p99, &max);
	CHECK(max == 9000);
}

int main(void)
{
	in_time();
	catches_up();
	lets_go();
	how_late();
	return 0;
}
