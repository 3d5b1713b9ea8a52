#include "transport/srtp_gcm.h"

#include "base/bytes.h"
#include "base/prefetch.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LEN   16
#define SALT_LEN  12
#define E_BIT     UINT32_C(0x80000000) /* "encrypted", before the index of RTCP */
#define INDEX_MAX UINT32_C(0x7fffffff)

enum label {
	LABEL_RTP_KEY = 0,
	LABEL_RTP_SALT = 2,
	LABEL_RTCP_KEY = 3,
	LABEL_RTCP_SALT = 5
};

/* Key schedule and salt of RTP or of RTCP; ctx: NULL until first needed. */
struct suite {
	EVP_CIPHER_CTX *ctx;
	uint8_t salt[SALT_LEN];
};

struct srtp_gcm {
	struct suite rtp, rtcp;
	uint32_t rtcp_index; /* of the last one sent */
	struct srtp_half half;
};

/* ---- keys ----------------------------------------------------------------- */

/* RFC 3711, 4.3.1 with a key derivation rate of 0: AES-CM over zeros, starting
 * at (salt xor label) * 2^16. The 96 bit salt counts as one of 112 bits with
 * zeros at its end (RFC 7714, 11). */
static int derive(uint8_t *out, int len, const struct srtp_half *half, enum label label)
{
	static const uint8_t zeros[KEY_LEN];
	uint8_t iv[16] = {0}, stream[KEY_LEN];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, ok;

	memcpy(iv, half->salt, SALT_LEN);
	iv[7] ^= (uint8_t)label;
	ok = ctx &&
	     EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, half->key, iv) == 1 &&
	     EVP_EncryptUpdate(ctx, stream, &n, zeros, KEY_LEN) == 1;
	if (ok)
		memcpy(out, stream, (size_t)len);
	EVP_CIPHER_CTX_free(ctx);
	explicit_bzero(stream, sizeof(stream));
	return ok ? 0 : -ENOMEM;
}

static int make_suite(struct suite *suite, const struct srtp_half *half, bool seals,
		      enum label key_label, enum label salt_label)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t key[KEY_LEN];
	int err = derive(key, KEY_LEN, half, key_label);

	if (!err)
		err = derive(suite->salt, SALT_LEN, half, salt_label);
	if (!err && (!ctx || EVP_CipherInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, NULL,
					       seals) != 1))
		err = -ENOMEM;
	explicit_bzero(key, sizeof(key));
	if (err)
		EVP_CIPHER_CTX_free(ctx);
	else
		suite->ctx = ctx;
	return err;
}

static int need_rtp(struct srtp_gcm *gcm, bool seals)
{
	if (gcm->rtp.ctx)
		return 0;
	return make_suite(&gcm->rtp, &gcm->half, seals, LABEL_RTP_KEY, LABEL_RTP_SALT);
}

static int need_rtcp(struct srtp_gcm *gcm, bool seals)
{
	if (gcm->rtcp.ctx)
		return 0;
	return make_suite(&gcm->rtcp, &gcm->half, seals, LABEL_RTCP_KEY, LABEL_RTCP_SALT);
}

int srtp_gcm_create(struct srtp_gcm **out, const struct srtp_half *half)
{
	struct srtp_gcm *gcm = calloc(1, sizeof(*gcm));

	if (!gcm)
		return -ENOMEM;
	gcm->half = *half;
	*out = gcm;
	return 0;
}

void srtp_gcm_destroy(struct srtp_gcm *gcm)
{
	if (!gcm)
		return;
	EVP_CIPHER_CTX_free(gcm->rtp.ctx);
	EVP_CIPHER_CTX_free(gcm->rtcp.ctx);
	explicit_bzero(gcm, sizeof(*gcm));
	free(gcm);
}

void srtp_gcm_warm(const struct srtp_gcm *gcm)
{
	prefetch(gcm, sizeof(*gcm));
}

/* ---- packets -------------------------------------------------------------- */

struct span {
	const uint8_t *data;
	size_t len;
};

/* Encrypts `plain` to `out`, the tag behind it. `aad` may be in two parts. */
static int seal(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t iv[12], struct span aad,
		struct span aad2, struct span plain)
{
	int n;

	if (EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, aad.data, (int)aad.len) != 1)
		return -EIO;
	if (aad2.len && EVP_EncryptUpdate(ctx, NULL, &n, aad2.data, (int)aad2.len) != 1)
		return -EIO;
	if (plain.len && EVP_EncryptUpdate(ctx, out, &n, plain.data, (int)plain.len) != 1)
		return -EIO;
	out += plain.len;
	if (EVP_EncryptFinal_ex(ctx, out, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SRTP_GCM_TAG, out) != 1)
		return -EIO;
	return 0;
}

