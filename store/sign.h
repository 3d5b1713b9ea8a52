/* sign.h - signs requests to storage that speaks the S3 protocol: AWS Signature Version
 * 4, in a field of the request or in a link that anybody may follow for a while. Pure
 * functions. Source: "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3
 * API reference, whose examples are in tests/test_store_sign.c.
 */
#ifndef STORE_SIGN_H
#define STORE_SIGN_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define SIGN_KEY      128 /* characters of an access key and of its secret at most */
#define SIGN_TOKEN    2048
#define SIGN_TARGET   4096 /* bytes of a path with its query */
#define SIGN_FIELD    1024
#define SIGN_PAIRS    12 /* of a query, and fields that are signed */
#define SIGN_HEX      65
#define SIGN_DATE     17                 /* 20130524T000000Z and its zero */
#define SIGN_LINK_SEC 604800             /* a link's life at most */
#define SIGN_ANY_BODY "UNSIGNED-PAYLOAD" /* instead of the body's SHA-256 */

struct sign_keys {
	char id[SIGN_KEY + 1], secret[SIGN_KEY + 1];
	char token[SIGN_TOKEN + 1]; /* of keys that are lent for a time; else empty */
};

struct sign_pair {
	const char *name, *value; /* as they are, not escaped */
};

struct sign_request {
	const struct sign_keys *keys;
	const char *method, *host; /* the host as the field Host says it */
	const char *path;          /* from its slash on, not escaped */
	const struct sign_pair *query;
	size_t n_query;
	/* Besides host, x-amz-date, x-amz-content-sha256 and x-amz-security-token; the
	 * names in small letters. */
	const struct sign_pair *fields;
	size_t n_fields;
	const char *body; /* SHA-256 in hex, or SIGN_ANY_BODY */
	const char *region;
	int64_t at_ms; /* the wall clock */
};

/* The path with the query, escaped: what is sent must be this. -E2BIG */
int sign_target(char out[SIGN_TARGET], const struct sign_request *req) AULA_MUST_CHECK;
/* The values of x-amz-date and Authorization. -E2BIG, -EIO: no cryptography */
int sign_fields(char date[SIGN_DATE], char authorization[SIGN_FIELD],
		const struct sign_request *req) AULA_MUST_CHECK;
/* A target that is good for `sec` seconds by itself, its fields none but Host. -EINVAL:
 * of no such life */
int sign_link(char out[SIGN_TARGET], const struct sign_request *req,
	      uint32_t sec) AULA_MUST_CHECK;

void sign_hex(char *out, const unsigned char *bytes, size_t n); /* 2n + 1 bytes */
/* SHA-256 in hex of what is in memory. -EIO */
int sign_sha256(char out[SIGN_HEX], const void *data, size_t len) AULA_MUST_CHECK;

#endif
