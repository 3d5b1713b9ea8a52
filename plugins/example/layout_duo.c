/* layout_duo - a conversation: the lecturer and who speaks (or spoke last) side
 * by side, nobody else. An example that builds outside of the server's tree.
 *
 * Parameter "share": how much of the width the lecturer has, 30 to 70 per cent.
 */
#include <aula_plugin.h>

/* Lower is better; UINT32_MAX is never picked. */
static uint32_t lecturer_rank(const struct aula_source *s, const void *ctx)
{
	(void)ctx;
	if (s->flags & AULA_SRC_SCREEN)
		return UINT32_MAX;
	return s->flags & AULA_SRC_LECTURER ? 0 : UINT32_MAX;
}

static uint32_t guest_rank(const struct aula_source *s, const void *ctx)
{
	if (s == ctx || s->flags & AULA_SRC_SCREEN)
		return UINT32_MAX;
	if (s->flags & AULA_SRC_PINNED)
		return 0;
	/* one above the rank of speech; UINT32_MAX - 1 for who has not spoken */
	return s->talk_rank < UINT32_MAX - 2 ? s->talk_rank + 1 : UINT32_MAX - 1;
}

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	struct aula_rect left = {0, 0, AULA_UNIT, AULA_UNIT}, right = left;
	const struct aula_source *lecturer = NULL, *guest = NULL;
	int err;

	aula_pick(in, NULL, lecturer_rank, &lecturer, 1);
	aula_pick(in, lecturer, guest_rank, &guest, 1);
	if (!lecturer || !guest) {
		if (!lecturer && !guest)
			return 0; /* an empty canvas */
		return aula_put_one(in, out, left, lecturer ? lecturer : guest);
	}

	left.w = AULA_UNIT * aula_param_number(in, "share", 30, 70, 50) / 100;
	right.x = left.w;
	right.w = AULA_UNIT - left.w;
	err = aula_put_one(in, out, left, lecturer);
	return err ? err : aula_put_one(in, out, right, guest);
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "duo",
	.version = "1",
	.layout = &ops,
};
