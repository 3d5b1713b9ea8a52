#include "transport/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

_Static_assert((HISTORY_LEAST & (HISTORY_LEAST - 1)) == 0, "slots are found by a mask");
_Static_assert((HISTORY_SIZE & (HISTORY_SIZE - 1)) == 0, "slots are found by a mask");

void history_fini(struct history *h)
{
	for (uint32_t i = 0; i < h->size; i++)
		blob_put(h->ring[i].blob);
	free(h->ring);
	*h = (struct history){0};
}

static struct history_entry *slot(const struct history *h, uint16_t seq)
{
	return &h->ring[seq & (h->size - 1)];
}

/* What stood in different slots does so in twice as many. */
static void grow(struct history *h)
{
	struct history more = {.size = h->size ? 2 * h->size : HISTORY_LEAST};

	more.ring = calloc(more.size, sizeof(*more.ring));
	if (!more.ring)
		return;
	for (uint32_t i = 0; i < h->size; i++)
		if (h->ring[i].blob)
			*slot(&more, h->ring[i].seq) = h->ring[i];
	free(h->ring);
	*h = more;
}

static bool too_small(const struct history *h, uint16_t seq, const struct blob *blob)
{
	const struct blob *old;

	if (h->size == 0)
		return true;
	old = slot(h, seq)->blob;
	return h->size < HISTORY_SIZE && old &&
	       blob->au->pts_us - old->au->pts_us < HISTORY_HOLD_US;
}

void history_put(struct history *h, uint16_t seq, struct blob *blob, uint32_t index)
{
	struct history_entry *e;

	if (too_small(h, seq, blob))
		grow(h);
	if (h->size == 0)
		return;
	e = slot(h, seq);
	blob_put(e->blob);
	*e = (struct history_entry){blob_get(blob), 0, seq, (uint16_t)index};
}

struct history_entry *history_find(struct history *h, uint16_t seq)
{
	struct history_entry *e = h->size ? slot(h, seq) : NULL;

	return e && e->blob && e->seq == seq ? e : NULL;
}
