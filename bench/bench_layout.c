/* bench_layout - what an arrangement costs, by layout and number of members: CPU time
 * of the control thread, the median of rounds.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/thread.h"
#include "bench/bench.h"
#include "mcu/layouts.h"
#include "plugins/set.h"
#include "tests/test.h"

#define MOST   49
#define ROUNDS 9
#define CALLS  400 /* of a round */

static struct aula_source s[MOST + 1];
static const struct aula_source *list[MOST + 1];

static void measure(struct plugin_set *set, const char *name, uint32_t n) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = {.size = sizeof(in),
				    .n_sources = n + 1,
				    .sources = list,
				    .canvas_w_px = 1280,
				    .canvas_h_px = 720};
	struct aula_cell cells[AULA_CELLS_MAX];
	double us[ROUNDS];
	uint32_t cells_n;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t start = cpu_ns();

		for (int i = 0; i < CALLS; i++)
			CHECK(plugin_set_arrange(set, name, &in, cells, &cells_n) == 0);
		us[round] = (double)(cpu_ns() - start) / 1000 / CALLS;
	}
	fputs("arrange_us.", stdout);
	for (; *name; name++)
		putchar(*name == '-' ? '_' : *name); /* as names of figures are */
	printf(".%u %.2f\n", n, median(us, ROUNDS));
}

int main(void)
{
	static const uint32_t sizes[] = {1, 9, 25, 49};
	const char *plugins = getenv("PLUGIN_DIR"), *names[PLUGIN_SET_MAX];
	struct plugin_set *set;
	uint32_t n;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_WARN);
	CHECK(plugin_set_create(&set) == 0);
	if (plugins)
		CHECK(plugin_set_load(set, plugins, "layout_speaker") == 0 &&
		      plugin_set_load(set, plugins, "layout_lecture") == 0);
	CHECK(layouts_built_in(set) == 0);
	for (uint32_t i = 0; i <= MOST; i++) {
		s[i] = (struct aula_source){
			.size = sizeof(s[i]),
			.id = i + 1,
			.flags = AULA_SRC_VIDEO | (i ? 0u : (uint32_t)AULA_SRC_SCREEN) |
				 (i == 1 ? (uint32_t)AULA_SRC_LECTURER : 0u),
			.talk_rank = i == 2 ? 0 : UINT32_MAX,
			.w_px = 640,
			.h_px = 360,
			.owner = i ? i : 1};
		list[i] = &s[i];
	}
	n = plugin_set_layouts(set, names, PLUGIN_SET_MAX);
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
			measure(set, names[i], sizes[k]);
	plugin_set_destroy(set);
	return 0;
}
