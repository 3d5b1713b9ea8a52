#include "transport/seqnum.h"

#include "tests/test.h"

static void test_wrap(void)
{
	struct seqnum s = {0};
	int64_t n, first;

	CHECK(seqnum_take(&s, 65530, &first) == SEQNUM_START);
	CHECK(first >= 65536 && (uint16_t)first == 65530);
	for (int i = 1; i < 70000; i++) {
		CHECK(seqnum_take(&s, (uint16_t)(65530 + i), &n) == SEQNUM_OK);
		CHECK(n == first + i);
	}
	CHECK(seqnum_take(&s, (uint16_t)(65530 + 69990), &n) == SEQNUM_OK);
	CHECK(n == first + 69990 && s.high == first + 69999);
}

static void test_jump(void)
{
	struct seqnum s = {0};
	int64_t n, high;

	CHECK(seqnum_take(&s, 100, &n) == SEQNUM_START);
	CHECK(seqnum_take(&s, 100 + SEQNUM_JUMP, &n) == SEQNUM_OK);
	high = s.high;
	/* one beyond the limit: a stray packet */
	CHECK(seqnum_take(&s, 101 + 2 * SEQNUM_JUMP, &n) == SEQNUM_IGNORE);
	CHECK(s.high == high);
	/* another one from elsewhere does not confirm it */
	CHECK(seqnum_take(&s, 40000, &n) == SEQNUM_IGNORE);
	/* the stream goes on as if nothing had been */
	CHECK(seqnum_take(&s, 101 + SEQNUM_JUMP, &n) == SEQNUM_OK && n == high + 1);
	CHECK(seqnum_take(&s, 40001, &n) == SEQNUM_IGNORE);
	/* two in a row: a new sequence, above all before */
	CHECK(seqnum_take(&s, 40002, &n) == SEQNUM_START);
	CHECK(n > high + 1 && (uint16_t)n == 40002);
	/* backwards, too */
	high = n;
	CHECK(seqnum_take(&s, 5, &n) == SEQNUM_IGNORE);
	CHECK(seqnum_take(&s, 6, &n) == SEQNUM_START);
	CHECK(n > high && (uint16_t)n == 6);
}

static void test_near(void)
{
	struct seqnum s = {0};
	int64_t n, high;

	CHECK(!seqnum_near(&s, 5, &n));
	CHECK(seqnum_take(&s, 2, &high) == SEQNUM_START);
	CHECK(seqnum_near(&s, 65535, &n) && n == high - 3);
	CHECK(!seqnum_near(&s, 2 + SEQNUM_JUMP + 1, &n));
	CHECK(seqnum_near(&s, 2 + SEQNUM_JUMP, &n) && s.high == high);
}

int main(void)
{
	test_wrap();
	test_jump();
	test_near();
	return 0;
}
