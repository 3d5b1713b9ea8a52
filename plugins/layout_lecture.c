/* layout_lecture - what is taught large: the shared screen, else who is pinned,
 * else the lecturer, else who speaks. At most six others in a strip at the
 * right (below on an upright canvas), the camera of the screen's owner first.
 *
 * Parameter "strip": at most so many in the strip, 0 to 6.
 */
#include "plugins/aula_plugin.h"

#define STRIP_MAX 6
#define STRIP     (AULA_UNIT / STRIP_MAX) /* six tiles of the canvas's own shape */

static uint32_t big_rank(const struct aula_source *s, const void *ctx)
{
	(void)ctx;
	if (s->flags & AULA_SRC_SCREEN) /* of several screens the pinned one */
		return s->flags & AULA_SRC_PINNED ? 0 : 1;
	if (s->flags & AULA_SRC_PINNED)
		return 2;
	if (s->flags & AULA_SRC_LECTURER) /* of several the one with a picture */
		return s->flags & AULA_SRC_VIDEO ? 3 : 4;
	if (s->talk_rank < 10000)
		return 5 + s->talk_rank;
	return s->flags & AULA_SRC_VIDEO ? 11000 : 12000;
}

static int is_presenter(const struct aula_source *s, const struct aula_source *big)
{
	return s != big && (big->flags & AULA_SRC_SCREEN) && big->owner &&
	       s->owner == big->owner;
}

static uint32_t strip_rank(const struct aula_source *s, const void *ctx)
{
	uint32_t r = s->talk_rank < 1000 ? s->talk_rank : 1000;

	if (s == ctx)
		return UINT32_MAX;
	if (is_presenter(s, ctx))
		return 0;
	if (s->flags & (AULA_SRC_PINNED | AULA_SRC_SCREEN))
		return 1;
	if (s->flags & AULA_SRC_LECTURER)
		return 2;
	if (s->talk_rank < 3)
		return 3 + r;
	if (s->flags & AULA_SRC_HAND)
		return 10 + r;
	return (s->flags & AULA_SRC_VIDEO ? 2000 : 4000) + r;
}

/* Moves the camera of the one who shares to the head of the strip. */
static void presenter_first(const struct aula_source **others, uint32_t n,
			    const struct aula_source *big)
{
	const struct aula_source *s;
	uint32_t i;

	for (i = 0; i < n && !is_presenter(others[i], big); i++)
		;
	if (i == n)
		return;
	for (s = others[i]; i; i--)
		others[i] = others[i - 1];
	others[0] = s;
}

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	struct aula_rect main_area = {0, 0, AULA_UNIT, AULA_UNIT}, strip = main_area;
	const struct aula_source *big, *others[STRIP_MAX];
	uint32_t max = aula_param_number(in, "strip", 0, STRIP_MAX, STRIP_MAX), n;
	int err;

	if (aula_pick(in, NULL, big_rank, &big, 1) == 0)
		return 0;
	n = aula_pick(in, big, strip_rank, others, max);
	presenter_first(others, n, big);

	if (n && in->canvas_h_px > in->canvas_w_px) {
		main_area.h = AULA_UNIT / 2;
		strip.y = main_area.h;
		strip.h = AULA_UNIT - main_area.h;
	} else if (n) {
		main_area.w = AULA_UNIT - STRIP;
		strip.x = main_area.w;
		strip.w = STRIP;
	}
	err = aula_put_one(in, out, main_area, big);
	return err ? err : aula_put_tiles(in, out, strip, others, n);
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD, .name = "lecture",      .version = "1",
	.layout = &ops,   .params = "strip=0..6",
};
