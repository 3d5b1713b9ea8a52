/* dtls_hand.h - the client's half of DTLS over datagrams that its owner carries, and
 * the certificate that all clients of one context show; for tests and benches. Who the
 * server is only its fingerprint says. One thread.
 */
#ifndef TESTS_DTLS_HAND_H
#define TESTS_DTLS_HAND_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed, before it is opened. */
struct dtls_hand_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	uint8_t fingerprint[32];
};

/* `profiles`: of use_srtp. False: no memory; close it all the same. */
bool dtls_hand_ctx_open(struct dtls_hand_ctx *ctx, const char *profiles);
/* The same without certificate and profiles, for those who show odd ones. */
bool dtls_hand_ctx_bare(struct dtls_hand_ctx *ctx);
void dtls_hand_ctx_close(struct dtls_hand_ctx *ctx);

enum dtls_hand_state {
	DTLS_HAND_GOES_ON,
	DTLS_HAND_UP,
	DTLS_HAND_CLOSED, /* the server said close_notify */
	DTLS_HAND_FAILED,
};

struct dtls_hand {
	SSL *ssl;
	enum dtls_hand_state state;
	const uint8_t *in; /* the datagram being fed to OpenSSL */
	size_t in_len;
	void (*send)(void *owner, const uint8_t *data, size_t len);
	void *owner;
};

/* It must stay where it is. False: no memory; close it all the same. */
bool dtls_hand_open(struct dtls_hand *hand, const struct dtls_hand_ctx *ctx, uint32_t mtu,
		    void (*send)(void *owner, const uint8_t *data, size_t len),
		    void *owner);
/* NULL of ssl is accepted. Says nothing. */
void dtls_hand_close(struct dtls_hand *hand);

/* Takes a datagram; none (`len` 0): begins. */
enum dtls_hand_state dtls_hand_take(struct dtls_hand *hand, const uint8_t *data,
				    size_t len);
/* Now and then while it shakes hands: sends again what was lost. */
void dtls_hand_tick(struct dtls_hand *hand);

/* The keys, once it is up, of RFC 5764, 4.2: client key, server key, client salt,
 * server salt. False: the server's certificate is not of this fingerprint (NULL:
 * any), or no profile was agreed on. */
bool dtls_hand_keys(const struct dtls_hand *hand, const uint8_t *fingerprint,
		    uint8_t *block, size_t len);

#endif
