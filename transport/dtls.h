/* dtls.h - the server's side of DTLS 1.2 with use_srtp (RFC 6347, 5764): always
 * passive, over datagrams that the caller moves. Owner: net thread; the
 * context is constant after its creation.
 *
 * Only the fingerprint says who a client is: its certificate is asked for and
 * not judged beyond its size and kind.
 */
#ifndef TRANSPORT_DTLS_H
#define TRANSPORT_DTLS_H

#include "base/attr.h"
#include "transport/srtp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_MTU 1200 /* bytes of one datagram out */

struct dtls_ctx; /* certificate and settings */
struct dtls;     /* one session */

/* Makes a P-256 key and a certificate for 30 days. */
int dtls_ctx_create(struct dtls_ctx **out) AULA_MUST_CHECK;
void dtls_ctx_destroy(struct dtls_ctx *ctx); /* after its sessions; NULL is accepted */
const uint8_t *dtls_ctx_fingerprint(const struct dtls_ctx *ctx); /* 32 bytes, SHA-256 */

enum dtls_state {
	DTLS_HANDSHAKE,
	DTLS_DONE,   /* keys and the fingerprint are there */
	DTLS_FAILED, /* for good */
	DTLS_CLOSED, /* the peer said close_notify */
};

/* One datagram out; at most DTLS_MTU bytes. */
struct dtls_out {
	void *ctx;
	void (*send)(void *ctx, const uint8_t *data, size_t len);
};

int dtls_create(struct dtls **out, struct dtls_ctx *ctx,
		const struct dtls_out *to) AULA_MUST_CHECK;
void dtls_destroy(struct dtls *dtls); /* silent; NULL is accepted */

/* Takes one datagram. Alerts that nobody vouches for are left out, and what is
 * beyond LIMIT_DTLS_DATAGRAMS or _BYTES of one handshake is dropped; both count
 * as rejected. */
enum dtls_state dtls_feed(struct dtls *dtls, const uint8_t *data, size_t len);
enum dtls_state dtls_state(const struct dtls *dtls);

/* When the next retransmission is due, in µs from now; -1: none. */
int64_t dtls_timeout_us(const struct dtls *dtls);
enum dtls_state dtls_on_timeout(struct dtls *dtls);

/* After DTLS_DONE, before dtls_settle. */
void dtls_keys(const struct dtls *dtls, struct srtp_keys *keys);
/* True when the peer's certificate is one of `n` (32 bytes each); takes the same
 * time wherever they differ. */
bool dtls_peer_is(const struct dtls *dtls, const uint8_t (*fingerprints)[32], uint32_t n);

/* Lets go of what only a handshake needs, when the peer showed that it finished, too:
 * by a genuine packet under the keys. Before, its last flight may have to be answered
 * again. From then on only two things work: dtls_bye, and the peer's own close_notify.
 * All else that comes is left out and counted, also a new ClientHello: a client that
 * wants a new session opens a new connection. Before DTLS_DONE nothing happens. */
void dtls_settle(struct dtls *dtls);

/* Says close_notify, if there is a session. */
void dtls_bye(struct dtls *dtls);

#endif
