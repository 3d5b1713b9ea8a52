/* registry.h - finds things by a number that others chose: sorted, so a search is
 * a few steps. Does not own what it holds. One thread.
 */
#ifndef MIXER_REGISTRY_H
#define MIXER_REGISTRY_H

#include "base/attr.h"

#include <stdint.h>

struct registry_entry {
	uint32_t id;
	void *value;
};

/* All zero is an empty one. */
struct registry {
	struct registry_entry *entries; /* by rising id */
	uint32_t n, room;
};

void registry_fini(struct registry *map);

/* NULL when there is none. */
void *registry_get(const struct registry *map, uint32_t id);

/* -EEXIST when the id is taken, -ENOSPC at `max` entries, -ENOMEM. */
int registry_add(struct registry *map, uint32_t id, void *value,
		 uint32_t max) AULA_MUST_CHECK;

/* Takes it out and returns it; NULL when there was none. */
void *registry_remove(struct registry *map, uint32_t id);

#endif
