#include "mixer/speaker.h"

#include "base/clock.h"
#include "tests/test.h"

static struct speakers s;
static struct speaker list[SPEAKERS_MAX];
static uint32_t n, reports;
static int64_t now_us;

/* Ticks during which voice k + 1 is at levels[k]; 0: it is not there. */
static void run(int ticks, const float *levels, uint32_t voices)
{
	while (ticks-- > 0) {
		for (uint32_t k = 0; k < voices; k++)
			if (levels[k] < 0)
				speakers_feed(&s, k + 1, levels[k], now_us);
		reports += speakers_report(&s, list, &n, now_us);
		now_us += 20 * MS_US;
	}
}

static void reset(void)
{
	speakers_init(&s);
	now_us = SEC_US;
	n = reports = 0;
}

static void comes_and_goes(void)
{
	reset();
	run(10, (float[]){-80}, 1);
	CHECK(n == 0 && reports == 0);
	run(10, (float[]){-30}, 1);
	CHECK(n == 1 && list[0].voice == 1 && list[0].level_dbov == 30 && reports == 1);
	run(45, (float[]){-70}, 1);
	CHECK(n == 1);
	run(10, (float[]){-70}, 1);
	CHECK(n == 0 && reports == 2);
}

static void dominance_has_inertia(void)
{
	reset();
	run(20, (float[]){-30, -60}, 2);
	run(50, (float[]){-30, -26}, 2); /* a little louder: not dominant */
	CHECK(n == 2 && list[0].voice == 1);
	run(15, (float[]){-30, -20}, 2); /* clearly, but not for long */
	CHECK(list[0].voice == 1);
	run(5, (float[]){-30, -28}, 2);
	run(15, (float[]){-30, -20}, 2);
	CHECK(list[0].voice == 1);
	run(25, (float[]){-30, -20}, 2);
	CHECK(list[0].voice == 2 && list[1].voice == 1 && n == 2);
}

static void at_most_five_reports_a_second(void)
{
	reset();
	for (int i = 0; i < 50; i++) { /* 1 s in which somebody new speaks each tick */
		speakers_remove(&s, (uint32_t)i);
		speakers_feed(&s, (uint32_t)i + 1, -20, now_us);
		reports += speakers_report(&s, list, &n, now_us);
		now_us += 20 * MS_US;
	}
	CHECK(reports == 5);
	reset();
	run(500, (float[]){-20, -21}, 2); /* nothing changes: nothing is said */
	CHECK(reports == 1);
}

static void full_list(void)
{
	reset();
	for (uint32_t i = 0; i < SPEAKERS_MAX + 3; i++)
		speakers_feed(&s, i + 1, -20, now_us);
	CHECK(speakers_report(&s, list, &n, now_us));
	CHECK(n == SPEAKERS_MAX);
	speakers_remove(&s, 1);
	speakers_remove(&s, 1000);
	now_us += SEC_US / 2;
	CHECK(speakers_report(&s, list, &n, now_us));
	CHECK(n == SPEAKERS_MAX - 1 && list[0].voice == 2);
}

int main(void)
{
	comes_and_goes();
	dominance_has_inertia();
	at_most_five_reports_a_second();
	full_list();
	return 0;
}
