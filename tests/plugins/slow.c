/* A layout that is right, and takes 200 ms for it. */
#include <time.h>

#include "plugins/aula_plugin.h"

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	const struct timespec nap = {.tv_nsec = 200000000};
	const struct aula_rect all = {0, 0, AULA_UNIT, AULA_UNIT};

	nanosleep(&nap, NULL);
	return aula_put_tiles(in, out, all, in->sources,
			      in->n_sources < AULA_CELLS_MAX ? in->n_sources
							     : AULA_CELLS_MAX);
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {AULA_PLUGIN_HEAD, .name = "slow",
					       .version = "1", .layout = &ops};
