/* layout_grid - equal tiles, as large as the canvas allows. Linked into the
 * server too, as what is left when every other layout fails.
 *
 * Parameter "max": at most so many tiles, 1 to 25.
 */
#include "plugins/aula_plugin.h"

#define GRID_MAX 25 /* what a class has at most, see mcu/cast.h */

/* Only matters with more sources than tiles: whom nobody would miss goes. */
static uint32_t rank(const struct aula_source *s, const void *ctx)
{
	uint32_t r = s->talk_rank < 1000 ? s->talk_rank : 1000;

	(void)ctx;
	if (s->flags & (AULA_SRC_SCREEN | AULA_SRC_PINNED | AULA_SRC_LECTURER))
		return 0;
	if (s->talk_rank < 4)
		return 1 + r;
	if (s->flags & AULA_SRC_HAND)
		return 10 + r;
	return (s->flags & AULA_SRC_VIDEO ? 2000 : 4000) + r;
}

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	const struct aula_source *shown[GRID_MAX];
	struct aula_rect all = {0, 0, AULA_UNIT, AULA_UNIT};
	uint32_t max = aula_param_number(in, "max", 1, GRID_MAX, GRID_MAX);
	uint32_t n = aula_pick(in, NULL, rank, shown, max);

	return aula_put_tiles(in, out, all, shown, n);
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD, .name = "grid",        .version = "1",
	.layout = &ops,   .params = "max=1..25",
};
