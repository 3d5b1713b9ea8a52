#include "base/seal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/rand.h"

#define VERSION 1
#define NONCE   12
#define WHOLE   (SEAL_CHUNK + SEAL_TAG)

/* The head: magic, version, bytes of a chunk, nonce, the file's key, its tag, which
 * master key it was, and zeros. */
enum {
	AT_VERSION = 8,
	AT_CHUNK = 12,
	AT_NONCE = 16,
	AT_KEY = 28,
	AT_TAG = 60,
	AT_ID = 76,
	AT_ZEROS = 92
};
static const uint8_t magic[8] = "AULASEAL";

_Static_assert(AT_ID + SEAL_KEY_ID == AT_ZEROS, "one behind the other");
_Static_assert(AT_ZEROS <= SEAL_HEAD, "all of it is in the head");

struct seal {
	int fd;
	int64_t n_chunks, last_len; /* of the last one, without its tag */
	EVP_CIPHER_CTX *cipher;
	uint8_t *plain; /* a chunk; NULL: none was needed yet */
	int64_t have;   /* which one that is; -1: none */
};

/* ---- one chunk -----------------------------------------------------------------------
 */

/* Encrypts or decrypts, perhaps where it is; the tag is written or checked. */
static int aead(EVP_CIPHER_CTX *cipher, const uint8_t nonce[NONCE], const uint8_t *aad,
		size_t aad_len, const uint8_t *in, uint8_t *out, size_t len,
		uint8_t tag[SEAL_TAG])
{
	int encrypts = EVP_CIPHER_CTX_is_encrypting(cipher), n = 0;

	if (!EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, encrypts))
		return -EIO;
	if (!encrypts &&
	    !EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag))
		return -EIO;
	if (!EVP_CipherUpdate(cipher, NULL, &n, aad, (int)aad_len) ||
	    (len && !EVP_CipherUpdate(cipher, out, &n, in, (int)len)))
		return -EIO;
	if (!EVP_CipherFinal_ex(cipher, out + len, &n))
		return encrypts ? -EIO : -EBADMSG;
	if (encrypts && !EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, SEAL_TAG, tag))
		return -EIO;
	return 0;
}

static EVP_CIPHER_CTX *cipher_of(const uint8_t key[SEAL_KEY], bool encrypts)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

	if (!cipher)
		return NULL;
	if (EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, NULL, encrypts))
		return cipher;
	EVP_CIPHER_CTX_free(cipher);
	return NULL;
}

/* The key is of this file alone, so a number is used once with it. */
static int crypt_chunk(EVP_CIPHER_CTX *cipher, int64_t number, bool last,
		       const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[SEAL_TAG])
{
	uint8_t nonce[NONCE] = {0}, aad[9];

	wr64(nonce + 4, (uint64_t)number);
	wr64(aad, (uint64_t)number);
	aad[8] = last;
	return aead(cipher, nonce, aad, sizeof(aad), in, out, len, tag);
}

