#include "transport/reorder.h"

#include "base/limits.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#define WAIT 500000

static int hold(struct reorder *r, int64_t seq, int64_t now_us)
{
	uint8_t body[4] = {1, 2, 3, (uint8_t)seq};
	struct rtp_packet pkt = {.seq = (uint16_t)seq, .payload = body, .payload_len = 4};

	return reorder_hold(r, seq, &pkt, now_us);
}

/* What comes out next: its number, or -1; `lost` before it. */
static int take(struct reorder *r, int64_t now_us, uint32_t lost)
{
	uint32_t n = 99;
	struct held *h = reorder_take(r, now_us, WAIT, &n);
	int seq;

	if (!h)
		return -1;
	seq = h->pkt.seq;
	CHECK(n == lost);
	CHECK(h->pkt.payload_len == 4 && h->pkt.payload[3] == (uint8_t)seq);
	free(h);
	return seq;
}

static void test_order(void)
{
	struct reorder r;

	reorder_init(&r, 10);
	CHECK(reorder_straight(&r, 10));
	CHECK(!reorder_straight(&r, 12));
	CHECK(hold(&r, 12, 0) == 0);
	CHECK(hold(&r, 12, 0) == -EALREADY);
	CHECK(hold(&r, 10, 0) == -ESTALE);
	CHECK(reorder_waits(&r));
	CHECK(take(&r, WAIT - 1, 0) == -1);
	CHECK(!reorder_straight(&r, 11)); /* others wait behind it */
	CHECK(hold(&r, 11, 5) == 0);
	CHECK(!reorder_waits(&r));
	CHECK(take(&r, 5, 0) == 11);
	CHECK(take(&r, 5, 0) == 12);
	CHECK(take(&r, 5, 0) == -1);
	CHECK(reorder_straight(&r, 13));
	reorder_fini(&r);
}

static void test_give_up(void)
{
	struct reorder r;

	reorder_init(&r, 10);
	CHECK(hold(&r, 12, 1000) == 0);
	CHECK(hold(&r, 15, 2000) == 0);
	CHECK(take(&r, 1000 + WAIT - 1, 0) == -1);
	CHECK(take(&r, 1000 + WAIT, 2) == 12);
	CHECK(take(&r, 1000 + WAIT, 0) == -1);
	CHECK(take(&r, 2000 + WAIT, 2) == 15);
	CHECK(hold(&r, 11, 0) == -ESTALE);
	reorder_fini(&r);
}

static void test_skip(void)
{
	struct reorder r;

	reorder_init(&r, 10);
	for (int seq = 12; seq < 20; seq++)
		CHECK(hold(&r, seq, 0) == 0);
	reorder_skip_to(&r, 18);
	CHECK(r.n == 2);
	CHECK(take(&r, 0, 8) == 18);
	CHECK(take(&r, 0, 0) == 19);
	reorder_skip_to(&r, 5); /* never back */
	CHECK(r.next == 20);
	/* skipped with nothing held: the next one still tells of it */
	reorder_skip_to(&r, 22);
	CHECK(!reorder_straight(&r, 22));
	CHECK(hold(&r, 22, 0) == 0);
	CHECK(take(&r, 0, 2) == 22);
	reorder_fini(&r);
}

static void test_limit(void)
{
	struct reorder r;

	reorder_init(&r, 100);
	CHECK(hold(&r, 100 + LIMIT_REORDER_PACKETS - 1, 0) == 0);
	CHECK(hold(&r, 100 + LIMIT_REORDER_PACKETS, 0) == -ENOBUFS);
	reorder_skip_to(&r, 100 + LIMIT_REORDER_PACKETS);
	CHECK(r.n == 0);
	CHECK(hold(&r, 100 + LIMIT_REORDER_PACKETS, 0) == 0);
	CHECK(take(&r, 0, LIMIT_REORDER_PACKETS) == 100 + LIMIT_REORDER_PACKETS);
	reorder_fini(&r);
}

/* The copy has its own extension and payload. */
static void test_copy(void)
{
	uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct rtp_packet pkt = {
		.ext = bytes, .ext_len = 4, .payload = bytes + 4, .payload_len = 4};
	struct reorder r;
	struct held *h;
	uint32_t lost;

	reorder_init(&r, 0);
	CHECK(reorder_hold(&r, 0, &pkt, 77) == 0);
	memset(bytes, 0, sizeof(bytes));
	h = reorder_take(&r, 77, WAIT, &lost);
	CHECK(h && h->at_us == 77);
	CHECK(h->pkt.ext[0] == 1 && h->pkt.ext[3] == 4 && h->pkt.payload[0] == 5);
	free(h);
	reorder_fini(&r);
}

int main(void)
{
	test_order();
	test_give_up();
	test_skip();
	test_limit();
	test_copy();
	return 0;
}
