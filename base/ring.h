/* ring.h - media from one thread to one other: single producer, single
 * consumer, no lock, with an eventfd as doorbell for consumers that sleep.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/attr.h"
#include "base/au.h"

#include <stdbool.h>
#include <stdint.h>

struct ring;

struct ring_item {
	uint32_t id;   /* what the unit is for: a source or an outlet */
	struct au *au; /* owned by whoever holds the item */
};

/* `size` is rounded up to a power of two. */
int ring_create(struct ring **out, uint32_t size) AULA_MUST_CHECK;

/* Lets go of the units that were not taken. NULL is accepted. */
void ring_destroy(struct ring *ring);

/* Producer. Takes the unit; when the ring is full, drops it and returns
 * -ENOBUFS: policy "newest is dropped", the caller asks for a key frame. */
int ring_push(struct ring *ring, uint32_t id, struct au *au);

/* Consumer. False when empty; else the unit is the caller's. */
bool ring_pop(struct ring *ring, struct ring_item *item);

/* Becomes readable when something was pushed. After it woke: ring_quiet(),
 * then pop until empty. */
int ring_fd(const struct ring *ring);
void ring_quiet(struct ring *ring);

#endif
