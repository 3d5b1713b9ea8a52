/* sdp_writer.h - a description while it is written. Private to SDP.
 */
#ifndef TRANSPORT_SDP_WRITER_H
#define TRANSPORT_SDP_WRITER_H

#include "transport/sdp.h"

struct sdp_text {
	char *out;
	size_t size, len;
	bool full; /* something did not fit: the text is worthless */
};

/* Everything before the first section; the group names those not rejected. */
void sdp_write_head(struct sdp_text *t, const struct sdp_local *local,
		    const struct sdp_media *media, uint32_t n);

/* One section. `m` tells it from the server's side: what is in m->dir the
 * server does. The server's own SSRCs stand for what it sends. */
void sdp_write_section(struct sdp_text *t, const struct sdp_local *local,
		       const struct sdp_media *m, const char *setup);

/* The codecs that our offers take from a camera or a screen. */
const struct sdp_codec *sdp_offered_camera(uint32_t *n);

/* The id that our offers give to an extension. */
static inline uint8_t sdp_ext_id(enum sdp_ext ext)
{
	return (uint8_t)(ext + 1);
}

#endif
