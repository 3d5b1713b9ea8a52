/* listing.h - what the storage has: objects, uploads in parts that were never ended, and
 * the parts of one. Names are as the storage says them: not to be trusted.
 */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "base/attr.h"
#include "store/wire.h"

#include <stdint.h>

#define LISTING_PAGES  1000 /* of a thousand entries; what follows is not looked at */
#define LISTING_UPLOAD 1024 /* characters of an upload's id at most */

/* Each is called with what begins with `prefix`; not 0 ends the listing with that. */
int listing_objects(struct wire *wire, const char *prefix,
		    int (*fn)(void *ctx, const char *key, int64_t bytes, const char *tag),
		    void *ctx) AULA_MUST_CHECK;
int listing_uploads(struct wire *wire, const char *prefix,
		    int (*fn)(void *ctx, const char *key, const char *upload),
		    void *ctx) AULA_MUST_CHECK;
int listing_parts(struct wire *wire, const char *key, const char *upload,
		  int (*fn)(void *ctx, uint32_t number, int64_t bytes, const char *tag),
		  void *ctx) AULA_MUST_CHECK;

#endif
