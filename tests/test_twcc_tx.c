#include "transport/twcc_tx.h"

#include "base/clock.h"
#include "tests/test.h"

static struct twcc_tx tx;

static void send_some(uint32_t n, int64_t from_us, int64_t step_us)
{
	for (uint32_t i = 0; i < n; i++)
		twcc_tx_sent(&tx, TWCC_VIDEO, 1000 + i % 100, from_us + i * step_us);
}

static void test_fates(void)
{
	struct twcc_news news;
	int64_t now_us = 7000 * SEC_US;

	CHECK(!twcc_tx_report(&tx, 0, true, now_us, &news)); /* nothing sent yet */
	CHECK(tx.waiting_us == 0);
	send_some(20, now_us, MS_US);
	CHECK(twcc_tx_next(&tx) == 20 && tx.waiting_us == now_us);
	now_us += SEC_US;
	CHECK(twcc_tx_report(&tx, 0, true, now_us, &news));
	CHECK(news.fate == FATE_ARRIVED && news.kind == TWCC_VIDEO && news.size == 1000);
	CHECK(news.sent_us == now_us - SEC_US);
	CHECK(!twcc_tx_report(&tx, 0, true, now_us, &news));  /* repeated */
	CHECK(!twcc_tx_report(&tx, 0, false, now_us, &news)); /* and denied */
	CHECK(twcc_tx_report(&tx, 1, false, now_us, &news) && news.fate == FATE_LOST);
	CHECK(!twcc_tx_report(&tx, 1, false, now_us, &news));
	CHECK(twcc_tx_report(&tx, 1, true, now_us, &news) && news.fate == FATE_FOUND);
	CHECK(!twcc_tx_report(&tx, 20, true, now_us, &news)); /* not sent yet */
	CHECK(!twcc_tx_report(&tx, 65535, true, now_us, &news));
	CHECK(tx.untold == 0);
	CHECK(twcc_tx_report(&tx, 5, true, now_us, &news)); /* 2, 3, 4: not a word */
	CHECK(tx.untold == 1002 + 1003 + 1004);
	CHECK(twcc_tx_report(&tx, 3, true, now_us, &news)); /* told after all */
	twcc_tx_fini(&tx);
}

/* Grows while feedback is waited for, forgets the oldest, wraps. */
static void test_ring(void)
{
	struct twcc_news news;
	int64_t now_us = 0;
	uint32_t arrived = 0;

	send_some(TWCC_TX_MIN, 0, MS_US);
	CHECK(tx.mask + 1 == TWCC_TX_MIN);
	send_some(1, 300 * MS_US, 0);
	CHECK(tx.mask + 1 == 2 * TWCC_TX_MIN);
	CHECK(twcc_tx_report(&tx, 0, true, now_us, &news) && news.size == 1000);
	send_some(5000, 300 * MS_US, 10);
	CHECK(tx.mask + 1 == TWCC_TX_MAX);
	for (uint32_t i = 0; i < TWCC_TX_MIN + 5001; i++)
		arrived += twcc_tx_report(&tx, (uint16_t)i, true, SEC_US, &news);
	CHECK(arrived == TWCC_TX_MAX);
	CHECK(tx.told == tx.n);
	twcc_tx_fini(&tx);
	/* slow ones need no more than the least */
	for (uint32_t i = 0; i < 70000; i++) {
		now_us += 60 * MS_US;
		twcc_tx_sent(&tx, TWCC_SOUND, 100, now_us);
		CHECK(twcc_tx_next(&tx) == (uint16_t)(i + 1));
		CHECK(i % 10 || twcc_tx_report(&tx, (uint16_t)i, true, now_us, &news));
	}
	CHECK(tx.mask + 1 == TWCC_TX_MIN);
	CHECK(tx.n == 70000 && tx.n - tx.told <= TWCC_TX_MIN);
	twcc_tx_fini(&tx);
}

int main(void)
{
	test_fates();
	test_ring();
	return 0;
}