/* Decrypts `body` in place; the tag stands behind it. */
static int unseal(EVP_CIPHER_CTX *ctx, const uint8_t iv[12], struct span aad,
		  struct span aad2, uint8_t *body, size_t len)
{
	int n;

	if (EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, iv) != 1 ||
	    EVP_DecryptUpdate(ctx, NULL, &n, aad.data, (int)aad.len) != 1)
		return -EACCES;
	if (aad2.len && EVP_DecryptUpdate(ctx, NULL, &n, aad2.data, (int)aad2.len) != 1)
		return -EACCES;
	if (len && EVP_DecryptUpdate(ctx, body, &n, body, (int)len) != 1)
		return -EACCES;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SRTP_GCM_TAG, body + len) !=
		    1 ||
	    EVP_DecryptFinal_ex(ctx, body + len, &n) != 1)
		return -EACCES;
	return 0;
}

/* RFC 7714, 8.1: zeros, SSRC, roll-over counter, sequence number. */
static void rtp_iv(uint8_t iv[12], const uint8_t salt[SALT_LEN], const uint8_t *ssrc,
		   uint64_t index)
{
	memset(iv, 0, 2);
	memcpy(iv + 2, ssrc, 4);
	wr32(iv + 6, (uint32_t)(index >> 16));
	wr16(iv + 10, (uint16_t)index);
	for (int i = 0; i < SALT_LEN; i++)
		iv[i] ^= salt[i];
}

/* RFC 7714, 9.1: zeros, SSRC, zeros, index. */
static void rtcp_iv(uint8_t iv[12], const uint8_t salt[SALT_LEN], const uint8_t *ssrc,
		    uint32_t index)
{
	memset(iv, 0, 12);
	memcpy(iv + 2, ssrc, 4);
	wr32(iv + 8, index);
	for (int i = 0; i < SALT_LEN; i++)
		iv[i] ^= salt[i];
}

int srtp_gcm_seal(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len,
		  uint64_t index)
{
	uint8_t iv[12];
	int err = need_rtp(gcm, true);

	if (err)
		return err;
	rtp_iv(iv, gcm->rtp.salt, header + 8, index);
	memcpy(out, header, header_len);
	err = seal(gcm->rtp.ctx, out + header_len, iv, (struct span){header, header_len},
		   (struct span){0}, (struct span){payload, payload_len});
	return err ? err : (int)(header_len + payload_len + SRTP_GCM_TAG);
}

/* The first 8 bytes stay readable; the word with E bit and index follows the tag. */
int srtp_gcm_seal_rtcp(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *data,
		       size_t len)
{
	uint8_t iv[12], word[4];
	int err;

	if (gcm->rtcp_index == INDEX_MAX)
		return -EALREADY; /* after 2^31 packets the key is used up */
	err = need_rtcp(gcm, true);
	if (err)
		return err;
	gcm->rtcp_index++;
	wr32(word, E_BIT | gcm->rtcp_index);
	rtcp_iv(iv, gcm->rtcp.salt, data + 4, gcm->rtcp_index);
	memcpy(out, data, 8);
	err = seal(gcm->rtcp.ctx, out + 8, iv, (struct span){data, 8},
		   (struct span){word, 4}, (struct span){data + 8, len - 8});
	memcpy(out + len + SRTP_GCM_TAG, word, 4);
	return err ? err : (int)(len + SRTP_GCM_RTCP_TAIL);
}

int srtp_gcm_open(struct srtp_gcm *gcm, uint8_t *data, size_t header_len, size_t len,
		  uint64_t index)
{
	size_t end = len - SRTP_GCM_TAG;
	uint8_t iv[12];
	int err = need_rtp(gcm, false);

	if (err)
		return err;
	rtp_iv(iv, gcm->rtp.salt, data + 8, index);
	err = unseal(gcm->rtp.ctx, iv, (struct span){data, header_len}, (struct span){0},
		     data + header_len, end - header_len);
	return err ? err : (int)end;
}

int srtp_gcm_open_rtcp(struct srtp_gcm *gcm, uint8_t *data, size_t len)
{
	size_t end = len - SRTP_GCM_RTCP_TAIL;
	const uint8_t *word = data + len - 4;
	uint8_t iv[12];
	int err = need_rtcp(gcm, false);

	if (err)
		return err;
	if (!(rd32(word) & E_BIT))
		return -EACCES; /* only authenticated: nobody agreed to that */
	rtcp_iv(iv, gcm->rtcp.salt, data + 4, rd32(word) & INDEX_MAX);
	err = unseal(gcm->rtcp.ctx, iv, (struct span){data, 8}, (struct span){word, 4},
		     data + 8, end - 8);
	return err ? err : (int)end;
}
