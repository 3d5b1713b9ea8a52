/* section.h - what one media section of a client agreed to, and to which
 * section a new SSRC belongs (RFC 9143 9.2, RFC 8852). Pure functions.
 */
#ifndef TRANSPORT_SECTION_H
#define TRANSPORT_SECTION_H

#include "transport/rtp.h"
#include "transport/sdp.h"

struct section {
	enum sdp_in in;
	enum sdp_out out;
	uint8_t dir; /* of the client; 0 when the section was rejected */
	uint8_t red_pt;
	uint8_t ext[SDP_EXT_N];
	uint32_t n_rids;
	uint32_t ssrc, rtx_ssrc; /* of the client; 0: not said */
	uint32_t n_codecs;
	struct sdp_codec codecs[LIMIT_PTS];
	char mid[SDP_MID_MAX + 1];
};

void section_take(struct section *s, const struct sdp_media *m);

/* True when the client may send in it. */
bool section_sends(const struct section *s);

/* The codec of a payload type, NULL if none (RTX and RED are not codecs). */
const struct sdp_codec *section_codec(const struct section *s, uint8_t pt);

/* The codec that a payload type retransmits, NULL if none. */
const struct sdp_codec *section_rtx(const struct section *s, uint8_t pt);

struct section_match {
	uint32_t index; /* of the section */
	bool rtx;
	bool guessed;              /* by payload type alone */
	char rid[SDP_MID_MAX + 1]; /* empty: not a simulcast layer */
};

/* By announced SSRC, else by the mid in a header extension, else by a payload
 * type that one section alone has. -ENOENT when none fits, and when it names a
 * mid that none has. */
int section_match(struct section_match *out, const struct section *list, uint32_t n,
		  const struct rtp_packet *pkt) AULA_MUST_CHECK;

#endif
