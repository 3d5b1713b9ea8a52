/* Which classes ended just now. */
#include "mcu/live_ends.h"
#include "tests/test.h"

#include <stdio.h>

#define S INT64_C(1000000)

static struct live_ends ends;

static void one(void)
{
	CHECK(!live_ends_late(&ends, "a", 5 * S) && !live_ends_late(&ends, "", 5 * S));
	for (int i = 1; i < 400; i++)
		live_ends_see(&ends, "a", i * S);
	CHECK(live_ends_late(&ends, "a", 400 * S));
	CHECK(live_ends_late(&ends, "a", 399 * S + LIVE_TAIL_US));
	CHECK(!live_ends_late(&ends, "a", 399 * S + LIVE_TAIL_US + 2 * S));
	CHECK(!live_ends_late(&ends, "b", 400 * S) && !live_ends_late(&ends, "", 5 * S));
}

/* Those that run are seen again and again: it is others that go. */
static void many(void)
{
	char id[16];

	for (int i = 0; i < 2 * LIVE_ENDS; i++) {
		live_ends_see(&ends, "runs", (400 + i) * S);
		snprintf(id, sizeof(id), "n%d", i);
		live_ends_see(&ends, id, (400 + i) * S);
	}
	CHECK(live_ends_late(&ends, "runs", (400 + 2 * LIVE_ENDS) * S));
	CHECK(live_ends_late(&ends, id, (400 + 2 * LIVE_ENDS) * S));
	CHECK(!live_ends_late(&ends, "n0", 401 * S) &&
	      !live_ends_late(&ends, "a", 401 * S));
}

int main(void)
{
	one();
	many();
	return 0;
}
