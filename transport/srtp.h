/* srtp.h - protection of one link's RTP and RTCP (RFC 3711, 7714) with the keys
 * of its DTLS handshake (RFC 5764). Owner: net thread.
 *
 * In: at most LIMIT_SSRCS senders are kept, and one is added only by a packet that
 * is genuine; policy when full: the one silent for SRTP_IDLE_US goes, else the
 * newcomer is refused. AEAD_AES_128_GCM is by srtp_gcm.h, both ways, the other
 * profile by libsrtp.
 */
#ifndef TRANSPORT_SRTP_H
#define TRANSPORT_SRTP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SRTP_IDLE_US   INT64_C(30000000)
#define SRTP_OVERHEAD  20 /* bytes that protection adds at most; SRTCP: */
#define SRTCP_OVERHEAD 24

enum srtp_kind { SRTP_KIND_GCM, SRTP_KIND_CM_SHA1 };

struct srtp_half {
	uint8_t key[16];
	uint8_t salt[14]; /* 12 of them for GCM */
};

struct srtp_keys {
	enum srtp_kind kind;
	struct srtp_half in, out; /* seen from us */
};

struct srtp;

/* Call before the first srtp_create of a process; more calls do no harm, but
 * not at the same time. */
int srtp_library_init(void) AULA_MUST_CHECK;

int srtp_session_create(struct srtp **out, const struct srtp_keys *keys) AULA_MUST_CHECK;
void srtp_session_destroy(struct srtp *srtp);           /* NULL is accepted */
const char *srtp_session_name(const struct srtp *srtp); /* of its profile */

/* True when a packet of this SSRC needs no question: it was genuine before. */
bool srtp_knows(const struct srtp *srtp, uint32_t ssrc);

/* True when a packet of this number may be a genuine one by its looks: its SSRC is
 * known, and the number near the last one, or the sender was silent lately. */
bool srtp_expects(const struct srtp *srtp, uint32_t ssrc, uint16_t seq, int64_t now_us);

/* Asks for the memory of it; when that is there, for that of its `keys`. */
void srtp_warm(const struct srtp *srtp, bool keys);

/* The time that refusing one packet costs, about, in nanoseconds. */
int64_t srtp_refusal_ns(const struct srtp *srtp);

/* Decrypts in place and sets the new length. `len` is at least 12 (RTP) or 8.
 * -EACCES: not genuine, or a replay; -EMFILE: one SSRC too many; -ENOMEM. */
int srtp_open_rtp(struct srtp *srtp, uint8_t *data, size_t *len,
		  int64_t now_us) AULA_MUST_CHECK;
int srtp_open_rtcp(struct srtp *srtp, uint8_t *data, size_t *len,
		   int64_t now_us) AULA_MUST_CHECK;

/* Writes the protected packet to `out`, which has room for header, payload and
 * SRTP_OVERHEAD, and need not be aligned. Returns its length; -EINVAL: not RTP;
 * -EMSGSIZE: beyond LIMIT_DATAGRAM; -EALREADY: this number was used before or is too old,
 * and a second use would give the key away; -EMFILE: more than 8 SSRCs. */
int srtp_seal_rtp(struct srtp *srtp, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload,
		  size_t payload_len) AULA_MUST_CHECK;
/* The same with SRTCP_OVERHEAD. */
int srtp_seal_rtcp(struct srtp *srtp, uint8_t *out, const uint8_t *data,
		   size_t len) AULA_MUST_CHECK;

#endif
