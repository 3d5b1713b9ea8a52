#include "mixer/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void registry_fini(struct registry *map)
{
	free(map->entries);
	*map = (struct registry){0};
}

/* The first entry that is not below `id`. */
static uint32_t lower_bound(const struct registry *map, uint32_t id)
{
	uint32_t low = 0, high = map->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (map->entries[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void *registry_get(const struct registry *map, uint32_t id)
{
	uint32_t i = lower_bound(map, id);

	return i < map->n && map->entries[i].id == id ? map->entries[i].value : NULL;
}

int registry_add(struct registry *map, uint32_t id, void *value, uint32_t max)
{
	uint32_t i = lower_bound(map, id);

	if (i < map->n && map->entries[i].id == id)
		return -EEXIST;
	if (map->n >= max)
		return -ENOSPC;
	if (map->n == map->room) {
		uint32_t room = map->room ? 2 * map->room : 16;
		struct registry_entry *more = realloc(map->entries,
						      (size_t)room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		map->entries = more;
		map->room = room;
	}
	memmove(&map->entries[i + 1], &map->entries[i],
		(size_t)(map->n - i) * sizeof(*map->entries));
	map->entries[i] = (struct registry_entry){id, value};
	map->n++;
	return 0;
}

void *registry_remove(struct registry *map, uint32_t id)
{
	uint32_t i = lower_bound(map, id);
	void *value;

	if (i == map->n || map->entries[i].id != id)
		return NULL;
	value = map->entries[i].value;
	map->n--;
	memmove(&map->entries[i], &map->entries[i + 1],
		(size_t)(map->n - i) * sizeof(*map->entries));
	return value;
}
