/* twcc.h - receiver side of transport-wide congestion control feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01).
 */
#ifndef TRANSPORT_TWCC_H
#define TRANSPORT_TWCC_H

#include "transport/rtcp.h"
#include "transport/rtp.h"

#define TWCC_WINDOW 512 /* packets remembered between two feedbacks */

struct twcc_rx {
	struct rtp_unwrap unwrap;
	int64_t base;               /* first number of the next feedback */
	int64_t high;               /* highest number seen */
	int64_t at_us[TWCC_WINDOW]; /* arrival, 0: not (yet) */
	uint8_t fb_count;
	bool any;
};

void twcc_rx_init(struct twcc_rx *rx);

/* Notes that transport-wide number `seq` arrived. Owner: net thread. */
void twcc_rx_add(struct twcc_rx *rx, uint16_t seq, int64_t now_us);

/* Appends a feedback about all since the last one; nothing if none came. */
void twcc_rx_put(struct twcc_rx *rx, struct rtcp_out *o, uint32_t from, uint32_t media);

#endif
