#include "base/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct letter {
	void (*fn)(void *arg);
	void *arg;
};

struct mailbox {
	pthread_mutex_t lock;
	int fd;
	uint32_t size, head, n; /* under the lock */
	struct letter *letters;
};

int mailbox_create(struct mailbox **out, uint32_t size)
{
	struct mailbox *box = calloc(1, sizeof(*box));

	if (!box)
		return -ENOMEM;
	pthread_mutex_init(&box->lock, NULL);
	box->size = size;
	box->letters = calloc(size, sizeof(*box->letters));
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

int mailbox_post(struct mailbox *box, void (*fn)(void *arg), void *arg)
{
	static const uint64_t one = 1;
	int err = 0;

	pthread_mutex_lock(&box->lock);
	if (box->n == box->size)
		err = -ENOBUFS;
	else
		box->letters[(box->head + box->n++) % box->size] = (struct letter){fn, arg};
	pthread_mutex_unlock(&box->lock);

	if (!err && write(box->fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return 0; /* posted all the same; EAGAIN: the bell is on already */
	return err;
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
		box->head = (box->head + 1) % box->size;
		box->n--;
		pthread_mutex_unlock(&box->lock);
		letter.fn(letter.arg);
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
