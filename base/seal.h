/* seal.h - files that only who has the key can read: AES-256-GCM (NIST SP 800-38D) in
 * chunks, so that any place of a file can be read without what is before it, and nothing
 * of it can be changed, moved, cut off or put behind it unseen. Each file has a key of
 * its own, which is in it, wrapped by the first of the operator's keys.
 *
 * A sealed file is SEAL_HEAD bytes, then chunks of SEAL_CHUNK bytes (the last one of 0 to
 * that many), each with SEAL_TAG bytes behind it.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/attr.h"
#include "base/seal_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SEAL_HEAD  96
#define SEAL_CHUNK 65536
#define SEAL_TAG   16

/* Writes all of `in` (from its beginning) to `out` (which is empty), sealed by the first
 * key. What is sealed already, by whichever of them, is sealed anew. Neither is closed or
 * synced. -EKEYREJECTED, -EBADMSG: `in` is sealed and cannot be opened; -ENOMEM, -EIO, or
 * the system's. ANY_THREAD, takes long. */
int seal_file(int in, int out, const struct seal_keys *keys) AULA_MUST_CHECK;
/* The same back: what comes out is as it was before it was sealed, or as it is. */
int unseal_file(int in, int out, const struct seal_keys *keys) AULA_MUST_CHECK;
/* Of what is in memory: `out` is the caller's to free. */
int seal_bytes(uint8_t **out, size_t *out_len, const void *data, size_t len,
	       const struct seal_keys *keys) AULA_MUST_CHECK;

/* Does a sealed file begin like that? */
bool seal_is(const void *head, size_t len);
/* The same of a file; it stays where it is. */
bool seal_is_file(int fd);
/* Is it sealed by the first key? */
bool seal_is_by(int fd, const struct seal_keys *keys);
/* The bytes that are in a sealed file of so many; -EBADMSG: none is so long. */
int64_t seal_size_of(int64_t bytes);

struct seal; /* one that is read; one owner */

/* `fd` stays the caller's and must stay open; `keys` are not needed any more. Of a file
 * that is not sealed -EMEDIUMTYPE; -EKEYREJECTED: it is, by a key that is not here, or
 * `keys` is NULL; -EBADMSG: it is damaged; -ENOMEM. */
int seal_open(struct seal **out, int fd, const struct seal_keys *keys) AULA_MUST_CHECK;
void seal_close(struct seal *seal); /* NULL is accepted */

/* Bytes of what was sealed, as the length of the file says. */
int64_t seal_size(const struct seal *seal);
/* At most `len` bytes from `at` on, at least one unless it is the end (0). Who reads
 * whole chunks from their beginnings saves a copy, and the memory for it. -EBADMSG: they
 * are not what was sealed; nothing of them is in `out` then; or the system's. */
ssize_t seal_read(struct seal *seal, void *out, size_t len, int64_t at) AULA_MUST_CHECK;

#endif
