#include "transport/rxstat.h"

#include "base/clock.h"
#include "tests/test.h"

#define FIRST (65536 + 1000)

static void test_loss(void)
{
	struct rtcp_block b;
	struct rxstat st;

	rxstat_init(&st, 90000);
	CHECK(rxstat_report(&st, &b, 0) == 0 && b.fraction_lost == 0);
	for (int i = 0; i < 100; i++)
		if (i % 4)
			rxstat_add(&st, FIRST + i, (uint32_t)i * 900, i * 10 * MS_US);
	/* the very first one is not known to have been sent */
	CHECK(rxstat_report(&st, &b, SEC_US) == 24);
	CHECK(b.fraction_lost == 24 * 256 / 99 && b.lost == 24);
	CHECK(b.highest_seq == 1099);
	CHECK(rxstat_report(&st, &b, SEC_US) == 0 && b.fraction_lost == 0 &&
	      b.lost == 24);
	/* all at once lost */
	rxstat_add(&st, FIRST + 1000, 0, 0);
	CHECK(rxstat_report(&st, &b, SEC_US) == 900);
	CHECK(b.fraction_lost == 900 * 256 / 901);
	/* duplicates may make the sum negative, never the fraction */
	rxstat_restart(&st, FIRST);
	for (int i = 0; i < 5; i++)
		rxstat_add(&st, FIRST, 0, 0);
	CHECK(rxstat_report(&st, &b, SEC_US) == 0 && b.fraction_lost == 0 &&
	      b.lost == -4);
}

static void test_jitter(void)
{
	struct rtcp_block b;
	struct rxstat st;

	rxstat_init(&st, 90000);
	for (int i = 0; i < 100; i++) /* even: none */
		rxstat_add(&st, FIRST + i, (uint32_t)i * 900, SEC_US + i * 10 * MS_US);
	rxstat_report(&st, &b, SEC_US);
	CHECK(b.jitter == 0);
	for (int i = 100; i < 400; i++) /* every second one 4 ms late */
		rxstat_add(&st, FIRST + i, (uint32_t)i * 900,
			   SEC_US + i * 10 * MS_US + (i & 1) * 4 * MS_US);
	rxstat_report(&st, &b, SEC_US);
	CHECK(b.jitter > 340 && b.jitter <= 360); /* 4 ms are 360 */
	/* a clock that jumps is no jitter */
	rxstat_add(&st, FIRST + 400, 0x80000000, SEC_US + 4000 * MS_US);
	rxstat_report(&st, &b, SEC_US);
	CHECK(b.jitter <= 360);
}

static void test_sr(void)
{
	struct rtcp_sr sr = {.ntp = UINT64_C(0x1122334455667788)};
	struct rtcp_block b;
	struct rxstat st;

	rxstat_init(&st, 48000);
	rxstat_report(&st, &b, 0);
	CHECK(b.lsr == 0 && b.dlsr == 0);
	rxstat_sr(&st, &sr, 10 * SEC_US);
	rxstat_report(&st, &b, 10 * SEC_US + SEC_US / 2);
	CHECK(b.lsr == 0x33445566 && b.dlsr == 32768);
}

int main(void)
{
	test_loss();
	test_jitter();
	test_sr();
	return 0;
}
