#include "mixer/registry.h"

#include "tests/test.h"

#include <errno.h>

int main(void)
{
	struct registry map = {0};
	static int values[100];

	CHECK(!registry_get(&map, 1) && !registry_remove(&map, 1));
	for (uint32_t i = 0; i < 100; i++) /* in no order: 37 is prime to 100 */
		CHECK(registry_add(&map, i * 37 % 100 * 1000 + 1, &values[i], 100) == 0);
	CHECK(map.n == 100);
	CHECK(registry_add(&map, 7, &values[0], 100) == -ENOSPC);
	CHECK(registry_add(&map, 1, &values[0], 200) == -EEXIST);
	for (uint32_t i = 0; i < 100; i++)
		CHECK(registry_get(&map, i * 37 % 100 * 1000 + 1) == &values[i]);
	for (uint32_t i = 1; i < map.n; i++)
		CHECK(map.entries[i - 1].id < map.entries[i].id);
	CHECK(!registry_get(&map, 2) && !registry_remove(&map, 2));
	for (uint32_t i = 0; i < 100; i += 2)
		CHECK(registry_remove(&map, i * 37 % 100 * 1000 + 1) == &values[i]);
	for (uint32_t i = 0; i < 100; i++)
		CHECK(registry_get(&map, i * 37 % 100 * 1000 + 1) ==
		      (i % 2 ? &values[i] : NULL));
	registry_fini(&map);
	CHECK(map.n == 0);
	return 0;
}
