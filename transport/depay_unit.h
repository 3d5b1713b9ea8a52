/* depay_unit.h - the unit that a depacketiser is putting together, and what
 * each payload format adds to it. Private to the depacketisers.
 */
#ifndef TRANSPORT_DEPAY_UNIT_H
#define TRANSPORT_DEPAY_UNIT_H

#include "transport/rtp.h"

#define PARAM_SET_MAX 512 /* bytes of an SPS or PPS that is remembered */

struct unit {
	uint8_t *data;
	size_t len, room;
	bool key;
	bool broken;     /* a part is missing: swallow the rest of it */
	bool after_hole; /* packets before its first one are lost */
	/* H.264 only */
	bool in_fu, has_slice, has_sps, has_pps;
};

/* Appends bytes. -EBADMSG beyond LIMIT_AU_BYTES, -ENOMEM. */
int unit_append(struct unit *unit, const uint8_t *data, size_t len) AULA_MUST_CHECK;

struct param_set {
	size_t len; /* 0: none yet */
	uint8_t data[PARAM_SET_MAX];
};

struct h264_memory {
	struct param_set sps, pps; /* the last ones of the stream */
};

/* Each adds one packet to the unit. 0, -EBADMSG (the unit is broken by it) or
 * -ENOMEM. A part whose beginning is missing sets `broken` and is no error when
 * `gap`. */
int depay_h264(struct h264_memory *memory, struct unit *unit,
	       const struct rtp_packet *pkt, bool gap) AULA_MUST_CHECK;
int depay_vp8(struct unit *unit, const struct rtp_packet *pkt, bool gap) AULA_MUST_CHECK;
int depay_vp9(struct unit *unit, const struct rtp_packet *pkt, bool gap) AULA_MUST_CHECK;

/* Puts the remembered parameter sets before an IDR picture that came without,
 * and takes the key flag away when there are none. */
int depay_h264_finish(struct h264_memory *memory, struct unit *unit) AULA_MUST_CHECK;

#endif
