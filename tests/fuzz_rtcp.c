/* fuzz_rtcp - any bytes as a compound: either nothing is called or all of it,
 * and the same again. The same bytes as arrivals make a feedback that reads.
 */
#include "base/bytes.h"
#include "base/limits.h"
#include "tests/test.h"
#include "transport/rtcp.h"
#include "transport/twcc.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint64_t calls, figures, statuses;
};

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	struct sum *s = ctx;

	s->calls++;
	s->figures += sr->ntp + sr->rtp_ts + sr->packets + sr->bytes + sr->ssrc;
}

static void on_block(void *ctx, uint32_t from, const struct rtcp_block *b)
{
	struct sum *s = ctx;

	CHECK(b->lost >= -0x800000 && b->lost <= 0x7fffff);
	s->calls++;
	s->figures += from + b->ssrc + b->jitter;
}

static void on_ssrc(void *ctx, uint32_t ssrc)
{
	struct sum *s = ctx;

	s->calls++;
	s->figures += ssrc;
}

static void on_nack(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp)
{
	on_ssrc(ctx, ssrc + pid + blp);
}

static void on_fir(void *ctx, uint32_t ssrc, uint8_t seq)
{
	on_ssrc(ctx, ssrc + seq);
}

static void on_remb(void *ctx, uint64_t bps)
{
	on_ssrc(ctx, (uint32_t)bps);
}

static void on_twcc(void *ctx, uint16_t seq, int64_t recv_us)
{
	struct sum *s = ctx;

	CHECK(recv_us >= -1);
	s->statuses++;
	on_ssrc(ctx, seq + (uint32_t)recv_us);
}

static void on_end(void *ctx, uint8_t fb_count)
{
	on_ssrc(ctx, fb_count);
}

static int parse(struct sum *sum, const uint8_t *data, size_t size)
{
	const struct rtcp_sink sink = {sum,     on_sr,  on_block, on_ssrc, on_nack,
				       on_ssrc, on_fir, on_remb,  on_twcc, on_end};

	*sum = (struct sum){0};
	return rtcp_parse(data, size, &sink);
}

static void feed_back(const uint8_t *data, size_t size)
{
	static struct twcc_rx rx;
	uint8_t buf[1200];
	int64_t now_us = 0;
	struct sum sum;

	twcc_rx_init(&rx);
	for (size_t i = 0; i + 5 <= size; i += 5) {
		struct rtcp_out o = {.data = buf, .size = 20 + data[i] * 4u};

		now_us += (int64_t)rd16(data + i + 1) << (data[i] & 15);
		twcc_rx_add(&rx, rd16(data + i + 3) & (data[i] & 16 ? 0xffff : 0xff),
			    now_us);
		if (data[i] & 0x60)
			continue;
		twcc_rx_put(&rx, &o, 1, 2);
		CHECK(o.len <= o.size);
		CHECK(o.len == 0 || parse(&sum, buf, o.len) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum first, second;
	int err = parse(&first, data, size);

	CHECK(err == 0 || (err == -EBADMSG && first.calls == 0));
	CHECK(parse(&second, data, size) == err &&
	      memcmp(&first, &second, sizeof(first)) == 0);
	CHECK(first.statuses <= LIMIT_TWCC_STATUSES);
	feed_back(data, size);
	return 0;
}
