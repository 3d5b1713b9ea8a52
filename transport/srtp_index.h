/* srtp_index.h - packet numbers of what we send: 48 bits from 16 (RFC 3711,
 * 3.3.1), each used once.
 */
#ifndef TRANSPORT_SRTP_INDEX_H
#define TRANSPORT_SRTP_INDEX_H

#include "base/attr.h"

#include <stdint.h>

#define SRTP_INDEX_SSRCS 8

struct srtp_index_stream {
	uint32_t ssrc;
	uint64_t highest; /* roll-over counter << 16 | sequence number */
	uint64_t used;    /* bit n: highest - n was sent */
};

struct srtp_index {
	uint32_t n;
	struct srtp_index_stream streams[SRTP_INDEX_SSRCS];
};

/* Gives the number of the next packet. -EALREADY: used, or over 63 behind;
 * -EMFILE: too many SSRCs. */
int srtp_index_take(struct srtp_index *index, uint32_t ssrc, uint16_t seq,
		    uint64_t *out) AULA_MUST_CHECK;

#endif
