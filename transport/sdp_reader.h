/* sdp_reader.h - a description while it is read. Private to the SDP reader.
 */
#ifndef TRANSPORT_SDP_READER_H
#define TRANSPORT_SDP_READER_H

#include "transport/sdp.h"
#include "transport/sdp_lex.h"

enum { /* rtcp-fb */
       FB_NACK = 1 << 0,
       FB_PLI = 1 << 1,
       FB_FIR = 1 << 2,
       FB_TWCC = 1 << 3,
       FB_REMB = 1 << 4,
};

/* What the lines of one section say about each payload type; in any order. */
struct sdp_pts {
	unsigned int n;
	uint8_t order[128]; /* as on the m= line */
	uint8_t fb_any;     /* rtcp-fb:* */
	struct sdp_pt {
		bool listed, rtx, red;
		enum codec codec;
		uint8_t fb;
		struct span fmtp;
	} pt[128];
};

struct sdp_section { /* of a section, what struct sdp_media does not keep */
	bool bundle_only, mux, bundled, fid;
	bool has_dir;
	uint32_t port;
	uint16_t ptime_ms; /* 0: not said */
	uint32_t n_extmaps;
	uint8_t ext_ids[256 / 8]; /* bit set of those taken */
};

struct sdp_reader {
	struct sdp sdp;
	struct sdp_section sections[LIMIT_SDP_MEDIA];
	struct sdp_media session; /* what all sections inherit */
	struct sdp_section session_section;
	struct sdp_media *media;     /* where attributes go: &session or one */
	struct sdp_section *section; /* its other half */
	struct sdp_pts pts;          /* of the section in hand */
	struct span bundle;          /* its mids; p is NULL: no such group */
	bool has_setup, has_origin, has_name, has_time;
	const char *why;
};

/* Both set `why`. */
int sdp_bad(struct sdp_reader *r, const char *why);  /* -EBADMSG */
int sdp_over(struct sdp_reader *r, const char *why); /* -E2BIG */

/* One attribute: "name" or "name:value". Unknown ones are skipped. */
int sdp_read_attribute(struct sdp_reader *r, struct span line) AULA_MUST_CHECK;

int sdp_read_rtpmap(struct sdp_reader *r, struct span value, uint8_t unused);
int sdp_read_fmtp(struct sdp_reader *r, struct span value, uint8_t unused);
int sdp_read_rtcp_fb(struct sdp_reader *r, struct span value, uint8_t unused);

/* A length of packets: of several the least is kept. */
int sdp_read_packet_ms(struct sdp_reader *r, struct span value,
		       uint16_t *ms) AULA_MUST_CHECK;

/* The payload types of an m= line. */
int sdp_read_formats(struct sdp_reader *r, struct span formats) AULA_MUST_CHECK;

/* At the end of a section: makes its list of codecs from `pts`. */
int sdp_fold_codecs(struct sdp_reader *r) AULA_MUST_CHECK;

/* URI of an extension. */
const char *sdp_ext_uri(enum sdp_ext ext);

#endif
