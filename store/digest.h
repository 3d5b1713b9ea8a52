/* digest.h - what a storage says of an object, reckoned from our own file: MD5 and
 * SHA-256 of a range, and the entity tag of an object that was put in parts. MD5 tells
 * accidents from what was meant; nothing here relies on more of it.
 */
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

#include "base/attr.h"
#include "store/sign.h"

#include <stdint.h>

#define DIGEST_MD5 16
#define DIGEST_TAG 48 /* 32 in hex, "-10000" and the zero */

struct digest {
	unsigned char md5[DIGEST_MD5];
	char md5_hex[DIGEST_TAG], md5_base64[28];
	char sha256[SIGN_HEX];
};

/* -EBUSY: the file is shorter than that; -EIO */
int digest_file(struct digest *out, int fd, int64_t from, int64_t n) AULA_MUST_CHECK;
int digest_memory(struct digest *out, const void *data, size_t len) AULA_MUST_CHECK;
/* The tag of an object of so many parts; `md5s` has DIGEST_MD5 bytes of each. */
int digest_tag(char out[DIGEST_TAG], const unsigned char *md5s,
	       uint32_t parts) AULA_MUST_CHECK;

#endif
