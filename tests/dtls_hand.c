#include "tests/dtls_hand.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static int bio_read(BIO *bio, char *out, int size)
{
	struct dtls_hand *hand = BIO_get_data(bio);
	size_t n = hand->in_len < (size_t)size ? hand->in_len : (size_t)size;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, hand->in, n);
	hand->in_len = 0;
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct dtls_hand *hand = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	hand->send(hand->owner, (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

static int any_cert(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

static bool make_cert(struct dtls_hand_ctx *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	unsigned int n = 0;
	bool ok = key && cert && ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
		  X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
		  X509_gmtime_adj(X509_getm_notAfter(cert), 30 * 86400) &&
		  X509_set_pubkey(cert, key) && X509_sign(cert, key, EVP_sha256()) > 0 &&
		  SSL_CTX_use_certificate(ctx->ssl, cert) == 1 &&
		  SSL_CTX_use_PrivateKey(ctx->ssl, key) == 1 &&
		  X509_digest(cert, EVP_sha256(), ctx->fingerprint, &n) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

bool dtls_hand_ctx_bare(struct dtls_hand_ctx *ctx)
{
	ctx->ssl = SSL_CTX_new(DTLS_client_method());
	ctx->bio = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "by hand");
	if (!ctx->ssl || !ctx->bio)
		return false;
	BIO_meth_set_read(ctx->bio, bio_read);
	BIO_meth_set_write(ctx->bio, bio_write);
	BIO_meth_set_ctrl(ctx->bio, bio_ctrl);
	SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx->ssl, any_cert, NULL);
	return true;
}

bool dtls_hand_ctx_open(struct dtls_hand_ctx *ctx, const char *profiles)
{
	if (!dtls_hand_ctx_bare(ctx) || !make_cert(ctx) ||
	    SSL_CTX_set_tlsext_use_srtp(ctx->ssl, profiles) != 0)
		return false;
	SSL_CTX_set_mode(ctx->ssl, SSL_MODE_RELEASE_BUFFERS);
	return true;
}

void dtls_hand_ctx_close(struct dtls_hand_ctx *ctx)
{
	SSL_CTX_free(ctx->ssl);
	BIO_meth_free(ctx->bio);
}

bool dtls_hand_open(struct dtls_hand *hand, const struct dtls_hand_ctx *ctx, uint32_t mtu,
		    void (*send)(void *owner, const uint8_t *data, size_t len),
		    void *owner)
{
	BIO *bio = BIO_new(ctx->bio);

	*hand = (struct dtls_hand){
		.ssl = SSL_new(ctx->ssl), .send = send, .owner = owner};
	if (!hand->ssl || !bio) {
		BIO_free(bio);
		return false;
	}
	BIO_set_data(bio, hand);
	BIO_set_init(bio, 1);
	SSL_set_bio(hand->ssl, bio, bio);
	SSL_set_mtu(hand->ssl, mtu);
	SSL_set_connect_state(hand->ssl);
	return true;
}

void dtls_hand_close(struct dtls_hand *hand)
{
	SSL_free(hand->ssl);
	hand->ssl = NULL;
}

static void go_on(struct dtls_hand *hand)
{
	uint8_t trash[2048];
	int n, err;

	ERR_clear_error();
	if (hand->state == DTLS_HAND_GOES_ON) {
		n = SSL_do_handshake(hand->ssl);
		err = SSL_get_error(hand->ssl, n);
		if (n == 1)
			hand->state = DTLS_HAND_UP;
		else if (err != SSL_ERROR_WANT_READ && err != SSL_ERROR_WANT_WRITE)
			hand->state = DTLS_HAND_FAILED;
	}
	if (hand->state == DTLS_HAND_UP) {
		while (SSL_read(hand->ssl, trash, sizeof(trash)) > 0)
			;
		if (SSL_get_shutdown(hand->ssl) & SSL_RECEIVED_SHUTDOWN)
			hand->state = DTLS_HAND_CLOSED;
	}
	ERR_clear_error();
}

enum dtls_hand_state dtls_hand_take(struct dtls_hand *hand, const uint8_t *data,
				    size_t len)
{
	hand->in = data;
	hand->in_len = len;
	go_on(hand);
	hand->in_len = 0;
	return hand->state;
}

void dtls_hand_tick(struct dtls_hand *hand)
{
	struct timeval tv;

	if (DTLSv1_get_timeout(hand->ssl, &tv) == 1 && tv.tv_sec == 0 && tv.tv_usec == 0)
		DTLSv1_handle_timeout(hand->ssl);
}

bool dtls_hand_keys(const struct dtls_hand *hand, const uint8_t *fingerprint,
		    uint8_t *block, size_t len)
{
	X509 *cert = SSL_get0_peer_certificate(hand->ssl);
	uint8_t print[32];
	unsigned int n = 0;

	if (!SSL_get_selected_srtp_profile(hand->ssl) || !cert ||
	    X509_digest(cert, EVP_sha256(), print, &n) != 1 ||
	    (fingerprint && memcmp(print, fingerprint, sizeof(print)) != 0))
		return false;
	return SSL_export_keying_material(hand->ssl, block, len, "EXTRACTOR-dtls_srtp",
					  19, NULL, 0, 0) == 1;
}
