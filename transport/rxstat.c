#include "transport/rxstat.h"

#include "base/clock.h"

void rxstat_init(struct rxstat *st, uint32_t hz)
{
	*st = (struct rxstat){.hz = hz};
}

void rxstat_restart(struct rxstat *st, int64_t seq)
{
	st->started = true;
	st->first = st->high = seq;
	st->received = st->prior_expected = st->prior_received = 0;
	st->last_us = 0;
}

void rxstat_add(struct rxstat *st, int64_t seq, uint32_t ts, int64_t now_us)
{
	int64_t d;

	if (!st->started)
		rxstat_restart(st, seq);
	st->received++;
	if (seq > st->high)
		st->high = seq;
	if (st->last_us) {
		d = (now_us - st->last_us) * st->hz / SEC_US;
		d -= (int32_t)(ts - st->last_ts);
		if (d < 0)
			d = -d;
		/* a clock that jumped (a new camera) says nothing of the network */
		if (d < (int64_t)5 * st->hz)
			st->jitter_16 += (uint32_t)d - ((st->jitter_16 + 8) >> 4);
	}
	st->last_ts = ts;
	st->last_us = now_us;
}

void rxstat_sr(struct rxstat *st, const struct rtcp_sr *sr, int64_t now_us)
{
	st->lsr = (uint32_t)(sr->ntp >> 16);
	st->lsr_us = now_us;
}

uint32_t rxstat_report(struct rxstat *st, struct rtcp_block *block, int64_t now_us)
{
	int64_t expected = st->started ? st->high - st->first + 1 : 0;
	int64_t interval = expected - st->prior_expected;
	int64_t lost = interval - (st->received - st->prior_received);
	int64_t all = expected - st->received;

	if (lost < 0 || interval <= 0)
		lost = 0;
	block->fraction_lost =
		(uint8_t)(lost ? (lost >= interval ? 255 : lost * 256 / interval) : 0);
	if (all > 0x7fffff)
		all = 0x7fffff;
	if (all < -0x800000)
		all = -0x800000;
	block->lost = (int32_t)all;
	block->highest_seq = (uint32_t)(st->high - 65536);
	block->jitter = st->jitter_16 >> 4;
	block->lsr = st->lsr;
	block->dlsr = st->lsr ? (uint32_t)((now_us - st->lsr_us) * 65536 / SEC_US) : 0;
	st->prior_expected = expected;
	st->prior_received = st->received;
	return (uint32_t)lost;
}
