#include "base/bytes.h"
#include "tests/test.h"
#include "transport/twcc.h"

#include <stdbool.h>

/* What the feedbacks said, by unwrapped number from `first` on. */
struct model {
	int64_t us[4096]; /* 0: not spoken of, -1: lost */
	uint16_t first;
	int n_messages, n_packets;
	uint8_t fb_count;
};

static void on_packet(void *ctx, uint16_t seq, int64_t recv_us)
{
	struct model *m = ctx;
	uint16_t i = (uint16_t)(seq - m->first);

	CHECK(i < 4096);
	m->us[i] = recv_us;
	m->n_packets++;
}

static void on_end(void *ctx, uint8_t fb_count)
{
	struct model *m = ctx;

	CHECK(fb_count == (uint8_t)(m->fb_count + 1) || m->n_messages == 0);
	m->fb_count = fb_count;
	m->n_messages++;
}

static void feed_back(struct twcc_rx *rx, struct model *m, size_t size)
{
	uint8_t buf[4096];
	struct rtcp_out o = {.data = buf, .size = size};
	const struct rtcp_sink sink = {.ctx = m, .twcc = on_packet, .twcc_end = on_end};

	twcc_rx_put(rx, &o, 1, 2);
	CHECK(o.len <= size && o.len % 4 == 0);
	if (o.len)
		CHECK(rtcp_parse(buf, o.len, &sink) == 0);
}

static bool near(int64_t a, int64_t b)
{
	return a > b - 250 && a <= b; /* rounded down to 250 us */
}

static void says_nothing_of_nothing(void)
{
	struct twcc_rx rx;
	struct model m = {0};

	twcc_rx_init(&rx);
	feed_back(&rx, &m, 1200);
	CHECK(m.n_messages == 0);
	twcc_rx_add(&rx, 5, 1000);
	m.first = 5;
	feed_back(&rx, &m, 1200);
	feed_back(&rx, &m, 1200);
	CHECK(m.n_messages == 1 && m.n_packets == 1 && near(m.us[0], 1000));
}

static void reports_losses_and_wraps(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 65500};
	int64_t at[200] = {0};
	uint32_t seed = 7;

	twcc_rx_init(&rx);
	for (int i = 0; i < 200; i++) {
		seed = seed * 1664525 + 1013904223;
		at[i] = 5000000 + 700 * i + (seed >> 24) * 100;
		if (i == 0 || seed >> 28 >= 4)
			twcc_rx_add(&rx, (uint16_t)(65500 + i), at[i]);
		else
			at[i] = -1;
		if (i % 37 == 0)
			feed_back(&rx, &m, 1200);
	}
	twcc_rx_add(&rx, (uint16_t)(65500 + 200), 5200000);
	feed_back(&rx, &m, 1200);
	for (int i = 0; i < 200; i++)
		CHECK(at[i] < 0 ? m.us[i] == -1 : near(m.us[i], at[i]));
	CHECK(m.n_packets == 201);
}

static void late_one_is_told(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 10};

	twcc_rx_init(&rx);
	twcc_rx_add(&rx, 10, 1000);
	twcc_rx_add(&rx, 12, 2000);
	feed_back(&rx, &m, 1200);
	CHECK(m.us[1] == -1);
	twcc_rx_add(&rx, 11, 9000);
	twcc_rx_add(&rx, 11, 99000); /* the first arrival counts */
	feed_back(&rx, &m, 1200);
	CHECK(near(m.us[1], 9000) && near(m.us[2], 2000));
}

static void splits_when_told_little_room(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 0};

	twcc_rx_init(&rx);
	for (int i = 0; i < 300; i++) /* 70 ms apart: no delta is small */
		twcc_rx_add(&rx, (uint16_t)i, 1000000 + 70000 * i);
	for (int i = 0; i < 60; i++)
		feed_back(&rx, &m, 100);
	CHECK(m.n_packets == 300 && m.n_messages > 5);
	for (int i = 0; i < 300; i++)
		CHECK(near(m.us[i], 1000000 + 70000 * i));
	feed_back(&rx, &m, 20); /* too small for anything */
}

