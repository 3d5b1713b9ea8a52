/* The rings of seconds and minutes, and the CPU time of threads. */
#include "mcu/health.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/taskcpu.h"
#include "tests/test.h"

static struct health health;

static void add(double members, double late, double disk)
{
	struct health_row row;

	for (enum health_of of = 0; of < HEALTH_N; of++)
		row.v[of] = HEALTH_UNKNOWN;
	row.v[HEALTH_MEMBERS] = members;
	row.v[HEALTH_LATE] = late;
	row.v[HEALTH_DISK_FREE] = disk;
	health_add(&health, &row);
}

static void rings(void)
{
	CHECK(!health_row(&health.seconds, 0));
	for (int i = 0; i < 59; i++)
		add(i, i, 1000 - i);
	CHECK(!health_row(&health.minutes, 0));
	add(HEALTH_UNKNOWN, 5, 2000); /* what is not known counts for nothing */
	CHECK(health_row(&health.minutes, 0) && !health_row(&health.minutes, 1));
	CHECK(health_row(&health.minutes, 0)->v[HEALTH_MEMBERS] == 29);
	CHECK(health_row(&health.minutes, 0)->v[HEALTH_LATE] == 58);
	CHECK(health_row(&health.minutes, 0)->v[HEALTH_DISK_FREE] == 942);
	CHECK(health_row(&health.minutes, 0)->v[HEALTH_CPU] == HEALTH_UNKNOWN);
	add(7, 0, 0);
	CHECK(health_row(&health.seconds, 0)->v[HEALTH_MEMBERS] == 1); /* 0 is gone */
	CHECK(health_row(&health.seconds, 59)->v[HEALTH_MEMBERS] == 7);
	CHECK(!health_row(&health.seconds, 60));
	for (int m = 0; m < 70 * 60; m++)
		add(m, 0, 0);
	CHECK(health_row(&health.minutes, 59) && !health_row(&health.minutes, 60));
}

static void names(void)
{
	for (enum health_of of = 0; of < HEALTH_N; of++)
		for (enum health_of k = 0; k < of; k++)
			CHECK(strcmp(health_name(of), health_name(k)) != 0);
	CHECK(strcmp(health_name(HEALTH_OVERLOAD), "overload") == 0);
}

/* Who works is seen to: the first thread, and the process with it. */
static void cpu(void)
{
	static const char *const who[] = {"", "nobody", NULL};
	static const char *const many[] = {"", "", "", "", "", "", "", "", "", NULL};
	uint32_t permille[TASKCPU_NAMES] = {0}, all = 0;
	volatile uint64_t sum = 0;
	struct taskcpu *t;

	CHECK(taskcpu_create(&t, many) == -EINVAL);
	CHECK(taskcpu_create(&t, who) == 0);
	CHECK(taskcpu_look(t, 1000000, permille, &all) == -ENOENT); /* the first one */
	for (uint64_t i = 0; i < 20000000; i++)
		sum += i;
	CHECK(sum);
	/* as if that had been a millisecond: it was more */
	CHECK(taskcpu_look(t, 1001000, permille, &all) == 0);
	CHECK(permille[0] > 1000 && all > 1000 && permille[1] == 0);
	taskcpu_destroy(t);
	taskcpu_destroy(NULL);
}

int main(void)
{
	rings();
	names();
	cpu();
	return 0;
}
