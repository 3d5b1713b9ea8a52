/* parts.h - a large file is put in parts. Of an upload that was cut off, by whatever, the
 * parts that are there and the same as ours are kept: nothing of it is remembered here,
 * the storage is asked.
 */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "base/attr.h"
#include "store/wire.h"

#include <stdint.h>

#define PARTS_BYTES (INT64_C(16) << 20) /* of a part; more where there were too many */
#define PARTS_MOST  10000u              /* the protocol's limit */

/* The tag of the object comes into `tag`. */
int parts_put(struct wire *wire, const char *key, int fd, int64_t bytes, const char *type,
	      char tag[DIGEST_TAG]) AULA_MUST_CHECK;
/* What its tag is, or would be. */
int parts_tag(char tag[DIGEST_TAG], int fd, int64_t bytes) AULA_MUST_CHECK;
/* Ends all uploads of objects whose names begin so; their parts go. */
int parts_abort(struct wire *wire, const char *prefix) AULA_MUST_CHECK;
/* The bytes of each part but the last. */
int64_t parts_size(int64_t bytes);

#endif
