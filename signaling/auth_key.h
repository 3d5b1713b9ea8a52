/* auth_key.h - the server's own secret, from which the tokens of links are
 * derived: the same link is printed at each start, and by a command beside a
 * running server.
 */
#ifndef SIGNALING_AUTH_KEY_H
#define SIGNALING_AUTH_KEY_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTH_TOKEN 32 /* characters of a link's token */

struct auth_key {
	uint8_t secret[32];
};

/* Reads the file, or makes it (0600) with fresh random bytes. -EPERM when
 * others may read it, -EBADMSG when it has another length. */
int auth_key_load(struct auth_key *key, const char *path) AULA_MUST_CHECK;

/* The token of a purpose such as "lecturer:<room id>". ANY_THREAD */
void auth_key_token(const struct auth_key *key, const char *purpose,
		    char out[AUTH_TOKEN + 1]);

/* Two texts, in time that tells at most their lengths. ANY_THREAD */
bool auth_equal(const char *a, const char *b);

/* In constant time. ANY_THREAD */
bool auth_key_matches(const struct auth_key *key, const char *purpose, const char *token);

#endif
