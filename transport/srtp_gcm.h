/* srtp_gcm.h - AEAD_AES_128_GCM of RFC 7714 for what we send, by OpenSSL: out
 * of place, from a payload that all viewers share into the send buffer, with the
 * key schedule made once.
 */
#ifndef TRANSPORT_SRTP_GCM_H
#define TRANSPORT_SRTP_GCM_H

#include "base/attr.h"
#include "transport/srtp.h"

#define SRTP_GCM_TAG 16

struct srtp_gcm;

int srtp_gcm_create(struct srtp_gcm **out, const struct srtp_half *half) AULA_MUST_CHECK;
void srtp_gcm_destroy(struct srtp_gcm *gcm); /* NULL is accepted */

/* `index` must never have been used with this SSRC. Returns the length. */
int srtp_gcm_seal(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len,
		  uint64_t index) AULA_MUST_CHECK;
/* Takes the next index of RTCP itself; `len` is at least 8. */
int srtp_gcm_seal_rtcp(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *data,
		       size_t len) AULA_MUST_CHECK;

#endif
