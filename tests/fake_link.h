/* fake_link.h - link.h without a network, for tests of what stands above it:
 * keeps what was sent, and plays the far end.
 */
#ifndef TESTS_FAKE_LINK_H
#define TESTS_FAKE_LINK_H

#include "transport/link.h"
#include "transport/rtp.h"

#define FAKE_SENT_MAX 4096

struct fake_sent {
	struct link *link;
	bool rtcp;
	struct rtp_packet pkt; /* RTP: parsed; looks into data */
	size_t len;
	uint8_t data[1500];
};

extern struct fake_sent fake_sent[FAKE_SENT_MAX];
extern uint32_t fake_n; /* packets sent since fake_clear() */
extern uint32_t fake_flushes;
extern uint32_t fake_open; /* links that are open */

void fake_clear(void);

/* The `i`-th link that was opened, from 0 on. */
struct link *fake_link(uint32_t i);
void fake_up(struct link *link);
void fake_down(struct link *link, enum link_down why);

/* As if it had come from the wire: admits the SSRC first. False: refused. */
bool fake_rtp(struct link *link, const uint8_t *data, size_t len, int64_t now_us);
void fake_rtcp(struct link *link, const uint8_t *data, size_t len, int64_t now_us);

#endif
