/* A layout as somebody built it with the header of ABI 1.0: it knows nothing of what came
 * later, and works as on the first day. Everybody side by side.
 */
#include "tests/abi1/aula_plugin.h"

_Static_assert(AULA_ABI_MINOR == 0 && sizeof(struct aula_cell) == 16,
	       "it is not to see a later header");

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	uint32_t n = in->n_sources < AULA_CELLS_MAX ? in->n_sources : AULA_CELLS_MAX;
	struct aula_rect area = {0, 0, n ? AULA_UNIT / n : AULA_UNIT, AULA_UNIT};
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++) {
		area.x = i * area.w;
		err = aula_put_one(in, out, area, in->sources[i]);
	}
	return err;
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {AULA_PLUGIN_HEAD, .name = "first",
					       .version = "1", .layout = &ops};
