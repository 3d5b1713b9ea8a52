#include "base/idmap.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define FIRST_SIZE 16

void idmap_fini(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){0};
}

/* Ids are mostly consecutive: a multiplication spreads them. */
static uint32_t home(const struct idmap *map, uint32_t id)
{
	uint32_t h = id * 2654435769u;

	return (h ^ h >> 15) & (map->size - 1);
}

static uint32_t find(const struct idmap *map, uint32_t id)
{
	uint32_t i = home(map, id);

	while (map->slots[i].id && map->slots[i].id != id)
		i = (i + 1) & (map->size - 1);
	return i;
}

static int grow(struct idmap *map)
{
	struct idmap bigger = {NULL, map->size ? map->size * 2 : FIRST_SIZE, map->n};

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->size; i++)
		if (map->slots[i].id)
			bigger.slots[find(&bigger, map->slots[i].id)] = map->slots[i];
	free(map->slots);
	*map = bigger;
	return 0;
}

int idmap_put(struct idmap *map, uint32_t id, void *value)
{
	uint32_t i;
	int err;

	assert(id && value);
	/* at most three quarters full, so that a search ends soon */
	if (map->n + 1 > map->size - map->size / 4) {
		err = grow(map);
		if (err)
			return err;
	}
	i = find(map, id);
	if (map->slots[i].id)
		return -EEXIST;
	map->slots[i] = (struct idmap_slot){id, value};
	map->n++;
	return 0;
}

void *idmap_get(const struct idmap *map, uint32_t id)
{
	if (!map->size || !id)
		return NULL;
	return map->slots[find(map, id)].value;
}

void *idmap_del(struct idmap *map, uint32_t id)
{
	uint32_t hole, i;
	void *value;

	if (!map->size || !id)
		return NULL;
	hole = i = find(map, id);
	value = map->slots[hole].value;
	if (!value)
		return NULL;
	/* move back what the hole would hide from a search */
	for (;;) {
		i = (i + 1) & (map->size - 1);
		if (!map->slots[i].id)
			break;
		if (((i - home(map, map->slots[i].id)) & (map->size - 1)) >=
		    ((i - hole) & (map->size - 1))) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole] = (struct idmap_slot){0, NULL};
	map->n--;
	return value;
}

void *idmap_next(const struct idmap *map, uint32_t *pos)
{
	while (*pos < map->size)
		if (map->slots[(*pos)++].id)
			return map->slots[*pos - 1].value;
	return NULL;
}
