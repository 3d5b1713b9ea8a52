#include "bench/loadgen_srtp.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bytes.h"

#define KEY  16
#define SALT 12
#define TAG  16
#define WORD 4 /* SRTCP: the bit "encrypted" and the index */

enum { LABEL_RTP = 0, LABEL_RTCP = 3, LABEL_SALT = 2 }; /* salt: 2 more */

struct suite {
	EVP_CIPHER_CTX *ctx;
	uint8_t salt[SALT];
};

struct stream {
	uint32_t ssrc;
	uint64_t index; /* the highest: roll-over counter and number */
};

struct side {
	struct suite rtp, rtcp;
	struct stream streams[LG_SRTP_STREAMS];
	unsigned n;
};

struct lg_srtp {
	struct side in, out;
	uint32_t rtcp_index;
};

/* ---- keys ----------------------------------------------------------------------- */

/* AES in counter mode over zeros from (salt xor label) * 2^16 on; the salt counts as
 * one of 112 bits that ends with zeros (RFC 3711, 4.3.3; RFC 7714, 11). */
static bool derive(uint8_t *out, int len, const uint8_t *key, const uint8_t *salt,
		   unsigned label)
{
	static const uint8_t zeros[KEY];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[16] = {0};
	int n;
	bool ok;

	memcpy(iv, salt, SALT);
	iv[7] ^= (uint8_t)label;
	ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, iv) == 1 &&
	     EVP_EncryptUpdate(ctx, out, &n, zeros, len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool suite_init(struct suite *s, const uint8_t *key, const uint8_t *salt,
		       unsigned label, bool seal)
{
	uint8_t session[KEY];

	s->ctx = EVP_CIPHER_CTX_new();
	return s->ctx && derive(session, KEY, key, salt, label) &&
	       derive(s->salt, SALT, key, salt, label + LABEL_SALT) &&
	       EVP_CipherInit_ex(s->ctx, EVP_aes_128_gcm(), NULL, session, NULL, seal) ==
		       1;
}

int lg_srtp_create(struct lg_srtp **out, const struct lg_srtp_keys *k)
{
	struct lg_srtp *s = calloc(1, sizeof(*s));

	if (s && suite_init(&s->in.rtp, k->in_key, k->in_salt, LABEL_RTP, false) &&
	    suite_init(&s->in.rtcp, k->in_key, k->in_salt, LABEL_RTCP, false) &&
	    suite_init(&s->out.rtp, k->out_key, k->out_salt, LABEL_RTP, true) &&
	    suite_init(&s->out.rtcp, k->out_key, k->out_salt, LABEL_RTCP, true)) {
		*out = s;
		return 0;
	}
	lg_srtp_destroy(s);
	return -ENOMEM;
}

void lg_srtp_destroy(struct lg_srtp *s)
{
	if (!s)
		return;
	EVP_CIPHER_CTX_free(s->in.rtp.ctx);
	EVP_CIPHER_CTX_free(s->in.rtcp.ctx);
	EVP_CIPHER_CTX_free(s->out.rtp.ctx);
	EVP_CIPHER_CTX_free(s->out.rtcp.ctx);
	free(s);
}

/* ---- streams ---------------------------------------------------------------------- */

static struct stream *stream_of(struct side *side, uint32_t ssrc)
{
	for (unsigned i = 0; i < side->n; i++)
		if (side->streams[i].ssrc == ssrc)
			return &side->streams[i];
	return NULL;
}

/* The index that is nearest to the highest so far (RFC 3711, 3.3.1). */
static uint64_t guess(const struct stream *stream, uint16_t seq)
{
	int64_t index;

	if (!stream)
		return seq;
	index = (int64_t)stream->index +
		(int16_t)(uint16_t)(seq - (uint16_t)stream->index);
	return index < 0 ? (uint64_t)index + 65536 : (uint64_t)index;
}

static int note(struct side *side, struct stream *stream, uint32_t ssrc, uint64_t index)
{
	if (!stream) {
		if (side->n == LG_SRTP_STREAMS)
			return -EMFILE;
		stream = &side->streams[side->n++];
		*stream = (struct stream){ssrc, index};
	}
	if (index > stream->index)
		stream->index = index;
	return 0;
}

/* ---- packets ------------------------------------------------------------------------
 */

/* Header and CSRCs and extension stay readable. 0: not RTP. */
static size_t header_len(const uint8_t *data, size_t len)
{
	size_t n = 12 + 4 * (size_t)(data[0] & 15);

	if (len < n)
		return 0;
	if (data[0] & 0x10) {
		if (len < n + 4)
			return 0;
		n += 4 + 4 * (size_t)rd16(data + n + 2);
	}
	return n <= len ? n : 0;
}

static void make_iv(uint8_t iv[12], const struct suite *s, uint32_t ssrc, uint64_t index)
{
	iv[0] = iv[1] = 0;
	wr32(iv + 2, ssrc);
	wr16(iv + 6, (uint16_t)(index >> 32));
	wr32(iv + 8, (uint32_t)index);
	for (int i = 0; i < SALT; i++)
		iv[i] ^= s->salt[i];
}

struct job {
	const uint8_t *head, *word; /* word: NULL, or of SRTCP */
	size_t head_len;
	uint8_t *data; /* the tag is behind it */
	size_t len;
};

static bool crypt(struct suite *s, const uint8_t iv[12], const struct job *j, bool seal)
{
	uint8_t *tag = j->data + j->len;
	int n;

	if (EVP_CipherInit_ex(s->ctx, NULL, NULL, NULL, iv, -1) != 1 ||
	    EVP_CipherUpdate(s->ctx, NULL, &n, j->head, (int)j->head_len) != 1)
		return false;
	if (j->word && EVP_CipherUpdate(s->ctx, NULL, &n, j->word, WORD) != 1)
		return false;
	if (j->len && EVP_CipherUpdate(s->ctx, j->data, &n, j->data, (int)j->len) != 1)
		return false;
	if (!seal && EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag) != 1)
		return false;
	if (EVP_CipherFinal_ex(s->ctx, tag, &n) != 1)
		return false;
	return !seal || EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag) == 1;
}

