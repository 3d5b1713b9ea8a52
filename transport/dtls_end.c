#include "transport/dtls_end.h"

#include "base/bytes.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <string.h>

#define MASTER        48
#define RANDOM        32
#define BLOCK         (2 * 32 + 2 * 12) /* keys and IVs of both sides, at most */
#define RECORD_HEADER 13
#define NONCE         8 /* the part of it that AES-GCM records carry */
#define TAG           16
#define ALERT         2 /* bytes: level and description */
#define TYPE_ALERT    21
#define LEVEL_FATAL   2
#define CLOSE_NOTIFY  0

/* How long keys and IVs are, and what to open a record with. */
static const struct {
	uint32_t id; /* SSL_CIPHER_get_id() */
	enum dtls_end_cipher cipher;
	uint8_t key, iv;
} suites[] = {
	{TLS1_CK_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, DTLS_END_AES128, 16, 4},
	{TLS1_CK_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, DTLS_END_AES256, 32, 4},
	{TLS1_CK_ECDHE_ECDSA_WITH_CHACHA20_POLY1305, DTLS_END_CHACHA, 32, 12},
};

/* RFC 5246, 6.3: PRF(master secret, "key expansion", server random, client random). */
static bool expand(SSL *ssl, uint8_t *out, size_t len)
{
	static char label[] = "key expansion";
	const EVP_MD *md = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
	uint8_t master[MASTER], server[RANDOM], client[RANDOM];
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	bool ok = md && ctx;

	if (ok) {
		OSSL_PARAM params[] = {
			OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST,
					       (char *)EVP_MD_get0_name(md), 0),
			OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, master, MASTER),
			OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, label,
						sizeof(label) - 1),
			OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, server, RANDOM),
			OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, client, RANDOM),
			OSSL_PARAM_END,
		};

		ok = SSL_SESSION_get_master_key(SSL_get_session(ssl), master, MASTER) ==
			     MASTER &&
		     SSL_get_server_random(ssl, server, RANDOM) == RANDOM &&
		     SSL_get_client_random(ssl, client, RANDOM) == RANDOM &&
		     EVP_KDF_derive(ctx, out, len, params) == 1;
	}
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	explicit_bzero(master, sizeof(master));
	return ok;
}

void dtls_end_take_key(struct dtls_end *end, SSL *ssl)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
	uint32_t id = cipher ? SSL_CIPHER_get_id(cipher) : 0;
	uint8_t block[BLOCK];

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		size_t key = suites[i].key, iv = suites[i].iv;

		if (suites[i].id != id || !expand(ssl, block, 2 * key + 2 * iv))
			continue;
		memcpy(end->key, block, key);
		memcpy(end->iv, block + 2 * key, iv);
		end->cipher = suites[i].cipher;
	}
	explicit_bzero(block, sizeof(block));
}

static const EVP_CIPHER *cipher_of(const struct dtls_end *end)
{
	switch (end->cipher) {
	case DTLS_END_AES128:
		return EVP_aes_128_gcm();
	case DTLS_END_AES256:
		return EVP_aes_256_gcm();
	case DTLS_END_CHACHA:
		return EVP_chacha20_poly1305();
	case DTLS_END_NONE:
		break;
	}
	return NULL;
}

static bool open_alert(const struct dtls_end *end, const uint8_t iv[12],
		       const uint8_t aad[RECORD_HEADER], const uint8_t *sealed,
		       uint8_t alert[ALERT])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t rest[TAG];
	int n;
	bool ok = ctx &&
		  EVP_DecryptInit_ex(ctx, cipher_of(end), NULL, end->key, iv) == 1 &&
		  EVP_DecryptUpdate(ctx, NULL, &n, aad, RECORD_HEADER) == 1 &&
		  EVP_DecryptUpdate(ctx, alert, &n, sealed, ALERT) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG,
				      (void *)(sealed + ALERT)) == 1 &&
		  EVP_DecryptFinal_ex(ctx, rest, &n) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

bool dtls_end_is_alert(const struct dtls_end *end, const uint8_t *data, size_t len)
{
	size_t nonce = end->cipher == DTLS_END_CHACHA ? 0 : NONCE;
	size_t body = nonce + ALERT + TAG;
	uint8_t iv[12], aad[RECORD_HEADER], alert[ALERT];

	/* epoch 1: there is no renegotiation */
	if (end->cipher == DTLS_END_NONE || len < RECORD_HEADER + body ||
	    data[0] != TYPE_ALERT || rd16(data + 3) != 1 || rd16(data + 11) != body)
		return false;
	memcpy(iv, end->iv, sizeof(iv));
	for (size_t i = 0; nonce == 0 && i < 8; i++)
		iv[4 + i] ^= data[3 + i]; /* epoch and number */
	memcpy(iv + 12 - nonce, data + RECORD_HEADER, nonce);
	/* epoch and number, type, version, length of what is inside */
	memcpy(aad, data + 3, 8);
	memcpy(aad + 8, data, 3);
	wr16(aad + 11, ALERT);
	return open_alert(end, iv, aad, data + RECORD_HEADER + nonce, alert) &&
	       (alert[0] == LEVEL_FATAL || alert[1] == CLOSE_NOTIFY);
}
