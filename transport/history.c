#include "transport/history.h"

#include <stddef.h>

_Static_assert((HISTORY_SIZE & (HISTORY_SIZE - 1)) == 0, "slots are found by a mask");

void history_fini(struct history *h)
{
	for (size_t i = 0; i < HISTORY_SIZE; i++)
		blob_put(h->ring[i].blob);
	*h = (struct history){0};
}

void history_put(struct history *h, uint16_t seq, struct blob *blob, uint32_t index)
{
	struct history_entry *e = &h->ring[seq & (HISTORY_SIZE - 1)];

	blob_put(e->blob);
	*e = (struct history_entry){blob_get(blob), 0, seq, (uint16_t)index};
}

struct history_entry *history_find(struct history *h, uint16_t seq)
{
	struct history_entry *e = &h->ring[seq & (HISTORY_SIZE - 1)];

	return e->blob && e->seq == seq ? e : NULL;
}
