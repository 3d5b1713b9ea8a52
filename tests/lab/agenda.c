#include "tests/lab/agenda.h"

#include <errno.h>
#include <stdlib.h>

static void put(struct agenda *a, uint32_t place, struct agenda_item *item)
{
	a->items[place] = item;
	item->place = place;
}

/* Moves the item to where it belongs, up or down from `place`. */
static void settle(struct agenda *a, uint32_t place, struct agenda_item *item)
{
	while (place > 1 && a->items[place / 2]->at_us > item->at_us) {
		put(a, place, a->items[place / 2]);
		place /= 2;
	}
	for (;;) {
		uint32_t below = place * 2;

		if (below > a->n)
			break;
		if (below < a->n && a->items[below + 1]->at_us < a->items[below]->at_us)
			below++;
		if (a->items[below]->at_us >= item->at_us)
			break;
		put(a, place, a->items[below]);
		place = below;
	}
	put(a, place, item);
}

int agenda_set(struct agenda *a, struct agenda_item *item, int64_t at_us)
{
	if (!item->place) {
		if (a->n + 1 >= a->size) {
			uint32_t size = a->size ? a->size * 2 : 64;
			void *grown = realloc(a->items, size * sizeof(*a->items));

			if (!grown)
				return -ENOMEM;
			a->items = grown;
			a->size = size;
		}
		item->place = ++a->n;
	}
	item->at_us = at_us;
	settle(a, item->place, item);
	return 0;
}

void agenda_remove(struct agenda *a, struct agenda_item *item)
{
	uint32_t place = item->place;
	struct agenda_item *last;

	if (!place)
		return;
	item->place = 0;
	last = a->items[a->n--];
	if (last != item)
		settle(a, place, last);
}

void agenda_fini(struct agenda *a)
{
	free(a->items);
	*a = (struct agenda){0};
}
