#include "transport/probe.h"

#include "base/clock.h"

#include <math.h>

#define STEP_MAX_US  (50 * MS_US)  /* what is late is not caught up on at once */
#define AHEAD_US     (100 * MS_US) /* of media that came by itself */
#define QUEUE_US     (60 * MS_US)
#define ANSWER_US    (1500 * MS_US) /* then what was told must do */
#define TOLD_US      (60 * MS_US)   /* of the end of what was held */
#define SPAN_US      (PROBE_HOLD_US / 2)
#define LOST_MORE    0.05
#define LOST_PACKETS 8
#define LOST_MIN     2
#define ENOUGH       0.97 /* of the target */
#define SLACK_BPS    3000 /* the last bytes that are missing make no packet */
#define TRAIN_ENOUGH 0.85
#define TRAIN_MS     6 /* one packet takes so long at the target */
#define TRAIN_LEAST  100
#define TRAIN_MOST   200 /* bytes */

void probe_start(struct probe *p, uint32_t target_bps, uint32_t from_bps, double loss,
		 uint64_t wire, int64_t now_us)
{
	*p = (struct probe){
		.target_bps = target_bps,
		.from_bps = from_bps < target_bps ? from_bps : target_bps,
		.began_us = now_us,
		.filled_us = now_us,
		.wire = wire,
		.loss = loss,
		.train_us = target_bps < PROBE_TRAIN_BPS ? now_us : 0,
	};
}

uint32_t probe_train(struct probe *p)
{
	uint32_t bytes = p->target_bps / 8 * TRAIN_MS / 1000;

	if (!p->train_us || p->train_sent)
		return 0;
	p->train_sent = true;
	return bytes < TRAIN_LEAST  ? TRAIN_LEAST
	       : bytes > TRAIN_MOST ? TRAIN_MOST
				    : bytes;
}

static int64_t hold_from(const struct probe *p)
{
	return p->began_us + PROBE_RAMP_US;
}

static int64_t hold_until(const struct probe *p)
{
	return hold_from(p) + PROBE_HOLD_US;
}

uint32_t probe_due(struct probe *p, uint64_t wire, int64_t now_us)
{
	int64_t past_us = now_us - p->began_us, step_us = now_us - p->filled_us;
	int64_t bps = p->target_bps, least;

	if (p->train_us) {
		p->wire = wire;
		p->filled_us = now_us;
		return 0;
	}
	if (past_us < PROBE_RAMP_US)
		bps = p->from_bps + (bps - p->from_bps) * past_us / PROBE_RAMP_US;
	if (step_us > STEP_MAX_US)
		step_us = STEP_MAX_US;
	p->credit += bps * step_us / (8 * SEC_US) - (int64_t)(wire - p->wire);
	least = -bps * AHEAD_US / (8 * SEC_US);
	if (p->credit < least)
		p->credit = least;
	p->wire = wire;
	p->filled_us = now_us;
	if (now_us >= hold_until(p))
		return 0;
	return p->credit > 0 ? (uint32_t)p->credit : 0;
}

static void train_packet(struct probe *p, const struct twcc_news *news, int64_t recv_us)
{
	int64_t gap_us = recv_us - p->train_last_us;

	if (news->kind != TWCC_PROBE)
		return;
	p->train_told += news->fate != FATE_FOUND;
	if (news->fate == FATE_LOST) {
		p->train_lost++;
		return;
	}
	if (p->train_came++ &&
	    news->size * 8.0 * SEC_US >= TRAIN_ENOUGH * p->target_bps *
						 (double)(gap_us < 0 ? -gap_us : gap_us))
		p->train_good = true;
	p->train_last_us = recv_us;
}

void probe_packet(struct probe *p, const struct twcc_news *news, int64_t recv_us)
{
	if (news->sent_us < p->began_us)
		return;
	if (p->train_us) {
		train_packet(p, news, recv_us);
		return;
	}
	p->told += news->fate != FATE_FOUND;
	p->lost += news->fate == FATE_LOST;
	if (news->fate == FATE_FOUND && p->lost)
		p->lost--;
	if (news->sent_us > p->told_us)
		p->told_us = news->sent_us;
	if (news->fate == FATE_LOST || news->sent_us < hold_from(p) ||
	    news->sent_us >= hold_until(p))
		return;
	if (!p->bytes || recv_us < p->first_us) {
		p->first_us = recv_us;
		p->first_bytes = news->size;
	}
	if (!p->bytes || recv_us > p->last_us)
		p->last_us = recv_us;
	p->bytes += news->size;
}

uint32_t probe_carried(const struct probe *p)
{
	int64_t span_us = p->last_us - p->first_us;
	double bps;

	if (span_us < SPAN_US)
		return 0;
	bps = (double)(p->bytes - p->first_bytes) * 8 * SEC_US / (double)span_us;
	return bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}

/* More than before, by more than chance explains. */
static bool loses(const struct probe *p)
{
	double more, n = p->told;

	if (p->told < LOST_PACKETS || p->lost < LOST_MIN)
		return false;
	more = p->lost / n - p->loss - LOST_MORE;
	return more > 2 * sqrt((p->loss + 0.01) * (1 - p->loss) / n);
}

/* Chance takes some of them on a lossy way. */
static enum probe_end judge_train(struct probe *p, int64_t now_us)
{
	if (p->train_told < PROBE_TRAIN && now_us - p->train_us < PROBE_TRAIN_US)
		return PROBE_RUNS;
	if (!p->train_good || p->train_lost > 1 + PROBE_TRAIN * 2 * p->loss)
		return PROBE_BAD;
	p->train_us = 0;
	p->began_us = p->filled_us = now_us;
	return PROBE_RUNS;
}

enum probe_end probe_judge(struct probe *p, int64_t queue_us, int64_t now_us)
{
	double enough;

	if (p->train_us)
		return judge_train(p, now_us);
	if (queue_us > QUEUE_US || loses(p))
		return PROBE_BAD;
	if (now_us < hold_until(p) ||
	    (now_us < hold_until(p) + ANSWER_US && p->told_us < hold_until(p) - TOLD_US))
		return PROBE_RUNS;
	/* what was lost before is no sign of too much */
	enough = p->target_bps * (1 - p->loss) * ENOUGH - SLACK_BPS;
	return probe_carried(p) >= enough ? PROBE_GOOD : PROBE_BAD;
}