/* ---- files ---------------------------------------------------------------------------
 */

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* As much as there is, up to `len`. */
static ssize_t read_all(int fd, uint8_t *out, size_t len, int64_t at)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = pread(fd, out + have, len - have, at + (int64_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/* What is read to be sealed, or to be copied: of a file, or of memory. */
struct from {
	int fd;
	struct seal *seal;   /* NULL: it is not sealed */
	const uint8_t *data; /* instead of the file; or NULL */
	size_t len;
};

static ssize_t from_read(const struct from *from, uint8_t *out, size_t len, int64_t at)
{
	size_t have = 0;

	if (from->data) {
		have = from->len - (size_t)at < len ? from->len - (size_t)at : len;
		memcpy(out, from->data + at, have);
		return (ssize_t)have;
	}
	if (!from->seal)
		return read_all(from->fd, out, len, at);
	while (have < len) {
		ssize_t n = seal_read(from->seal, out + have, len - have,
				      at + (int64_t)have);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static int from_open(struct from *from, int fd, const struct seal_keys *keys)
{
	*from = (struct from){.fd = fd};
	return seal_is_file(fd) ? seal_open(&from->seal, fd, keys) : 0;
}

/* Where it goes: a file, or memory that is large enough. */
struct to {
	int fd;
	uint8_t *data; /* instead; or NULL */
	size_t len;
};

static int to_write(struct to *to, const uint8_t *data, size_t len)
{
	if (!to->data)
		return write_all(to->fd, data, len);
	memcpy(to->data + to->len, data, len);
	to->len += len;
	return 0;
}

/* ---- sealing -------------------------------------------------------------------------
 */

static int wrap(uint8_t head[SEAL_HEAD], const uint8_t file_key[SEAL_KEY],
		const struct seal_key *key)
{
	EVP_CIPHER_CTX *cipher = cipher_of(key->bytes, true);
	int err;

	if (!cipher)
		return -ENOMEM;
	memset(head, 0, SEAL_HEAD);
	memcpy(head, magic, sizeof(magic));
	wr32(head + AT_VERSION, VERSION);
	wr32(head + AT_CHUNK, SEAL_CHUNK);
	rand_bytes(head + AT_NONCE, NONCE);
	err = seal_key_id(head + AT_ID, key);
	if (!err)
		err = aead(cipher, head + AT_NONCE, head, AT_NONCE, file_key,
			   head + AT_KEY, SEAL_KEY, head + AT_TAG);
	EVP_CIPHER_CTX_free(cipher);
	return err;
}

/* Whether a chunk is the last one is known when nothing follows it: one is read ahead. */
static int seal_chunks(const struct from *from, struct to *to, EVP_CIPHER_CTX *cipher,
		       uint8_t *plain, uint8_t *sealed)
{
	ssize_t n = from_read(from, plain, SEAL_CHUNK, 0), next;
	uint8_t *ahead = plain + SEAL_CHUNK, *swap;
	int err = n < 0 ? (int)n : 0;

	for (int64_t number = 0; !err; number++) {
		next = n == SEAL_CHUNK ? from_read(from, ahead, SEAL_CHUNK,
						   (number + 1) * SEAL_CHUNK)
				       : 0;
		if (next < 0)
			return (int)next;
		err = crypt_chunk(cipher, number, next == 0, plain, sealed, (size_t)n,
				  sealed + n);
		if (!err)
			err = to_write(to, sealed, (size_t)n + SEAL_TAG);
		if (next == 0)
			break;
		swap = plain;
		plain = ahead;
		ahead = swap;
		n = next;
	}
	return err;
}

static int seal_all(const struct from *from, struct to *to, const struct seal_keys *keys)
{
	uint8_t head[SEAL_HEAD], file_key[SEAL_KEY];
	uint8_t *plain = malloc((size_t)2 * SEAL_CHUNK), *sealed = malloc(WHOLE);
	EVP_CIPHER_CTX *cipher;
	int err = -ENOMEM;

	rand_bytes(file_key, sizeof(file_key));
	cipher = cipher_of(file_key, true);
	if (plain && sealed && cipher) {
		err = wrap(head, file_key, &keys->list[0]);
		if (!err)
			err = to_write(to, head, sizeof(head));
		if (!err)
			err = seal_chunks(from, to, cipher, plain, sealed);
	}
	OPENSSL_cleanse(file_key, sizeof(file_key));
	EVP_CIPHER_CTX_free(cipher);
	free(plain);
	free(sealed);
	return err;
}

int seal_file(int in, int out, const struct seal_keys *keys)
{
	struct to to = {.fd = out};
	struct from from;
	int err = from_open(&from, in, keys);

	if (!err)
		err = seal_all(&from, &to, keys);
	seal_close(from.seal);
	return err;
}

int unseal_file(int in, int out, const struct seal_keys *keys)
{
	uint8_t *plain = malloc(SEAL_CHUNK);
	struct from from;
	int err = from_open(&from, in, keys);
	ssize_t n = plain ? 1 : -ENOMEM;

	for (int64_t at = 0; !err && n > 0; at += n) {
		n = from_read(&from, plain, SEAL_CHUNK, at);
		if (n > 0)
			err = write_all(out, plain, (size_t)n);
	}
	seal_close(from.seal);
	free(plain);
	return err ? err : (int)n;
}

int seal_bytes(uint8_t **out, size_t *out_len, const void *data, size_t len,
	       const struct seal_keys *keys)
{
	const struct from from = {.fd = -1, .data = data, .len = len};
	size_t most = SEAL_HEAD + len + (len / SEAL_CHUNK + 1) * SEAL_TAG;
	struct to to = {.fd = -1, .data = malloc(most)};
	int err = to.data ? seal_all(&from, &to, keys) : -ENOMEM;

	if (err) {
		free(to.data);
		return err;
	}
	*out = to.data;
	*out_len = to.len;
	return 0;
}

/* ---- reading -------------------------------------------------------------------------
 */

bool seal_is(const void *head, size_t len)
{
	return len >= sizeof(magic) && memcmp(head, magic, sizeof(magic)) == 0;
}

bool seal_is_file(int fd)
{
	uint8_t head[sizeof(magic)];

	return read_all(fd, head, sizeof(head), 0) == sizeof(head) &&
	       seal_is(head, sizeof(head));
}

static int head_check(const uint8_t head[SEAL_HEAD], ssize_t len)
{
	static const uint8_t zeros[SEAL_HEAD - AT_ZEROS];

	if (len < 0)
		return (int)len;
	if (!seal_is(head, (size_t)len))
		return -EMEDIUMTYPE;
	if (len < SEAL_HEAD || rd32(head + AT_VERSION) != VERSION ||
	    rd32(head + AT_CHUNK) != SEAL_CHUNK ||
	    memcmp(head + AT_ZEROS, zeros, sizeof(zeros)) != 0)
		return -EBADMSG;
	return 0;
}

bool seal_is_by(int fd, const struct seal_keys *keys)
{
	uint8_t head[SEAL_HEAD], id[SEAL_KEY_ID];

	return head_check(head, read_all(fd, head, sizeof(head), 0)) == 0 &&
	       seal_key_id(id, &keys->list[0]) == 0 &&
	       memcmp(id, head + AT_ID, sizeof(id)) == 0;
}

static int unwrap(uint8_t file_key[SEAL_KEY], const uint8_t head[SEAL_HEAD],
		  const struct seal_keys *keys)
{
	const struct seal_key *key = keys ? seal_keys_find(keys, head + AT_ID) : NULL;
	uint8_t tag[SEAL_TAG];
	EVP_CIPHER_CTX *cipher;
	int err;

	if (!key)
		return -EKEYREJECTED;
	cipher = cipher_of(key->bytes, false);
	if (!cipher)
		return -ENOMEM;
	memcpy(tag, head + AT_TAG, SEAL_TAG);
	err = aead(cipher, head + AT_NONCE, head, AT_NONCE, head + AT_KEY, file_key,
		   SEAL_KEY, tag);
	EVP_CIPHER_CTX_free(cipher);
	return err;
}

/* How many chunks, and how long the last one is. */
static int measure(int64_t bytes, int64_t *n_chunks, int64_t *last_len)
{
	int64_t left = bytes - SEAL_HEAD, n, last;

	if (left < SEAL_TAG)
		return -EBADMSG;
	n = (left + WHOLE - 1) / WHOLE;
	last = left - (n - 1) * WHOLE - SEAL_TAG;
	/* none is empty but the only one */
	if (last < 0 || (last == 0 && n > 1))
		return -EBADMSG;
	*n_chunks = n;
	*last_len = last;
	return 0;
}

int64_t seal_size_of(int64_t bytes)
{
	int64_t n, last;
	int err = measure(bytes, &n, &last);

	return err ? err : (n - 1) * SEAL_CHUNK + last;
}

int seal_open(struct seal **out, int fd, const struct seal_keys *keys)
{
	uint8_t head[SEAL_HEAD], file_key[SEAL_KEY] = {0};
	struct seal *seal;
	struct stat st;
	int err = head_check(head, read_all(fd, head, sizeof(head), 0));

	if (!err)
		err = unwrap(file_key, head, keys);
	if (!err && fstat(fd, &st) < 0)
		err = -errno;
	seal = err ? NULL : calloc(1, sizeof(*seal));
	if (!err && !seal)
		err = -ENOMEM;
	if (!err) {
		seal->fd = fd;
		seal->have = -1;
		err = measure(st.st_size, &seal->n_chunks, &seal->last_len);
	}
	if (!err) {
		seal->cipher = cipher_of(file_key, false);
		err = seal->cipher ? 0 : -ENOMEM;
	}
	OPENSSL_cleanse(file_key, sizeof(file_key));
	if (err)
		seal_close(seal);
	else
		*out = seal;
	return err;
}

void seal_close(struct seal *seal)
{
	if (!seal)
		return;
	EVP_CIPHER_CTX_free(seal->cipher);
	free(seal->plain);
	free(seal);
}

int64_t seal_size(const struct seal *seal)
{
	return (seal->n_chunks - 1) * SEAL_CHUNK + seal->last_len;
}

/* Decrypted where it was read to; after an error nothing of it is there. */
static int read_chunk(const struct seal *seal, int64_t number, uint8_t *out, size_t len)
{
	int64_t at = SEAL_HEAD + number * WHOLE;
	uint8_t tag[SEAL_TAG];
	ssize_t n = read_all(seal->fd, out, len, at);
	int err;

	if (n >= 0 && (size_t)n == len)
		n = read_all(seal->fd, tag, SEAL_TAG, at + (int64_t)len);
	else if (n >= 0)
		n = 0; /* it became shorter */
	if (n < SEAL_TAG)
		err = n < 0 ? (int)n : -EBADMSG;
	else
		err = crypt_chunk(seal->cipher, number, number == seal->n_chunks - 1, out,
				  out, len, tag);
	if (err)
		memset(out, 0, len);
	return err;
}

static int fetch(struct seal *seal, int64_t number, size_t len)
{
	int err;

	if (seal->have == number)
		return 0;
	if (!seal->plain)
		seal->plain = malloc(SEAL_CHUNK);
	if (!seal->plain)
		return -ENOMEM;
	err = read_chunk(seal, number, seal->plain, len);
	seal->have = err ? -1 : number;
	return err;
}

ssize_t seal_read(struct seal *seal, void *out, size_t len, int64_t at)
{
	int64_t number = at / SEAL_CHUNK;
	size_t from = (size_t)(at % SEAL_CHUNK), whole = SEAL_CHUNK, n;
	int err;

	if (at < 0)
		return -EINVAL;
	if (at >= seal_size(seal) || !len)
		return 0;
	if (number == seal->n_chunks - 1)
		whole = (size_t)seal->last_len;
	if (from == 0 && len >= whole && seal->have != number) {
		err = read_chunk(seal, number, out, whole);
		return err ? err : (ssize_t)whole;
	}
	err = fetch(seal, number, whole);
	if (err)
		return err;
	n = whole - from < len ? whole - from : len;
	memcpy(out, seal->plain + from, n);
	return (ssize_t)n;
}
