#include "base/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct letter {
	void (*fn)(void *note);
	union {
		void *align;
		uint8_t note[MAILBOX_NOTE];
	};
};

/* The note of a letter that carries a pointer. */
struct call {
	void (*fn)(void *arg);
	void *arg;
};

_Static_assert(sizeof(struct call) <= MAILBOX_NOTE, "a call is a note");

struct mailbox {
	pthread_mutex_t lock;
	int fd;
	uint32_t size, room; /* for anybody; with the reserve */
	uint32_t head, n;    /* under the lock */
	struct letter *letters;
};

int mailbox_create(struct mailbox **out, uint32_t size)
{
	struct mailbox *box = calloc(1, sizeof(*box));

	if (!box)
		return -ENOMEM;
	pthread_mutex_init(&box->lock, NULL);
	box->size = size;
	box->room = 2 * size;
	box->letters = calloc(box->room, sizeof(*box->letters));
	box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!box->letters || box->fd < 0) {
		mailbox_destroy(box);
		return -ENOMEM;
	}
	*out = box;
	return 0;
}

void mailbox_destroy(struct mailbox *box)
{
	if (!box)
		return;
	while (box->letters && mailbox_run(box))
		;
	if (box->fd >= 0)
		close(box->fd);
	pthread_mutex_destroy(&box->lock);
	free(box->letters);
	free(box);
}

void mailbox_ring(struct mailbox *box)
{
	static const uint64_t one = 1;

	/* it fails only when the bell was rung 2^64 times and nobody heard it */
	if (write(box->fd, &one, sizeof(one)) < 0)
		assert(errno == EAGAIN);
}

int mailbox_note(struct mailbox *box, void (*fn)(void *note), const void *note,
		 size_t len, bool must)
{
	struct letter *letter;
	int err = 0;

	assert(len <= MAILBOX_NOTE);
	pthread_mutex_lock(&box->lock);
	if (box->n >= (must ? box->room : box->size)) {
		err = -ENOBUFS;
	} else {
		letter = &box->letters[(box->head + box->n++) % box->room];
		letter->fn = fn;
		memcpy(letter->note, note, len);
	}
	pthread_mutex_unlock(&box->lock);
	if (!err)
		mailbox_ring(box);
	return err;
}

static void run_call(void *note)
{
	const struct call *call = note;

	call->fn(call->arg);
}

int mailbox_post(struct mailbox *box, void (*fn)(void *arg), void *arg)
{
	const struct call call = {fn, arg};

	return mailbox_note(box, run_call, &call, sizeof(call), false);
}

int mailbox_post_must(struct mailbox *box, void (*fn)(void *arg), void *arg)
{
	const struct call call = {fn, arg};

	return mailbox_note(box, run_call, &call, sizeof(call), true);
}

uint32_t mailbox_run(struct mailbox *box)
{
	struct letter letter;
	uint64_t rung;
	uint32_t n, i;

	if (read(box->fd, &rung, sizeof(rung)) < 0)
		rung = 0; /* nothing new */
	pthread_mutex_lock(&box->lock);
	n = box->n;
	pthread_mutex_unlock(&box->lock);

	for (i = 0; i < n; i++) {
		pthread_mutex_lock(&box->lock);
		letter = box->letters[box->head];
		box->head = (box->head + 1) % box->room;
		box->n--;
		pthread_mutex_unlock(&box->lock);
		letter.fn(letter.note);
	}
	return n;
}

void mailbox_wait(struct mailbox *box, int timeout_ms)
{
	struct pollfd pfd = {box->fd, POLLIN, 0};

	poll(&pfd, 1, timeout_ms);
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}
