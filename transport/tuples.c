#include "transport/tuples.h"

#include "base/limits.h"
#include "base/rand.h"
#include "transport/hash.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BUCKETS 16384 /* two a peer */

struct tuples {
	uint64_t seed;
	struct tuple *buckets[BUCKETS];
};

int tuples_create(struct tuples **out)
{
	struct tuples *tuples = calloc(1, sizeof(*tuples));

	if (!tuples)
		return -ENOMEM;
	rand_bytes(&tuples->seed, sizeof(tuples->seed));
	*out = tuples;
	return 0;
}

void tuples_destroy(struct tuples *tuples)
{
	if (!tuples)
		return;
	for (uint32_t i = 0; i < BUCKETS; i++)
		assert(!tuples->buckets[i]);
	free(tuples);
}

/* A connection is a 5-tuple by itself. */
static bool same(const struct path *a, const struct path *b)
{
	if (a->conn || b->conn)
		return a->conn == b->conn;
	return a->sock == b->sock && addr_equal(&a->remote, &b->remote) &&
	       memcmp(a->local, b->local, 16) == 0;
}

/* Without options; a segment of TCP may hold more than one frame, or a part. */
static uint8_t overhead_of(const struct path *path)
{
	return (uint8_t)((addr_is_v4(&path->remote) ? 20 : 40) +
			 (path->conn ? 20 + 2 : 8));
}

static struct tuple **bucket_of(const struct tuples *tuples, const struct path *path)
{
	uint8_t key[16 + 16 + 2];
	uint64_t h;

	if (path->conn) {
		h = hash_bytes(tuples->seed, &path->conn, sizeof(path->conn));
	} else {
		memcpy(key, path->remote.ip, 16);
		memcpy(key + 16, path->local, 16);
		memcpy(key + 32, &path->remote.port, 2);
		h = hash_bytes(tuples->seed, key, sizeof(key));
	}
	return (struct tuple **)&tuples->buckets[h % BUCKETS];
}

struct tuple *tuples_find(const struct tuples *tuples, const struct path *path)
{
	struct tuple *t = *bucket_of(tuples, path);

	while (t && !same(&t->path, path))
		t = t->chain;
	return t;
}

/* Of equals the oldest, which is nearer to the end. */
struct tuple *tuples_idlest(const struct tuple_list *list)
{
	struct tuple *found = NULL;

	for (struct tuple *t = list->first; t; t = t->next)
		if (t != list->chosen && (!found || t->checked_us <= found->checked_us))
			found = t;
	return found;
}

struct tuple *tuples_add(struct tuples *tuples, struct tuple_list *list,
			 struct link *link, const struct path *path, int64_t now_us)
{
	struct tuple **bucket = bucket_of(tuples, path);
	struct tuple *tuple = calloc(1, sizeof(*tuple));

	assert(list->n < LIMIT_TUPLES);
	if (!tuple)
		return NULL;
	*tuple = (struct tuple){.chain = *bucket,
				.next = list->first,
				.link = link,
				.path = *path,
				.overhead = overhead_of(path),
				.checked_us = now_us};
	*bucket = tuple;
	list->first = tuple;
	list->n++;
	return tuple;
}

static struct tuple *newest(const struct tuple_list *list)
{
	struct tuple *found = list->first;

	for (struct tuple *t = found; t; t = t->next)
		if (t->checked_us > found->checked_us)
			found = t;
	return found;
}

void tuples_remove(struct tuples *tuples, struct tuple_list *list, struct tuple *tuple)
{
	struct tuple **p = bucket_of(tuples, &tuple->path);

	while (*p != tuple)
		p = &(*p)->chain;
	*p = tuple->chain;
	for (p = &list->first; *p != tuple;)
		p = &(*p)->next;
	*p = tuple->next;
	list->n--;
	if (list->chosen == tuple)
		list->chosen = newest(list);
	free(tuple);
}
