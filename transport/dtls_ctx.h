/* dtls_ctx.h - what all DTLS sessions of a process share; for dtls*.c only. */
#ifndef TRANSPORT_DTLS_CTX_H
#define TRANSPORT_DTLS_CTX_H

#include <openssl/ssl.h>
#include <stdint.h>

struct dtls_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio; /* of dtls.c */
	uint8_t fingerprint[32];
};

/* dtls.c: the BIO between OpenSSL and the caller's datagrams. */
BIO_METHOD *dtls_bio_method(void);

#endif
