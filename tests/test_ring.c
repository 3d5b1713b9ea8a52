#include "base/ring.h"

#include <errno.h>
#include <poll.h>

#include "base/thread.h"
#include "tests/test.h"

#define N 200000

static struct ring *ring;

static void produce(void *arg)
{
	(void)arg;
	for (uint32_t i = 1; i <= N;) {
		struct au *au;

		CHECK(au_create(&au, &i, sizeof(i)) == 0);
		if (ring_push(ring, i, au) == 0)
			i++;
	}
}

/* everything arrives once, in order, and the bell wakes a sleeper */
static void all_arrive(void)
{
	struct thread *thread;
	struct ring_item item;
	uint32_t next = 1;

	CHECK(ring_create(&ring, 60) == 0);
	CHECK(thread_start(&thread, NULL, "produce", produce, NULL) == 0);
	while (next <= N) {
		struct pollfd pfd = {ring_fd(ring), POLLIN, 0};

		CHECK(poll(&pfd, 1, 60000) == 1);
		ring_quiet(ring);
		while (ring_pop(ring, &item)) {
			CHECK(item.id == next && item.au->len == 4);
			CHECK(*(uint32_t *)(void *)item.au->data == next);
			au_put(item.au);
			next++;
		}
	}
	thread_join(thread);
	ring_destroy(ring);
}

static void full_drops_the_newest(void)
{
	struct ring_item item;
	struct au *au;

	CHECK(ring_create(&ring, 4) == 0);
	for (uint32_t i = 0; i < 6; i++) {
		CHECK(au_create(&au, "x", 1) == 0);
		CHECK(ring_push(ring, i, au) == (i < 4 ? 0 : -ENOBUFS));
	}
	for (uint32_t i = 0; i < 2; i++) {
		CHECK(ring_pop(ring, &item) && item.id == i);
		au_put(item.au);
	}
	ring_destroy(ring); /* two are still inside */
}

int main(void)
{
	full_drops_the_newest();
	all_arrive();
	return 0;
}
