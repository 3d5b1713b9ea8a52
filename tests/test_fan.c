#include "mixer/fan.h"

#include <errno.h>

#include "tests/test.h"

static struct fan fan = {.n = 3};

static uint32_t take(uint32_t i)
{
	struct ring_item item;
	uint32_t n = 0;

	while (ring_pop(fan.ring[i], &item)) {
		CHECK(item.id == 7 && item.au->len == 3);
		au_put(item.au);
		n++;
	}
	return n;
}

static int give(uint32_t nets)
{
	struct au *au;

	CHECK(au_create(&au, "abc", 3) == 0);
	return fan_push(&fan, nets, 7, au);
}

int main(void)
{
	for (uint32_t i = 0; i < fan.n; i++)
		CHECK(ring_create(&fan.ring[i], 2) == 0);

	CHECK(give(0) == 0); /* all */
	CHECK(take(0) == 1 && take(1) == 1 && take(2) == 1);
	CHECK(give(1u << 1) == 0);
	CHECK(take(0) == 0 && take(1) == 1 && take(2) == 0);
	CHECK(give(1u << 0 | 1u << 2) == 0);
	CHECK(take(0) == 1 && take(1) == 0 && take(2) == 1);
	CHECK(give(1u << 9) == 0); /* nobody: the unit is let go */
	CHECK(take(0) == 0 && take(1) == 0 && take(2) == 0);

	/* one that is full does not cost the others theirs */
	CHECK(give(1u << 1) == 0 && give(1u << 1) == 0);
	CHECK(give(0) == -ENOBUFS);
	CHECK(take(0) == 1 && take(1) == 2 && take(2) == 1);

	for (uint32_t i = 0; i < fan.n; i++)
		ring_destroy(fan.ring[i]);
	return 0;
}
