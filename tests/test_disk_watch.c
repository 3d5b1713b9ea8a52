/* How long the disk lasts, and how often that is told. */
#include "mcu/disk_watch.h"

#include "base/clock.h"
#include "tests/test.h"

#define MB (INT64_C(1) << 20)

static struct disk_watch watch;
static int64_t now_us = 1000 * SEC_US, recorded;

/* Ten seconds at this rate, with so much left behind them. */
static bool look(int64_t rate, int64_t left, uint32_t *minutes)
{
	now_us += DISK_WATCH_LOOK_US;
	recorded += rate * 10;
	return disk_watch_look(&watch, recorded, left, now_us, minutes);
}

static void tells_when_it_matters(void)
{
	uint32_t minutes = 7;

	watch = (struct disk_watch){.at_us = 0};
	CHECK(!look(MB, 0, &minutes) && minutes == 7); /* no rate is known yet */
	CHECK(!look(MB, 30 * 60 * MB, &minutes) && minutes == 30);
	CHECK(disk_watch_minutes(&watch) == DISK_WATCH_PLENTY);
	CHECK(look(MB, 30 * 60 * MB - 1, &minutes) && watch.low && minutes == 29);
	CHECK(disk_watch_minutes(&watch) == 29);
	for (int64_t left = 28; left > 14; left--)
		CHECK(!look(MB, left * 60 * MB, &minutes));
	CHECK(look(MB, 14 * 60 * MB, &minutes) && minutes == 14);
	CHECK(look(MB, 7 * 60 * MB, &minutes) && look(MB, 3 * 60 * MB, &minutes));
	CHECK(look(MB, 60 * MB, &minutes) && minutes == 1);
	CHECK(look(MB, 59 * MB, &minutes) && minutes == 0);
	CHECK(!look(MB, -5 * MB, &minutes)); /* the recording ends now: said once */
	CHECK(!look(MB, 39 * 60 * MB, &minutes) && watch.low); /* not yet well */
	CHECK(look(MB, 40 * 60 * MB, &minutes) && !watch.low);
	CHECK(!look(MB, 40 * 60 * MB, &minutes));
	CHECK(disk_watch_minutes(&watch) == DISK_WATCH_PLENTY);
}

static void rate_is_of_the_last_minute(void)
{
	uint32_t minutes = 0;

	watch = (struct disk_watch){.at_us = 0};
	CHECK(!look(0, MB, &minutes));
	CHECK(!look(0, MB, &minutes) && minutes == DISK_WATCH_PLENTY); /* a pause */
	CHECK(!look(60, 36000, &minutes) == (minutes >= 30));
	watch = (struct disk_watch){.at_us = 0};
	CHECK(!look(600, 1, &minutes));
	CHECK(!look(600, 600 * 3600, &minutes) && minutes == 60);
	look(1200, 600 * 3600, &minutes); /* twice as much for ten seconds only */
	CHECK(minutes > 45 && minutes < 60);
	for (int i = 0; i < 30; i++)
		look(1200, 600 * 3600, &minutes);
	CHECK(minutes == 30 || minutes == 31);
	/* asked more often, it waits */
	CHECK(!disk_watch_look(&watch, 0, 0, now_us + SEC_US, &minutes));
}

int main(void)
{
	tells_when_it_matters();
	rate_is_of_the_last_minute();
	return 0;
}
