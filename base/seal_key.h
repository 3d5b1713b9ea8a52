/* seal_key.h - the keys that files are sealed by (base/seal.h), as an operator keeps
 * them: a text file with one key a line, 64 hexadecimal digits; lines that are empty or
 * begin with # say nothing. The first key seals, each of them opens: so a new one is put
 * above the old one.
 */
#ifndef BASE_SEAL_KEY_H
#define BASE_SEAL_KEY_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define SEAL_KEY       32 /* bytes */
#define SEAL_KEYS      8  /* policy: more are refused */
#define SEAL_KEY_ID    16
#define SEAL_KEYS_TEXT 4096 /* bytes of such a file; more is none */

/* Bytes of all keys as text. */
#define SEAL_KEYS_PRINTED (SEAL_KEYS * (2 * SEAL_KEY + 1))

struct seal_key {
	uint8_t bytes[SEAL_KEY];
};

struct seal_keys {
	uint32_t n; /* 0: none */
	struct seal_key list[SEAL_KEYS];
};

/* -EINVAL: a line is no key, or there is none; -E2BIG: more than SEAL_KEYS. ANY_THREAD */
int seal_keys_parse(struct seal_keys *keys, const char *text, size_t len) AULA_MUST_CHECK;
/* The same of a file. -EPERM: others than its owner may read or write it; -ENOENT: it is
 * not there, or no file; or why it could not be read. ANY_THREAD */
int seal_keys_read(struct seal_keys *keys, const char *path) AULA_MUST_CHECK;
/* As such a text, without a zero behind it: its bytes. The caller wipes it. */
size_t seal_keys_print(const struct seal_keys *keys, char out[SEAL_KEYS_PRINTED]);
/* In words, what such an error means. */
const char *seal_keys_why(int err);
/* Leaves nothing of them in memory. */
void seal_keys_wipe(struct seal_keys *keys);

/* Says which key it is, and nothing else about it. -EIO. */
int seal_key_id(uint8_t out[SEAL_KEY_ID], const struct seal_key *key) AULA_MUST_CHECK;
/* The key of that name, or NULL. */
const struct seal_key *seal_keys_find(const struct seal_keys *keys,
				      const uint8_t id[SEAL_KEY_ID]);

#endif
