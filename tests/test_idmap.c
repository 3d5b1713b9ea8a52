#include "base/idmap.h"

#include "tests/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define N 3000

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void test_single(void)
{
	struct idmap map = {0};
	uint32_t pos = 0;
	int v;

	CHECK(idmap_get(&map, 1) == NULL);
	CHECK(idmap_del(&map, 1) == NULL);
	CHECK(idmap_next(&map, &pos) == NULL);
	CHECK(idmap_put(&map, 1, &v) == 0);
	CHECK(idmap_put(&map, 1, &v) == -EEXIST);
	CHECK(idmap_get(&map, 1) == &v);
	CHECK(idmap_get(&map, 0) == NULL);
	CHECK(idmap_get(&map, 2) == NULL);
	CHECK(idmap_del(&map, 1) == &v);
	CHECK(idmap_get(&map, 1) == NULL && map.n == 0);
	idmap_fini(&map);
}

/* Against a plain table, with many collisions and deletions. */
static void test_model(void)
{
	static int values[N];
	static bool there[N];
	struct idmap map = {0};
	uint32_t seed = 7, n = 0, pos = 0, seen = 0;

	for (int i = 0; i < 60000; i++) {
		uint32_t k = next(&seed) % N, id = (k + 1) * 64;

		if (next(&seed) % 3) {
			CHECK(idmap_put(&map, id, &values[k]) ==
			      (there[k] ? -EEXIST : 0));
			n += !there[k];
			there[k] = true;
		} else {
			CHECK(idmap_del(&map, id) == (there[k] ? &values[k] : NULL));
			n -= there[k];
			there[k] = false;
		}
		CHECK(map.n == n);
		k = next(&seed) % N;
		CHECK(idmap_get(&map, (k + 1) * 64) == (there[k] ? &values[k] : NULL));
	}
	while (idmap_next(&map, &pos))
		seen++;
	CHECK(seen == n);
	for (uint32_t k = 0; k < N; k++)
		CHECK(idmap_get(&map, (k + 1) * 64) == (there[k] ? &values[k] : NULL));
	idmap_fini(&map);
}

int main(void)
{
	test_single();
	test_model();
	return 0;
}
