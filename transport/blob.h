/* blob.h - one unit packetised once for all viewers of a rung: the RTP
 * payloads, without headers (H.264: RFC 6184 mode 1; VP8: RFC 7741; AV1: AOM's format
 * 1.0, from a low-overhead OBU stream; Opus: one). The parts of a picture are equally
 * long but for the last one, which may be shorter (sock.h says why).
 */
#ifndef TRANSPORT_BLOB_H
#define TRANSPORT_BLOB_H

#include "base/au.h"

struct blob_packet {
	uint32_t offset; /* into data */
	uint16_t len;    /* bytes of payload */
};

struct blob {
	struct ref ref;
	struct au *au; /* the unit it was made of: key flag, times, skip list */
	uint32_t n;    /* packets; the last one carries the marker (video) */
	const struct blob_packet *packets;
	const uint8_t *data;
};

/* Takes its own reference of `au`. `max_payload` in bytes, at least 100.
 * `vp8_picture` is the picture number for VP8 (15 bits used). */
int blob_create(struct blob **out, struct au *au, size_t max_payload,
		uint32_t vp8_picture) AULA_MUST_CHECK;

static inline struct blob *blob_get(struct blob *blob)
{
	ref_get(&blob->ref);
	return blob;
}

static inline void blob_put(struct blob *blob)
{
	if (blob)
		ref_put(&blob->ref);
}

#endif
