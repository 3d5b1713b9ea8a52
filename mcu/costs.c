#include "mcu/costs.h"

#include <stdlib.h>

#include "mcu/ids.h"
#include "mixer/vworker.h"

void costs_fini(struct costs *costs)
{
	free(costs->list);
	*costs = (struct costs){.list = NULL};
}

struct cost *costs_copy(const struct vworker_stats *stats, uint32_t *n)
{
	struct cost *list = calloc(stats->n_views + stats->n_rungs + 1u, sizeof(*list));

	*n = 0;
	for (uint32_t i = 0; list && i < stats->n_views; i++) {
		const struct view_stats *v = &stats->views[i];

		list[(*n)++] = (struct cost){.id = v->view,
					     .cpu_us = v->compose_us + v->decode_us,
					     .late = v->late,
					     .missed = v->missed};
	}
	for (uint32_t i = 0; list && i < stats->n_rungs; i++) {
		const struct rung_stats *r = &stats->rungs[i];

		list[(*n)++] = (struct cost){.id = r->rung,
					     .rung = true,
					     .cpu_us = r->cpu_us,
					     .bytes = r->bytes,
					     .late = r->late};
	}
	return list;
}

static int by_id(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* One that was opened anew under the same number counts from its start. */
static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

void costs_take(struct costs *costs, struct cost *list, uint32_t n, uint32_t late_p99_us,
		int64_t at_us)
{
	uint64_t passed_us = at_us > costs->at_us ? (uint64_t)(at_us - costs->at_us) : 0;

	qsort(list, n, sizeof(*list), by_id);
	for (uint32_t i = 0; costs->at_us && passed_us && i < n; i++) {
		const struct cost *before = costs_find(costs, list[i].id);
		uint64_t us = since(list[i].cpu_us, before ? before->cpu_us : 0);
		uint64_t bytes = since(list[i].bytes, before ? before->bytes : 0);

		list[i].permille = (uint32_t)(us * 1000 / passed_us);
		list[i].kbps = (uint32_t)(bytes * 8000 / passed_us);
	}
	free(costs->list);
	*costs = (struct costs){
		.list = list, .n = n, .late_p99_us = late_p99_us, .at_us = at_us};
}

const struct cost *costs_find(const struct costs *costs, uint32_t id)
{
	const struct cost wanted = {.id = id};

	return costs->n ? bsearch(&wanted, costs->list, costs->n, sizeof(wanted), by_id)
			: NULL;
}

uint32_t costs_block(const struct costs *costs, uint32_t base)
{
	uint32_t low = 0, high = costs->n, sum = 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (costs->list[middle].id < base)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < costs->n && costs->list[low].id < base + ID_BLOCK; low++)
		sum += costs->list[low].permille;
	return sum;
}
