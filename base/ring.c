#include "base/ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct ring {
	uint32_t mask;
	int fd;
	atomic_bool rung;                   /* the doorbell is on and not yet answered */
	_Alignas(64) _Atomic uint32_t head; /* written by the consumer */
	_Alignas(64) _Atomic uint32_t tail; /* written by the producer */
	struct ring_item *items;
};

int ring_create(struct ring **out, uint32_t size)
{
	struct ring *ring = aligned_alloc(64, sizeof(*ring));
	uint32_t n = 2;

	if (!ring)
		return -ENOMEM;
	while (n < size)
		n *= 2;
	ring->mask = n - 1;
	atomic_init(&ring->rung, false);
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	ring->items = calloc(n, sizeof(*ring->items));
	ring->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!ring->items || ring->fd < 0) {
		ring_destroy(ring);
		return -ENOMEM;
	}
	*out = ring;
	return 0;
}

void ring_destroy(struct ring *ring)
{
	struct ring_item item;

	if (!ring)
		return;
	while (ring->items && ring_pop(ring, &item))
		au_put(item.au);
	if (ring->fd >= 0)
		close(ring->fd);
	free(ring->items);
	free(ring);
}

static void ring_bell(struct ring *ring)
{
	static const uint64_t one = 1;

	if (atomic_exchange(&ring->rung, true))
		return;
	if (write(ring->fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: the bell is on anyway */
}

int ring_push(struct ring *ring, uint32_t id, struct au *au)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	if (tail - head > ring->mask) {
		au_put(au);
		return -ENOBUFS;
	}
	ring->items[tail & ring->mask] = (struct ring_item){id, au};
	atomic_store(&ring->tail, tail + 1);
	ring_bell(ring);
	return 0;
}

bool ring_pop(struct ring *ring, struct ring_item *item)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (head == atomic_load(&ring->tail))
		return false;
	*item = ring->items[head & ring->mask];
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

int ring_fd(const struct ring *ring)
{
	return ring->fd;
}

void ring_quiet(struct ring *ring)
{
	uint64_t n;

	if (read(ring->fd, &n, sizeof(n)) < 0)
		n = 0; /* nothing rang */
	atomic_store(&ring->rung, false);
}
