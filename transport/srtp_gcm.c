#include "transport/srtp_gcm.h"

#include "base/bytes.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>

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

/* Key schedule and salt of RTP or of RTCP. */
struct suite {
	EVP_CIPHER_CTX *ctx;
	uint8_t salt[SALT_LEN];
};

struct srtp_gcm {
	struct suite rtp, rtcp;
	uint32_t rtcp_index;
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

static int suite_init(struct suite *suite, const struct srtp_half *half,
		      enum label key_label, enum label salt_label)
{
	uint8_t key[KEY_LEN];
	int err = derive(key, KEY_LEN, half, key_label);

	if (!err)
		err = derive(suite->salt, SALT_LEN, half, salt_label);
	suite->ctx = EVP_CIPHER_CTX_new();
	if (!err && (!suite->ctx || EVP_EncryptInit_ex(suite->ctx, EVP_aes_128_gcm(),
						       NULL, key, NULL) != 1))
		err = -ENOMEM;
	explicit_bzero(key, sizeof(key));
	return err;
}

int srtp_gcm_create(struct srtp_gcm **out, const struct srtp_half *half)
{
	struct srtp_gcm *gcm = calloc(1, sizeof(*gcm));
	int err = -ENOMEM;

	if (gcm)
		err = suite_init(&gcm->rtp, half, LABEL_RTP_KEY, LABEL_RTP_SALT);
	if (!err)
		err = suite_init(&gcm->rtcp, half, LABEL_RTCP_KEY, LABEL_RTCP_SALT);
	if (err)
		srtp_gcm_destroy(gcm);
	else
		*out = gcm;
	return err;
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

static void xor_salt(uint8_t iv[12], const uint8_t salt[SALT_LEN])
{
	for (int i = 0; i < SALT_LEN; i++)
		iv[i] ^= salt[i];
}

/* RFC 7714, 8.1: zeros, SSRC, roll-over counter, sequence number. */
int srtp_gcm_seal(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *header,
		  size_t header_len, const uint8_t *payload, size_t payload_len,
		  uint64_t index)
{
	uint8_t iv[12] = {0};
	int err;

	memcpy(iv + 2, header + 8, 4);
	wr32(iv + 6, (uint32_t)(index >> 16));
	wr16(iv + 10, (uint16_t)index);
	xor_salt(iv, gcm->rtp.salt);
	memcpy(out, header, header_len);
	err = seal(gcm->rtp.ctx, out + header_len, iv, (struct span){header, header_len},
		   (struct span){0}, (struct span){payload, payload_len});
	return err ? err : (int)(header_len + payload_len + SRTP_GCM_TAG);
}

/* RFC 7714, 9: zeros, SSRC, zeros, index; the first 8 bytes stay readable, and
 * the word with E bit and index follows the tag. */
int srtp_gcm_seal_rtcp(struct srtp_gcm *gcm, uint8_t *out, const uint8_t *data,
		       size_t len)
{
	uint8_t iv[12] = {0}, word[4];
	int err;

	if (gcm->rtcp_index == INDEX_MAX)
		return -EALREADY; /* after 2^31 packets the key is used up */
	gcm->rtcp_index++;
	wr32(word, E_BIT | gcm->rtcp_index);
	memcpy(iv + 2, data + 4, 4);
	wr32(iv + 8, gcm->rtcp_index);
	xor_salt(iv, gcm->rtcp.salt);
	memcpy(out, data, 8);
	err = seal(gcm->rtcp.ctx, out + 8, iv, (struct span){data, 8},
		   (struct span){word, 4}, (struct span){data + 8, len - 8});
	memcpy(out + len + SRTP_GCM_TAG, word, 4);
	return err ? err : (int)(len + SRTP_GCM_TAG + 4);
}
