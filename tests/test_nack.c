#include "transport/nack.h"

#include "base/clock.h"
#include "tests/test.h"

static struct nack n;
static uint16_t seqs[NACK_MAX];

static void test_first(void)
{
	n = (struct nack){0};
	CHECK(nack_missing(&n, 70000, 70002, 0));
	/* one packet came after the second missing one: too early for it */
	CHECK(nack_due(&n, 70002, 0, 0, seqs, 10) == 1);
	CHECK(seqs[0] == (uint16_t)70000);
	CHECK(nack_due(&n, 70002, 9 * MS_US, 0, seqs, 10) == 0);
	CHECK(nack_due(&n, 70002, 10 * MS_US, 0, seqs, 10) == 1);
	CHECK(seqs[0] == (uint16_t)70001);
}

static void test_spacing(void)
{
	int64_t now = 0, last = 0;
	int tries = 0;

	n = (struct nack){0};
	CHECK(nack_missing(&n, 5, 6, 0));
	for (; now < 10 * SEC_US; now += MS_US) {
		if (!nack_due(&n, 7, now, 40 * MS_US, seqs, 10))
			continue;
		CHECK(!tries || now - last == 60 * MS_US);
		last = now;
		tries++;
	}
	CHECK(tries == NACK_TRIES);
	/* a very short way is not asked more often than each 20 ms */
	CHECK(nack_missing(&n, 8, 9, 0));
	CHECK(nack_due(&n, 10, 0, 1, seqs, 10) == 1);
	CHECK(nack_due(&n, 10, 19 * MS_US, 1, seqs, 10) == 0);
	CHECK(nack_due(&n, 10, 20 * MS_US, 1, seqs, 10) == 1);
}

static void test_gone(void)
{
	n = (struct nack){0};
	CHECK(nack_missing(&n, 10, 20, 0));
	nack_got(&n, 13);
	nack_got(&n, 13);
	nack_got(&n, 25);
	CHECK(n.n == 9);
	nack_below(&n, 12);
	CHECK(n.n == 7 && n.list[0].seq == 12 && n.list[1].seq == 14);
	CHECK(nack_due(&n, 30, 0, 0, seqs, 3) == 3); /* no more than asked for */
	CHECK(nack_due(&n, 30, 0, 0, seqs, 10) == 4);
	nack_below(&n, 100);
	CHECK(n.n == 0);
}

static void test_limit(void)
{
	n = (struct nack){0};
	CHECK(nack_missing(&n, 0, NACK_MAX, 0));
	CHECK(n.n == NACK_MAX);
	CHECK(!nack_missing(&n, NACK_MAX, NACK_MAX + 1, 0));
	CHECK(n.n == 0);
	CHECK(!nack_missing(&n, 0, INT64_C(1) << 40, 0));
}

int main(void)
{
	test_first();
	test_spacing();
	test_gone();
	test_limit();
	return 0;
}
