/* rtcp.h - RTCP compounds (RFC 3550, 4585, 5104, 5506, draft-alvestrand-rmcat-remb,
 * draft-holmer-rmcat-transport-wide-cc) as read from and written to the wire.
 */
#ifndef TRANSPORT_RTCP_H
#define TRANSPORT_RTCP_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct rtcp_block {
	uint32_t ssrc;         /* the stream that is reported on */
	uint8_t fraction_lost; /* of 256, since the last report */
	int32_t lost;          /* in all, signed 24 bit */
	uint32_t highest_seq;  /* extended */
	uint32_t jitter;       /* in units of the RTP clock */
	uint32_t lsr;          /* middle 32 bits of the last SR's NTP time */
	uint32_t dlsr;         /* since then, in 1/65536 s */
};

struct rtcp_sr {
	uint32_t ssrc;
	uint64_t ntp; /* 32.32 s since 1900 */
	uint32_t rtp_ts;
	uint32_t packets, bytes;
};

/* What a parsed compound calls, in its order; a NULL member is skipped. */
struct rtcp_sink {
	void *ctx;
	void (*sr)(void *ctx, const struct rtcp_sr *sr);
	void (*block)(void *ctx, uint32_t from, const struct rtcp_block *block);
	void (*bye)(void *ctx, uint32_t ssrc);
	/* one FCI: packet `pid` and those of `blp`'s bits after it are missing */
	void (*nack)(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp);
	void (*pli)(void *ctx, uint32_t ssrc);
	void (*fir)(void *ctx, uint32_t ssrc, uint8_t seq);
	void (*remb)(void *ctx, uint64_t bps);
	/* one packet of a transport-wide feedback; `recv_us` < 0: not received */
	void (*twcc)(void *ctx, uint16_t seq, int64_t recv_us);
	/* at the end of each feedback message of transport-wide kind */
	void (*twcc_end)(void *ctx, uint8_t fb_count);
};

/* Checks the whole compound before the first call into `sink`. Returns 0 or
 * -EBADMSG (nothing was called). Unknown packet types are skipped. */
int rtcp_parse(const uint8_t *data, size_t len,
	       const struct rtcp_sink *sink) AULA_MUST_CHECK;

/* A buffer to append packets to; what does not fit is left out and sets full. */
struct rtcp_out {
	uint8_t *data;
	size_t size, len;
	int full;
};

void rtcp_put_sr(struct rtcp_out *o, const struct rtcp_sr *sr,
		 const struct rtcp_block *blocks, size_t n);
void rtcp_put_rr(struct rtcp_out *o, uint32_t ssrc, const struct rtcp_block *blocks,
		 size_t n);
void rtcp_put_cname(struct rtcp_out *o, uint32_t ssrc, const char *cname);
void rtcp_put_bye(struct rtcp_out *o, uint32_t ssrc);
/* `seqs` ascending in wrap order; packs them into as few FCIs as possible */
void rtcp_put_nack(struct rtcp_out *o, uint32_t from, uint32_t ssrc, const uint16_t *seqs,
		   size_t n);
void rtcp_put_pli(struct rtcp_out *o, uint32_t from, uint32_t ssrc);
void rtcp_put_remb(struct rtcp_out *o, uint32_t from, uint64_t bps, const uint32_t *ssrcs,
		   size_t n);

#endif
