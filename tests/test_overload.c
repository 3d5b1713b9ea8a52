/* What is given up under load, in order, and taken back. */
#include "mcu/overload.h"

#include "base/clock.h"
#include "base/taskload.h"
#include "tests/test.h"

static void pass(struct overload_state *s, uint32_t load, int64_t *now, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		*now += SEC_US;
		overload_judge(s, load, *now);
	}
}

static void order(void)
{
	struct overload_state s = {0};
	int64_t now = SEC_US;

	pass(&s, 950, &now, 1);
	pass(&s, 100, &now, 1); /* a moment is nothing */
	pass(&s, 950, &now, 2);
	CHECK(s.shed == SHED_NOTHING);
	pass(&s, 950, &now, 1);
	CHECK(s.shed == SHED_FRAMES && shed_pace(s.shed) == 67);
	CHECK(shed_top(s.shed) == LEVEL_HIGH);
	pass(&s, 850, &now, 100); /* between the two: stays */
	CHECK(s.shed == SHED_FRAMES);
	pass(&s, 950, &now, 60);
	CHECK(s.shed == SHED_MAX && shed_top(s.shed) == LEVEL_STILL);
	for (enum shed shed = SHED_FRAMES; shed <= SHED_MAX; shed++) {
		CHECK(shed_top(shed) <= shed_top(shed - 1));
		CHECK(shed_pace(shed) <= shed_pace(shed - 1));
	}
	pass(&s, 700, &now, 10);
	CHECK(s.shed == SHED_MAX);
	pass(&s, 700, &now, 1);
	CHECK(s.shed == SHED_MAX - 1);
	pass(&s, 700, &now, 200);
	CHECK(s.shed == SHED_NOTHING);
}

/* This thread works hard, and that is seen. */
static void measured(void)
{
	static const char *const names[] = {"none", NULL};
	uint32_t busy = 0, idle = 2000;
	struct taskload *t;
	volatile uint32_t sum = 0;
	int64_t until;

	CHECK(taskload_create(&t, names) == 0);
	CHECK(taskload_busiest(t, clock_us(), &busy) != 0); /* nothing to compare with */
	until = clock_us() + 300 * MS_US;
	while (clock_us() < until)
		sum += 1;
	CHECK(sum > 0);
	CHECK(taskload_busiest(t, clock_us(), &busy) == 0);
	CHECK(busy > 700 && busy <= 1100);
	CHECK(taskload_busiest(t, clock_us() + 10 * SEC_US, &idle) == 0);
	CHECK(idle < 100);
	taskload_destroy(t);
}

int main(void)
{
	order();
	measured();
	return 0;
}
