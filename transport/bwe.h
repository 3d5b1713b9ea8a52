/* bwe.h - does the way to a peer carry what is sent? A detector, not a continuous
 * estimate: what may be sent comes in few steps, and each costs a key frame. It
 * reads how long packets wait on the way beyond the least, and how many are lost,
 * from transport-wide feedback; from receiver reports where there is none.
 *
 * Pure: no I/O, no clock. All calls that return bool tell whether `report` is to be
 * told now. Whatever a peer says, only the verdict on itself follows from it.
 */
#ifndef TRANSPORT_BWE_H
#define TRANSPORT_BWE_H

#include "transport/losscap.h"
#include "transport/net.h"
#include "transport/twcc_tx.h"

#define BWE_BINS    5 /* of arrivals; the last one is being filled */
#define BWE_WINDOWS 4

/* What the feedback of a short time said. */
struct bwe_window {
	int64_t took_us;
	int64_t queue_us;     /* the least that a packet waited */
	uint32_t told;        /* packets; some of them were */
	int32_t lost;         /* fewer than none: more were found again */
	uint32_t found;       /* of those that were lost before */
	uint32_t sent, bytes; /* bytes told of, and those of them that arrived */
};

/* Owner: whose peer it is. */
struct bwe {
	struct link_report report; /* as of now */
	int64_t reported_us;       /* the last time it was told */
	uint32_t cap_told;
	int64_t cap_us;  /* then */
	uint32_t looks;  /* windows, or receiver reports, so far */
	bool start_told; /* that too much is sent, by the losses of the first seconds */

	/* way and clocks: arrival - departure in µs, of any offset; its least value
	 * of this and of the last period. INT64_MAX: none. */
	int64_t least[2], last_way;
	int64_t period_us; /* this one began; 0: no feedback yet */

	int64_t window_us; /* the one at hand began */
	int64_t window_least;
	uint32_t window_arrived;
	struct bwe_window now, last[BWE_WINDOWS]; /* the newest first */
	int64_t noise_us; /* what a window's queue is when nothing waits */

	/* arrivals, in the peer's clock */
	int64_t bin; /* number of the newest one */
	uint32_t bins[BWE_BINS];
	int64_t stand_from_us, stand_to_us; /* packets were waiting all the time */
	uint32_t stand_bytes;               /* after the first of them */
	uint32_t stand_n;

	/* packets lost one behind the other, with nothing between them: sent from, to */
	uint32_t run;
	int64_t run_from_us, run_to_us;
	int64_t hole_us;                      /* the last one that was a hole ended */
	int64_t spared_from_us, spared_to_us; /* the last one that was not counted */
	double sum_lost, sum_told, sum_found; /* fading */
	double loss;                          /* the ratio of the first two, 0..1 */
	double told_loss;                     /* as it was when it was told last */
	struct losscap losscap;

	int64_t sign_us;     /* the last sign of too much */
	int64_t tight_us;    /* the present tightness began */
	uint32_t tight_bps;  /* that was sent then */
	uint32_t fits_bps;   /* as was told last */
	int64_t flat_us;     /* since then the queue is what it was */
	int64_t flat_queue;  /* µs */
	int64_t lossy_us;    /* many are lost since then; 0: not */
	int64_t back_us;     /* it fell silent, and came back */
	int64_t expected_us; /* until then a queue is of our own making */
};

void bwe_init(struct bwe *b);

/* One status of a feedback; `recv_us` in the peer's clock, when it arrived. */
void bwe_packet(struct bwe *b, const struct twcc_news *news, int64_t recv_us);
/* The feedback ends. `untold`: bytes that feedback passed over. */
bool bwe_end(struct bwe *b, uint32_t untold, int64_t now_us);

/* No feedback for too long. What was known of delay is forgotten. */
bool bwe_silent(struct bwe *b, int64_t now_us);

/* It works again after all, though no feedback says so. */
bool bwe_back(struct bwe *b, int64_t now_us);

/* The sender itself holds back more and more: what it is to send does not fit in what
 * fits. */
bool bwe_held_back(struct bwe *b, uint32_t fits_bps, uint32_t sent_bps, int64_t now_us);

/* How long packets wait by the newest feedback, beyond what is usual there; µs. */
int64_t bwe_queue(const struct bwe *b);

/* Where there is no such feedback: a receiver report. `rtt_us` 0: unknown.
 * `sent_bps`: since the last one. */
bool bwe_block(struct bwe *b, uint8_t fraction_lost, int64_t rtt_us, uint32_t sent_bps,
	       int64_t now_us);
/* What the peer allows (REMB). It is a verdict of its own only where it must be:
 * `judge`, when more than that is sent. */
bool bwe_cap(struct bwe *b, uint64_t bps, bool judge, uint32_t sent_bps, int64_t now_us);
/* A cap that came too soon after the one before is told now. */
bool bwe_cap_due(struct bwe *b, int64_t now_us);

/* A probe runs until then: a moderate queue is no sign. */
static inline void bwe_expect(struct bwe *b, int64_t until_us)
{
	b->expected_us = until_us;
}

#endif
