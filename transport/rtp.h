/* rtp.h - RTP packets (RFC 3550) and their header extensions (RFC 8285) as
 * read from and written to the wire. Pure functions.
 */
#ifndef TRANSPORT_RTP_H
#define TRANSPORT_RTP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_LEN 12 /* bytes, without CSRCs and extension */

/* A parsed view; the pointers look into the packet and live as long as it. */
struct rtp_packet {
	bool marker;
	uint8_t pt;
	uint16_t seq;
	uint32_t ts; /* in units of the codec's clock, 90000 Hz for video */
	uint32_t ssrc;
	uint16_t ext_profile;
	const uint8_t *ext; /* NULL if none */
	size_t ext_len;     /* bytes */
	const uint8_t *payload;
	size_t payload_len; /* bytes, padding removed */
};

/* Reads `len` bytes of an authenticated packet. Returns 0, or -EBADMSG when
 * any length field points outside of the packet; `pkt` is then untouched. */
int rtp_parse(struct rtp_packet *pkt, const uint8_t *data, size_t len) AULA_MUST_CHECK;

/* Finds extension element `id` (1..255) in the one- or two-byte form. False
 * when absent or when the extension is malformed. */
bool rtp_ext_find(const struct rtp_packet *pkt, uint8_t id, const uint8_t **data,
		  size_t *len);

/* One element to write; one-byte form: id 1..14, len 1..16. */
struct rtp_ext {
	uint8_t id, len;
	const uint8_t *data;
};

/* Writes a header with `n` extension elements. Returns its length, 12..; the
 * caller's buffer holds at least 12 + 4 + 17 * n + 3 bytes. */
size_t rtp_header_write(uint8_t *out, const struct rtp_packet *pkt,
			const struct rtp_ext *exts, size_t n);

/* Extends 16 or 32 bit counters to 64 bits; the first value keeps its number. */
struct rtp_unwrap {
	bool started;
	int64_t last;
};
int64_t rtp_unwrap16(struct rtp_unwrap *u, uint16_t v);
int64_t rtp_unwrap32(struct rtp_unwrap *u, uint32_t v);

#endif
