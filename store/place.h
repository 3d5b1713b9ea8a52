/* place.h - where in a storage our files are: what the configuration says of it, and the
 * host and the path of an object. Pure.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include "base/attr.h"
#include "base/conf.h"
#include "store/sign.h"

#include <stdint.h>

#define PLACE_HOST 256
#define PLACE_PATH 1280 /* with the bucket before it */
#define PLACE_KEY  1024 /* bytes of an object's name at most: the protocol's limit */
#define PLACE_LINK (SIGN_TARGET + PLACE_HOST + 16)

struct place {
	char origin[PLACE_HOST + 8]; /* scheme and host, of our own bucket */
	char host[PLACE_HOST];
	char root[80]; /* of a path, before the object's name: "/" or "/bucket/" */
	char prefix[CONF_NAME], region[32];
	char encryption[16]; /* AES256, aws:kms, or empty */
};

/* What conf_read() let through. -E2BIG */
int place_make(struct place *out, const struct conf *conf) AULA_MUST_CHECK;

/* The path of an object, not escaped; "" is the bucket itself. -E2BIG */
int place_path(char out[PLACE_PATH], const struct place *place,
	       const char *key) AULA_MUST_CHECK;

struct place_wish {
	const char *method; /* that it will be asked with: GET, HEAD */
	const char *name;   /* of the object, without the prefix of all */
	const char *type;   /* NULL: as it was stored */
	const char *save;   /* it shall be saved under this name; NULL: shown */
};

/* A link to an object for whoever has it, for so long. */
int place_link(char out[PLACE_LINK], const struct place *place,
	       const struct sign_keys *keys, const struct place_wish *wish, int64_t at_ms,
	       uint32_t sec) AULA_MUST_CHECK;

#endif
