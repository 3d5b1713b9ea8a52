/* How late ticks were, over ten seconds. */
#include "mixer/late.h"

#include "base/clock.h"
#include "tests/test.h"

int main(void)
{
	static struct late late;
	int64_t now = 1000 * SEC_US;
	struct late_sum sum = late_sum(&late, now);

	CHECK(!sum.ticks && !sum.p99_us && !sum.max_us);
	for (int i = 0; i < 990; i++)
		late_add(&late, now + i * 10 * MS_US, 100);
	now += 9899 * MS_US;
	sum = late_sum(&late, now);
	CHECK(sum.ticks == 990 && sum.p99_us == 100 && sum.max_us == 100);
	for (int i = 0; i < 9; i++) /* less than one of a hundred */
		late_add(&late, now, 50 * MS_US);
	sum = late_sum(&late, now);
	CHECK(sum.ticks == 999 && sum.p99_us < 130 && sum.max_us == 50 * MS_US);
	for (int i = 0; i < 9; i++)
		late_add(&late, now, 50 * MS_US);
	sum = late_sum(&late, now);
	CHECK(sum.p99_us == 50 * MS_US);
	/* what is out of any scale, and what came early */
	late_add(&late, now, INT64_MAX);
	late_add(&late, now, -5);
	CHECK(late_sum(&late, now).max_us == INT32_MAX);
	/* ten seconds later all of it is forgotten */
	sum = late_sum(&late, now + 10 * SEC_US);
	CHECK(!sum.ticks && !sum.max_us);
	late_add(&late, now + 10 * SEC_US, 3 * MS_US);
	sum = late_sum(&late, now + 10 * SEC_US);
	CHECK(sum.ticks == 1 && sum.p99_us == 3 * MS_US && sum.max_us == 3 * MS_US);
	return 0;
}
