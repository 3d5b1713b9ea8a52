/* object.h - one object: a file of ours in the storage. What is put is there, whole and
 * the same, when the call returns 0: the storage had to check two digests of what came,
 * and its own of what it keeps is compared with ours where it says one.
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "base/attr.h"
#include "store/wire.h"

#include <stdint.h>

#define OBJECT_WHOLE (INT64_C(64) << 20) /* bytes: of a larger file parts are put */

/* `key` with all prefixes; `type`: its Content-Type. */
int object_put(struct wire *wire, const char *key, int fd, int64_t bytes,
	       const char *type) AULA_MUST_CHECK;
/* Is the object this file? FAULT_MISSING, FAULT_DIFFERS; reads all of the file. */
int object_same(struct wire *wire, const char *key, int fd,
		int64_t bytes) AULA_MUST_CHECK;
int object_head(struct wire *wire, const char *key,
		struct wire_said *said) AULA_MUST_CHECK;
/* Into the file, which is emptied first. */
int object_get(struct wire *wire, const char *key, int fd) AULA_MUST_CHECK;
/* 0 also when there was none. */
int object_delete(struct wire *wire, const char *key) AULA_MUST_CHECK;

#endif
