/* auth.h - tokens of links: random ones kept as hashes, and signed ones that
 * expire. Control thread or any.
 */
#ifndef SIGNALING_AUTH_H
#define SIGNALING_AUTH_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTH_HASH_HEX  64
#define AUTH_WS_KEY    24 /* characters of a Sec-WebSocket-Key */
#define AUTH_WS_ACCEPT 28

/* Hex of SHA-256: what is stored of a token. ANY_THREAD */
void auth_hash(char out[AUTH_HASH_HEX + 1], const char *token);
/* Compares in constant time. ANY_THREAD */
bool auth_matches(const char *token, const char *hash_hex);

/* A signature over `what` that is good until `until_ms` (wall clock), by a key
 * of this process: "<until>.<hex of HMAC-SHA-256>". ANY_THREAD */
void auth_sign(char *out, size_t size, const char *what, int64_t until_ms);
bool auth_verify(const char *signature, const char *what, int64_t now_ms);

/* RFC 6455 4.2.2: the answer to a Sec-WebSocket-Key; false when that is not
 * base64 of 16 bytes. ANY_THREAD */
bool auth_ws_accept(char out[AUTH_WS_ACCEPT + 1], const char *key) AULA_MUST_CHECK;

#endif
