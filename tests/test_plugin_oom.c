#include "plugins/set.h"
#include "tests/oom.h"
#include "tests/test.h"

#include <errno.h>

static int one_cell(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	return aula_put(out,
			(struct aula_cell){in->sources[0]->id, 0, 0, 10, 10, 0, NULL});
}

static int add_and_arrange(void) RUNS_ON(on_ctl)
{
	const struct aula_layout_ops ops = {sizeof(ops), one_cell};
	const struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .layout = &ops};
	const struct aula_source s = {.size = sizeof(s), .id = 5};
	const struct aula_source *list[] = {&s};
	const struct aula_layout_in in = {sizeof(in), 1, list, 640, 360, 0, NULL, 0};
	struct aula_cell cells[4];
	struct plugin *p;
	char why[100];
	uint32_t n;
	int err;

	err = plugin_add(&p, &raw, why, sizeof(why));
	if (err)
		return err;
	err = plugin_arrange(p, &in, cells, 4, &n, NULL);
	plugin_free(p);
	return err;
}

static int set_and_arrange(void) RUNS_ON(on_ctl)
{
	const struct aula_source s = {.size = sizeof(s), .id = 5};
	const struct aula_source *list[] = {&s};
	const struct aula_layout_in in = {
		.size = sizeof(in), .n_sources = 1, .sources = list};
	struct aula_cell cells[AULA_CELLS_MAX];
	struct plugin_set *set;
	uint32_t n;
	int err;

	err = plugin_set_create(&set);
	if (err)
		return err;
	err = plugin_set_arrange(set, "grid", &in, cells, &n);
	plugin_set_destroy(set);
	return err;
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	OOM_EACH(add_and_arrange());
	OOM_EACH(set_and_arrange());
	return 0;
}
