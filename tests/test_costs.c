/* What pictures cost, from one look to the next. */
#include "mcu/costs.h"

#include "mcu/ids.h"
#include "mixer/vworker.h"
#include "tests/test.h"

static struct costs costs;

/* One view and two rungs of a picture, a view of another. */
static void look(uint64_t view_us, uint64_t rung_us, uint64_t bytes, int64_t at_us)
{
	const struct view_stats views[] = {
		{.view = 3 * ID_BLOCK, .compose_us = view_us},
		{.view = ID_BLOCK,
		 .compose_us = view_us,
		 .decode_us = view_us,
		 .missed = 4},
	};
	const struct rung_stats rungs[] = {
		{.rung = ID_BLOCK + ID_RUNG + 1, .cpu_us = rung_us, .bytes = bytes},
		{.rung = ID_BLOCK + ID_RUNG, .cpu_us = rung_us, .late = 2},
	};
	const struct vworker_stats stats = {
		.views = views, .rungs = rungs, .n_views = 2, .n_rungs = 2};
	uint32_t n;
	struct cost *list = costs_copy(&stats, &n);

	CHECK(list && n == 4);
	costs_take(&costs, list, n, 700, at_us);
}

static void rates(void)
{
	const struct cost *cost;

	look(1000, 500, 100, 5000000);
	CHECK(costs_block(&costs, ID_BLOCK) == 0); /* nothing to compare with */
	look(101000, 200500, 25100, 7000000);
	cost = costs_find(&costs, ID_BLOCK);
	CHECK(cost && !cost->rung && cost->permille == 100 && cost->missed == 4);
	cost = costs_find(&costs, ID_BLOCK + ID_RUNG + 1);
	CHECK(cost && cost->rung && cost->permille == 100 && cost->kbps == 100);
	CHECK(costs_block(&costs, ID_BLOCK) == 300);
	CHECK(costs_block(&costs, 2 * ID_BLOCK) == 0);
	CHECK(costs_block(&costs, 3 * ID_BLOCK) == 50);
	CHECK(!costs_find(&costs, ID_BLOCK + 1) && costs.late_p99_us == 700);
	/* opened anew under the same number: its counters began again */
	look(102000, 2000, 0, 8000000);
	CHECK(costs_find(&costs, ID_BLOCK + ID_RUNG)->permille == 2);
}

static void nothing(void)
{
	const struct vworker_stats none = {.n_views = 0};
	uint32_t n;
	struct cost *list = costs_copy(&none, &n);

	CHECK(list && n == 0);
	costs_take(&costs, list, n, 0, 9000000);
	CHECK(costs_block(&costs, ID_BLOCK) == 0 && !costs_find(&costs, ID_BLOCK));
	costs_fini(&costs);
	CHECK(!costs.list && costs_block(&costs, ID_BLOCK) == 0);
}

int main(void)
{
	rates();
	nothing();
	return 0;
}
