/* keys.h - reads the file with the keys of the storage:
 *
 *   aws_access_key_id = ...
 *   aws_secret_access_key = ...
 *   aws_session_token = ...        only of keys that are lent for a time
 *
 * as the tools of Amazon write it; other lines, [names] of groups and what begins with #
 * or ; are passed over. Nobody but its owner may have any right to it.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "base/attr.h"
#include "store/sign.h"

#include <stddef.h>

#define KEYS_FILE 8192 /* bytes at most */

/* -ENOENT, -EPERM: others may read it, -EINVAL: it has no keys, or what keys cannot be;
 * `out` is untouched then. `why` gets a line for the operator, no secrets in it. */
int keys_read(struct sign_keys *out, const char *path, char *why,
	      size_t why_len) AULA_MUST_CHECK;
/* The same of a text, which is changed. */
int keys_parse(struct sign_keys *out, char *text) AULA_MUST_CHECK;

#endif
