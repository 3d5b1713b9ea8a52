/* A layout that puts cells where no canvas is, and says that all is well. */
#include "plugins/aula_plugin.h"

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	const struct aula_cell cell = {.source = in->n_sources ? in->sources[0]->id : 1,
				       .x = AULA_UNIT - 10,
				       .w = UINT16_MAX,
				       .h = AULA_UNIT};

	(void)aula_put(out, cell);
	return 0;
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {AULA_PLUGIN_HEAD, .name = "outside",
					       .version = "1", .layout = &ops};
