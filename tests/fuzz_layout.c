#include "mcu/plan_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken arranges any class without a cell that cannot be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan;
	static struct aula_source s[AULA_CELLS_MAX + 5];
	static const struct aula_source *list[AULA_CELLS_MAX + 5];
	struct aula_layout_in in = {.size = sizeof(in), .sources = list};
	struct aula_cell cells[AULA_CELLS_MAX];
	struct plan_wrong wrong;
	struct plugin *p;
	uint32_t n;

	if (plan_read_text(&plan, (const char *)data, size, &wrong))
		return 0;
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	if (plugin_of_plan(&p, &plan))
		abort();
	for (uint32_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		s[i] = (struct aula_source){sizeof(s[i]), i + 1, i * 37 % 128, i, 64,
					    36,           0};
		list[i] = &s[i];
	}
	for (in.n_sources = 0; in.n_sources <= sizeof(s) / sizeof(s[0]);
	     in.n_sources += 5) {
		in.canvas_w_px = in.n_sources % 2 ? 1280 : 720;
		in.canvas_h_px = in.n_sources % 2 ? 720 : 1280;
		in.last = in.n_sources;
		if (plugin_arrange(p, &in, cells, AULA_CELLS_MAX, &n, NULL))
			abort();
	}
	plugin_free(p);
	return 0;
}
