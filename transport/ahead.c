#include "transport/ahead.h"

#include "base/prefetch.h"

void ahead_begin(struct ahead *a, struct watch *first)
{
	for (int i = 0; i < AHEAD; i++) {
		a->w[i] = first;
		first = first ? first->next : NULL;
	}
}

static void ask_stream(const struct send *s)
{
	prefetch(s, sizeof(*s));
	prefetch(s->path, sizeof(*s->path));
}

static void ask_link(const struct send_path *path) RUNS_ON(on_net)
{
	const struct twcc_tx *tx = &path->tx;

	link_warm(path->link, LINK_WARM_LINK);
	if (tx->ring)
		prefetch(&tx->ring[tx->n & tx->mask], 1);
}

void ahead_step(struct ahead *a)
{
	struct watch *last = a->w[AHEAD - 1];

	for (int i = 0; i + 1 < AHEAD; i++)
		a->w[i] = a->w[i + 1];
	a->w[AHEAD - 1] = last ? last->next : NULL;
	/* each stage reads what the one before asked for */
	if (a->w[5])
		prefetch(a->w[5], sizeof(*a->w[5]));
	if (a->w[4])
		ask_stream(a->w[4]->send);
	if (a->w[3])
		ask_link(a->w[3]->send->path);
	if (a->w[2])
		link_warm(a->w[2]->send->path->link, LINK_WARM_WAY);
	if (a->w[1])
		link_warm(a->w[1]->send->path->link, LINK_WARM_KEYS);
}
