/* sealed.h - files that are read here may be sealed (base/seal.h): by keys that this
 * program was started with.
 */
#ifndef DERIVE_SEALED_H
#define DERIVE_SEALED_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct seal;
struct seal_keys;

/* Once, before anything is read; they stay the caller's, and stay there to the end. */
void sealed_keys(const struct seal_keys *keys);

/* 0 and NULL: it is not sealed. -EKEYREJECTED: it is, and there is no key for it; or as
 * seal_open(). `fd` stays the caller's and must stay open. */
int sealed_open(struct seal **out, int fd) AULA_MUST_CHECK;
/* The bytes of what is in it, which takes no key; or a negative errno. */
int64_t sealed_size(int fd);
/* Of a small file, from its beginning: as pread(). */
ssize_t sealed_read(int fd, void *out, size_t len) AULA_MUST_CHECK;

#endif