static void splits_at_a_long_pause(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 1};

	twcc_rx_init(&rx);
	twcc_rx_add(&rx, 1, 1000000);
	twcc_rx_add(&rx, 3, 1000000 + 60000000); /* more than 16 bits of 250 us */
	twcc_rx_add(&rx, 2, 1000000 + 60000500); /* and back a little */
	feed_back(&rx, &m, 1200);
	CHECK(m.n_messages == 2 && near(m.us[0], 1000000));
	CHECK(near(m.us[1], 61000500) && near(m.us[2], 61000000));
}

static void full_window_fits(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 0};

	twcc_rx_init(&rx);
	for (int i = 0; i < TWCC_WINDOW + 100; i++)
		twcc_rx_add(&rx, (uint16_t)i, 5000 + 1000 * i);
	feed_back(&rx, &m, 1500);
	CHECK(m.n_packets == TWCC_WINDOW && m.us[99] == 0);
	for (int i = 100; i < TWCC_WINDOW + 100; i++)
		CHECK(near(m.us[i], 5000 + 1000 * i));
}

static void resyncs_after_a_jump(void)
{
	struct twcc_rx rx;
	struct model m = {.first = 100}, back = {.first = 20000};

	twcc_rx_init(&rx);
	twcc_rx_add(&rx, 100, 1000);
	twcc_rx_add(&rx, 100 + TWCC_WINDOW - 1, 2000);
	feed_back(&rx, &m, 1200);
	CHECK(m.n_packets == TWCC_WINDOW);
	twcc_rx_add(&rx, 30000, 3000);
	m.first = 30000;
	feed_back(&rx, &m, 1200);
	CHECK(m.n_packets == TWCC_WINDOW + 1);
	twcc_rx_add(&rx, 20000, 4000);
	feed_back(&rx, &back, 1200);
	CHECK(back.n_packets == 1 && near(back.us[0], 4000));
}

/* The chunks themselves, byte by byte. */
static void writes_short_chunks(void)
{
	uint8_t buf[200];
	struct rtcp_out o = {.data = buf, .size = sizeof(buf)};
	struct twcc_rx rx;

	twcc_rx_init(&rx);
	twcc_rx_add(&rx, 7, 128000 + 1000);
	for (int i = 8; i < 7 + 20; i++)
		twcc_rx_add(&rx, (uint16_t)i, 128000 + 1000);
	twcc_rx_put(&rx, &o, 0x01020304, 0x05060708);
	CHECK(o.len == 20 + 2 + 20 + 2 && buf[0] == 0x8f && buf[1] == 205);
	CHECK(rd16(buf + 2) == o.len / 4 - 1 && rd32(buf + 4) == 0x01020304);
	CHECK(rd32(buf + 8) == 0x05060708 && rd16(buf + 12) == 7 && rd16(buf + 14) == 20);
	CHECK(rd24(buf + 16) == 2 && buf[19] == 0);
	CHECK(rd16(buf + 20) == (0x2000 | 20)); /* one run of small ones */
	CHECK(buf[22] == 4 && buf[23] == 0);

	o.len = 0;
	twcc_rx_add(&rx, 27, 130000);
	twcc_rx_add(&rx, 29, 130000);
	twcc_rx_put(&rx, &o, 1, 2);
	CHECK(rd16(buf + 20) == 0xa800 + 0 && buf[19] == 1); /* 101 of one bit each */

	o.len = 0;
	twcc_rx_add(&rx, 30, 200000);
	twcc_rx_add(&rx, 32, 400000);
	twcc_rx_put(&rx, &o, 1, 2);
	/* small, lost, large of two bits each */
	CHECK(rd16(buf + 20) == (0xc000 | 1 << 12 | 0 << 10 | 2 << 8));
}

int main(void)
{
	says_nothing_of_nothing();
	reports_losses_and_wraps();
	late_one_is_told();
	splits_when_told_little_room();
	splits_at_a_long_pause();
	full_window_fits();
	resyncs_after_a_jump();
	writes_short_chunks();
	return 0;
}
