/* idmap.h - finds what belongs to an id. Open addressing, grows by doubling;
 * its users bound how much is put in. One owner thread, no lock.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include "base/attr.h"

#include <stdint.h>

struct idmap_slot {
	uint32_t id; /* 0: free */
	void *value;
};

struct idmap {
	struct idmap_slot *slots;
	uint32_t size; /* a power of two, or 0 before the first put */
	uint32_t n;    /* entries */
};

/* A zeroed idmap is empty. The values stay their owner's. */
void idmap_fini(struct idmap *map);

/* `id` is not 0, `value` not NULL. -EEXIST, -ENOMEM. */
int idmap_put(struct idmap *map, uint32_t id, void *value) AULA_MUST_CHECK;
void *idmap_get(const struct idmap *map, uint32_t id); /* NULL when absent */
void *idmap_del(struct idmap *map, uint32_t id);       /* what was there */

/* The value at or after *pos, or NULL at the end; *pos starts at 0. Nothing
 * may be put or deleted in between, but after the call that gave the last one. */
void *idmap_next(const struct idmap *map, uint32_t *pos);

#endif
