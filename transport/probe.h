/* probe.h - would more fit? At first a few packets one behind the other: how far apart
 * they arrive tells what the way carries at most, at the price of one picture's
 * packet, so that a narrow way with a short queue is not disturbed. If that looks
 * good, what is sent is filled up to the rate for about a second, and the feedback
 * tells whether that much arrives without a queue. Pure: no I/O.
 * Owner: the net thread, through a peer.
 */
#ifndef TRANSPORT_PROBE_H
#define TRANSPORT_PROBE_H

#include "transport/twcc_tx.h"

#define PROBE_RAMP_US  INT64_C(400000) /* from what is sent up to the target */
#define PROBE_HOLD_US  INT64_C(700000)
#define PROBE_TRAIN    3                /* packets */
#define PROBE_TRAIN_US INT64_C(1000000) /* until all of them are told of */
/* For more than that their distances are too short to be told from chance. */
#define PROBE_TRAIN_BPS 600000

enum probe_end { PROBE_RUNS, PROBE_GOOD, PROBE_BAD, PROBE_NONE };

struct probe {
	uint32_t target_bps; /* 0: none runs */
	uint32_t from_bps;
	int64_t began_us, filled_us;
	int64_t credit;      /* bytes to be filled */
	uint64_t wire;       /* bytes that were sent when it was last looked at */
	double loss;         /* before, 0..1 */
	uint32_t told, lost; /* packets sent since it began */
	/* of those sent while the target was held */
	uint32_t bytes, first_bytes;
	int64_t first_us, last_us; /* arrivals, in the peer's clock */
	int64_t told_us;           /* the last one told of was sent */
	/* the train; train_us 0: none, or it is over */
	int64_t train_us, train_last_us; /* the last arrival */
	uint32_t train_told, train_lost, train_came;
	bool train_sent, train_good; /* two came as close as they should */
};

/* `wire`: bytes sent so far, `from_bps` lately. */
void probe_start(struct probe *p, uint32_t target_bps, uint32_t from_bps, double loss,
		 uint64_t wire, int64_t now_us);
static inline bool probe_runs(const struct probe *p)
{
	return p->target_bps != 0;
}

/* Bytes of each of PROBE_TRAIN packets that are to be sent now, at once; 0: none. */
uint32_t probe_train(struct probe *p);

/* How many bytes are missing now, `wire` being sent so far. To be called each 5 to
 * 10 ms. */
uint32_t probe_due(struct probe *p, uint64_t wire, int64_t now_us);

/* One status of the feedback. */
void probe_packet(struct probe *p, const struct twcc_news *news, int64_t recv_us);

/* After each feedback and from time to time; `queue_us` beyond what is usual.
 * The caller ends it by clearing target_bps. */
enum probe_end probe_judge(struct probe *p, int64_t queue_us, int64_t now_us);
/* What arrived while the target was held, bits a second. */
uint32_t probe_carried(const struct probe *p);

#endif
