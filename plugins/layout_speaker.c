/* layout_speaker - one member large: who is pinned, else who speaks. The others
 * in a strip below, those who spoke last or have a picture first.
 *
 * Parameter "strip": at most so many in the strip, 0 to 5.
 */
#include "plugins/aula_plugin.h"

#define STRIP_MAX 5
#define STRIP     (AULA_UNIT / STRIP_MAX)

static uint32_t big_rank(const struct aula_source *s, const void *ctx)
{
	(void)ctx;
	if (s->flags & AULA_SRC_PINNED)
		return s->flags & AULA_SRC_SCREEN ? 0 : 1;
	if (s->flags & AULA_SRC_SCREEN) /* does not speak, whoever its owner is */
		return 20000;
	if (s->talk_rank < 10000)
		return 2 + s->talk_rank;
	if (s->flags & AULA_SRC_LECTURER)
		return 11000;
	return s->flags & AULA_SRC_VIDEO ? 12000 : 13000;
}

static uint32_t strip_rank(const struct aula_source *s, const void *ctx)
{
	uint32_t r = s->talk_rank < 1000 ? s->talk_rank : 1000;

	if (s == ctx)
		return UINT32_MAX;
	if (s->flags & AULA_SRC_SCREEN)
		return 0;
	if (s->talk_rank < 3)
		return 1 + r;
	if (s->flags & AULA_SRC_LECTURER)
		return 5;
	if (s->flags & AULA_SRC_HAND)
		return 10 + r;
	return (s->flags & AULA_SRC_VIDEO ? 2000 : 4000) + r;
}

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	struct aula_rect top = {0, 0, AULA_UNIT, AULA_UNIT}, below = top;
	const struct aula_source *big, *others[STRIP_MAX];
	uint32_t max = aula_param_number(in, "strip", 0, STRIP_MAX, STRIP_MAX), n;
	int err;

	if (aula_pick(in, NULL, big_rank, &big, 1) == 0)
		return 0;
	n = aula_pick(in, big, strip_rank, others, max);
	if (n) {
		/* upright canvases have room for larger tiles below */
		top.h = in->canvas_h_px > in->canvas_w_px ? AULA_UNIT / 2
							  : AULA_UNIT - STRIP;
		below.y = top.h;
		below.h = AULA_UNIT - top.h;
	}
	err = aula_put_one(in, out, top, big);
	return err ? err : aula_put_tiles(in, out, below, others, n);
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD, .name = "speaker",      .version = "1",
	.layout = &ops,   .params = "strip=0..5",
};
