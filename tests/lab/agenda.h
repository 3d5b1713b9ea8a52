/* agenda.h - which of many things is due next: a binary heap whose entries know
 * their place. One thread.
 */
#ifndef TESTS_LAB_AGENDA_H
#define TESTS_LAB_AGENDA_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* Embedded in what is due. Zeroed: not in the agenda. */
struct agenda_item {
	int64_t at_us;
	uint32_t place; /* 1..n; 0: not in it */
};

struct agenda {
	struct agenda_item **items; /* items[0] is not used */
	uint32_t n, size;
};

/* A zeroed agenda is empty. The items stay their owner's. */
void agenda_fini(struct agenda *a);

/* Adds the item, or moves it to another time. -ENOMEM, only when it was not in. */
int agenda_set(struct agenda *a, struct agenda_item *item, int64_t at_us) AULA_MUST_CHECK;
void agenda_remove(struct agenda *a, struct agenda_item *item);

/* What is due first, or NULL. */
static inline struct agenda_item *agenda_first(const struct agenda *a)
{
	return a->n ? a->items[1] : NULL;
}

#endif
