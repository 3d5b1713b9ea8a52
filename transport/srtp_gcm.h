/* srtp_gcm.h - AEAD_AES_128_GCM of RFC 7714 by OpenSSL, one direction of one link.
 * Out: out of place, from a payload that all viewers share into the send buffer. In:
 * in place. A key schedule takes about 1 KB, so that of RTP and that of RTCP are
 * made when they are first needed: many a peer only listens.
 */
#ifndef TRANSPORT_SRTP_GCM_H
#define TRANSPORT_SRTP_GCM_H

#include "base/attr.h"
#include "transport/srtp.h"

#define SRTP_GCM_TAG       16
#define SRTP_GCM_RTCP_TAIL (SRTP_GCM_TAG + 4) /* and E bit with index */

struct srtp_gcm;

/* For one of the two directions: an object that seals never opens. */
int srtp_gcm_create(struct srtp_gcm **out, const struct srtp_half *half) AULA_MUST_CHECK;
void srtp_gcm_destroy(struct srtp_gcm *gcm); /* NULL is accepted */
/* Asks for its memory; what the library keeps is out of reach. */
void srtp_gcm_warm(const struct srtp_gcm *gcm);

/* `index` must never have been used with this SSRC. Returns the length, or -ENOMEM,
 * -EIO. */
int srtp_gcm_seal(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len,
		  uint64_t index) AULA_MUST_CHECK;
/* Takes the next index of RTCP itself; `len` is at least 8. */
int srtp_gcm_seal_rtcp(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *data,
		       size_t len) AULA_MUST_CHECK;

/* Opens `len` bytes, of which the first `header_len` (12 at least) are readable and
 * SRTP_GCM_TAG more are the tag. Returns the length without it, or -EACCES: not
 * genuine, and what follows the header is spoilt; -ENOMEM. */
int srtp_gcm_open(struct srtp_gcm *gcm, uint8_t *data, size_t header_len, size_t len,
		  uint64_t index) AULA_MUST_CHECK;
/* The same for RTCP, of at least 8 bytes and SRTP_GCM_RTCP_TAIL. */
int srtp_gcm_open_rtcp(struct srtp_gcm *gcm, uint8_t *data, size_t len) AULA_MUST_CHECK;

#endif