int lg_srtp_open_rtp(struct lg_srtp *s, uint8_t *data, size_t *len)
{
	size_t head = *len >= 12 ? header_len(data, *len) : 0;
	uint32_t ssrc = rd32(data + 8);
	struct stream *stream = stream_of(&s->in, ssrc);
	uint64_t index = guess(stream, rd16(data + 2));
	struct job job = {.head = data, .head_len = head, .data = data + head};
	uint8_t iv[12];

	if (!head || *len < head + TAG)
		return -EACCES;
	job.len = *len - head - TAG;
	make_iv(iv, &s->in.rtp, ssrc, index);
	if (!crypt(&s->in.rtp, iv, &job, false))
		return -EACCES;
	*len -= TAG;
	return note(&s->in, stream, ssrc, index);
}

int lg_srtp_seal_rtp(struct lg_srtp *s, uint8_t *data, size_t *len)
{
	size_t head = *len >= 12 ? header_len(data, *len) : 0;
	uint32_t ssrc = rd32(data + 8);
	struct stream *stream = stream_of(&s->out, ssrc);
	uint64_t index = guess(stream, rd16(data + 2));
	const struct job job = {
		.head = data, .head_len = head, .data = data + head, .len = *len - head};
	uint8_t iv[12];
	int err;

	if (!head)
		return -EINVAL;
	if (stream && index <= stream->index)
		return -EALREADY; /* a second use would give the key away */
	err = note(&s->out, stream, ssrc, index);
	if (err)
		return err;
	make_iv(iv, &s->out.rtp, ssrc, index);
	if (!crypt(&s->out.rtp, iv, &job, true))
		return -EIO;
	*len += TAG;
	return 0;
}

/* RFC 7714, 9: eight bytes stay readable, the word follows the tag and is bound. */
int lg_srtp_open_rtcp(struct lg_srtp *s, uint8_t *data, size_t *len)
{
	struct job job = {.head = data, .head_len = 8, .data = data + 8};
	uint8_t iv[12], word[WORD];

	if (*len < 8 + TAG + WORD)
		return -EACCES;
	memcpy(word, data + *len - WORD, WORD);
	if (!(word[0] & 0x80))
		return -EACCES; /* not encrypted: nobody agreed to that */
	job.word = word;
	job.len = *len - 8 - TAG - WORD;
	make_iv(iv, &s->in.rtcp, rd32(data + 4), rd32(word) & 0x7fffffff);
	if (!crypt(&s->in.rtcp, iv, &job, false))
		return -EACCES;
	*len -= TAG + WORD;
	return 0;
}

int lg_srtp_seal_rtcp(struct lg_srtp *s, uint8_t *data, size_t *len)
{
	uint8_t iv[12], word[WORD];
	const struct job job = {.head = data,
				.head_len = 8,
				.data = data + 8,
				.len = *len - 8,
				.word = word};

	if (*len < 8 || s->rtcp_index == 0x7fffffff)
		return -EINVAL;
	wr32(word, ++s->rtcp_index | 0x80000000u);
	make_iv(iv, &s->out.rtcp, rd32(data + 4), s->rtcp_index);
	if (!crypt(&s->out.rtcp, iv, &job, true))
		return -EIO;
	memcpy(data + *len + TAG, word, WORD);
	*len += TAG + WORD;
	return 0;
}
