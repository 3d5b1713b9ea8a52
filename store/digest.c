#include "store/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER 65536

struct both {
	EVP_MD_CTX *md5, *sha;
};

static int both_open(struct both *b)
{
	b->md5 = EVP_MD_CTX_new();
	b->sha = EVP_MD_CTX_new();
	return b->md5 && b->sha && EVP_DigestInit_ex(b->md5, EVP_md5(), NULL) &&
			       EVP_DigestInit_ex(b->sha, EVP_sha256(), NULL)
		       ? 0
		       : -EIO;
}

static int both_add(struct both *b, const void *data, size_t n)
{
	return EVP_DigestUpdate(b->md5, data, n) && EVP_DigestUpdate(b->sha, data, n)
		       ? 0
		       : -EIO;
}

/* Ends it in any case. */
static int both_close(struct both *b, int err, struct digest *out)
{
	unsigned char sha[EVP_MAX_MD_SIZE];

	if (!err && (!EVP_DigestFinal_ex(b->md5, out->md5, NULL) ||
		     !EVP_DigestFinal_ex(b->sha, sha, NULL)))
		err = -EIO;
	if (!err) {
		sign_hex(out->md5_hex, out->md5, DIGEST_MD5);
		sign_hex(out->sha256, sha, 32);
		EVP_EncodeBlock((unsigned char *)out->md5_base64, out->md5, DIGEST_MD5);
	}
	EVP_MD_CTX_free(b->md5);
	EVP_MD_CTX_free(b->sha);
	return err;
}

int digest_file(struct digest *out, int fd, int64_t from, int64_t n)
{
	unsigned char buffer[BUFFER];
	struct both b;
	int err = both_open(&b);

	while (!err && n > 0) {
		ssize_t got = pread(fd, buffer, n < BUFFER ? (size_t)n : BUFFER, from);

		if (got < 0 && errno == EINTR)
			continue;
		err = got < 0    ? -EIO
		      : got == 0 ? -EBUSY
				 : both_add(&b, buffer, (size_t)got);
		from += got;
		n -= got;
	}
	return both_close(&b, err, out);
}

int digest_memory(struct digest *out, const void *data, size_t len)
{
	struct both b;
	int err = both_open(&b);

	if (!err)
		err = both_add(&b, data, len);
	return both_close(&b, err, out);
}

int digest_tag(char out[DIGEST_TAG], const unsigned char *md5s, uint32_t parts)
{
	struct digest d;
	int err = digest_memory(&d, md5s, (size_t)parts * DIGEST_MD5);

	if (!err)
		snprintf(out, DIGEST_TAG, "%.32s-%u", d.md5_hex, parts);
	return err;
}
