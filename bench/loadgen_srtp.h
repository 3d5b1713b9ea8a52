/* loadgen_srtp.h - SRTP and SRTCP with AEAD_AES_128_GCM (RFC 3711, RFC 7714) for one
 * member, by OpenSSL with the key schedules made once. Packets may be left out: only
 * some of them need to be opened. Owner: its peer.
 */
#ifndef BENCH_LOADGEN_SRTP_H
#define BENCH_LOADGEN_SRTP_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define LG_SRTP_STREAMS 8  /* SSRCs each way; a ninth is refused */
#define LG_SRTP_MORE    20 /* bytes that protection adds at most */

struct lg_srtp;

/* Key (16 bytes) and salt (12 bytes) of what we send and of what we receive. */
struct lg_srtp_keys {
	const uint8_t *out_key, *out_salt, *in_key, *in_salt;
};

int lg_srtp_create(struct lg_srtp **out, const struct lg_srtp_keys *keys) AULA_MUST_CHECK;
void lg_srtp_destroy(struct lg_srtp *srtp); /* NULL is accepted */

/* In place; the new length is set. -EACCES: not genuine; -EMFILE: an SSRC too many.
 * Repeated packets are not noticed here. */
int lg_srtp_open_rtp(struct lg_srtp *srtp, uint8_t *data, size_t *len) AULA_MUST_CHECK;
int lg_srtp_open_rtcp(struct lg_srtp *srtp, uint8_t *data, size_t *len) AULA_MUST_CHECK;
/* In place, with room for LG_SRTP_MORE behind. Numbers must rise. */
int lg_srtp_seal_rtp(struct lg_srtp *srtp, uint8_t *data, size_t *len) AULA_MUST_CHECK;
int lg_srtp_seal_rtcp(struct lg_srtp *srtp, uint8_t *data, size_t *len) AULA_MUST_CHECK;

#endif
