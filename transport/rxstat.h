/* rxstat.h - what a receiver report says of one stream (RFC 3550 6.4.1, A.3, A.8). */
#ifndef TRANSPORT_RXSTAT_H
#define TRANSPORT_RXSTAT_H

#include "transport/rtcp.h"

#include <stdbool.h>
#include <stdint.h>

struct rxstat {
	bool started;
	uint32_t hz; /* of the RTP clock */
	int64_t first, high;
	int64_t received;
	int64_t prior_expected, prior_received; /* at the last report */
	uint32_t last_ts;
	int64_t last_us;
	uint32_t jitter_16; /* in 1/16 units of the RTP clock */
	uint32_t lsr;       /* of the last sender report; 0: none */
	int64_t lsr_us;     /* its arrival */
};

void rxstat_init(struct rxstat *st, uint32_t hz);

/* A packet came by itself (no retransmission) with the extended number `seq`. */
void rxstat_add(struct rxstat *st, int64_t seq, uint32_t ts, int64_t now_us);

/* The sequence starts anew at `seq`: nothing before it counts as lost. */
void rxstat_restart(struct rxstat *st, int64_t seq);

void rxstat_sr(struct rxstat *st, const struct rtcp_sr *sr, int64_t now_us);

/* Fills all but the SSRC, and begins the next interval. Returns the packets
 * lost in this one, 0 or more. */
uint32_t rxstat_report(struct rxstat *st, struct rtcp_block *block, int64_t now_us);

#endif
