#include "transport/dtls_ctx.h"

#include "base/limits.h"
#include "base/rand.h"
#include "transport/dtls.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define CERT_DAYS 30
#define DAY_SEC   86400L

#define CIPHERS \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:" \
	"ECDHE-ECDSA-AES256-GCM-SHA384"
#define PROFILES "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

/* ---- our certificate ------------------------------------------------------ */

static int fill_cert(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);
	uint32_t serial = rand_u32() >> 1;

	return X509_set_version(cert, 2) == 1 &&
	       ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)serial) == 1 &&
	       /* clocks of clients are wrong: valid since yesterday */
	       X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_SEC) &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), CERT_DAYS * DAY_SEC) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					  (const unsigned char *)"aula", -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

static int use_new_cert(struct dtls_ctx *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	unsigned int len = 0;
	int ok = key && cert && fill_cert(cert, key) &&
		 SSL_CTX_use_certificate(ctx->ssl, cert) == 1 &&
		 SSL_CTX_use_PrivateKey(ctx->ssl, key) == 1 &&
		 X509_digest(cert, EVP_sha256(), ctx->fingerprint, &len) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return ok && len == 32 ? 0 : -EIO;
}

/* ---- theirs --------------------------------------------------------------- */

static int key_is_usual(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_EC:
		return bits >= 256 && bits <= 521;
	case EVP_PKEY_RSA:
		return bits >= 2048 && bits <= 4096;
	default:
		return 0;
	}
}

/* In place of X509_verify_cert: nobody signs such certificates but themselves,
 * and the fingerprint that came by signaling decides later. */
static int judge_cert(X509_STORE_CTX *store, void *arg)
{
	X509 *cert = X509_STORE_CTX_get0_cert(store);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);
	const EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	int ok = key && key_is_usual(key) && i2d_X509(cert, NULL) <= LIMIT_CERT_BYTES &&
		 sk_X509_num(chain) <= 1;

	(void)arg;
	X509_STORE_CTX_set_error(store, ok ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return ok;
}

/* ---- settings ------------------------------------------------------------- */

static int configure(SSL_CTX *ssl)
{
	SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
					 SSL_OP_NO_QUERY_MTU | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ssl, 1); /* a datagram is read whole */
	SSL_CTX_set_quiet_shutdown(ssl, 0);
	SSL_CTX_set_max_cert_list(ssl, 2 * LIMIT_CERT_BYTES);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, judge_cert, NULL);
	return SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(ssl, DTLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ssl, CIPHERS) == 1 &&
	       SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384") == 1 &&
	       SSL_CTX_set_tlsext_use_srtp(ssl, PROFILES) == 0; /* 0 is success here */
}

int dtls_ctx_create(struct dtls_ctx **out)
{
	struct dtls_ctx *ctx = calloc(1, sizeof(*ctx));
	int err = -ENOMEM;

	if (!ctx)
		return -ENOMEM;
	ctx->ssl = SSL_CTX_new(DTLS_server_method());
	ctx->bio = dtls_bio_method();
	if (ctx->ssl && ctx->bio)
		err = configure(ctx->ssl) ? use_new_cert(ctx) : -EIO;
	if (err)
		dtls_ctx_destroy(ctx);
	else
		*out = ctx;
	return err;
}

void dtls_ctx_destroy(struct dtls_ctx *ctx)
{
	if (!ctx)
		return;
	SSL_CTX_free(ctx->ssl);
	BIO_meth_free(ctx->bio);
	free(ctx);
}

const uint8_t *dtls_ctx_fingerprint(const struct dtls_ctx *ctx)
{
	return ctx->fingerprint;
}
