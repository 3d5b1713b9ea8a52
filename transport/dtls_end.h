/* dtls_end.h - what stays of a DTLS session when OpenSSL's part of it, some 65 KB,
 * was let go: our close_notify, sealed in advance, and the key that tells a genuine
 * close_notify of the peer (RFC 5246 6.3, 6.2.3.3; RFC 7905). Owner: net thread.
 */
#ifndef TRANSPORT_DTLS_END_H
#define TRANSPORT_DTLS_END_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_END_RECORD 64 /* bytes; an alert of our ciphers has at most 39 */

enum dtls_end_cipher { DTLS_END_NONE, DTLS_END_AES128, DTLS_END_AES256, DTLS_END_CHACHA };

struct dtls_end {
	uint8_t bye_len; /* 0: there is none */
	uint8_t bye[DTLS_END_RECORD];
	enum dtls_end_cipher cipher; /* NONE: no alert can be read */
	uint8_t key[32], iv[12];     /* what the client writes with */
};

/* Takes the client's key out of a finished handshake. Without memory, or for a
 * cipher that is not one of ours, no alert will be readable: then only silence
 * tells that the peer is gone. */
void dtls_end_take_key(struct dtls_end *end, SSL *ssl);

/* True when the first record of the datagram is an alert by which the peer ended
 * the session, and genuine. */
bool dtls_end_is_alert(const struct dtls_end *end, const uint8_t *data, size_t len);

#endif
