#include "signaling/file_content.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/seal.h"

#define FETCH_STEP (128 << 10) /* the kernel takes no more at once, of most disks */

static int examine(struct file_content *content, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	*content = (struct file_content){
		.fd = fd, .size = st.st_size, .changed = st.st_mtim};
	return 0;
}

int content_take(struct file_content *content, int fd)
{
	return examine(content, fd);
}

static int unseal(struct file_content *content, const struct seal_keys *keys)
{
	int err;

	if (!seal_is_file(content->fd))
		return 0;
	err = seal_open(&content->seal, content->fd, keys);
	if (!err)
		content->size = seal_size(content->seal);
	return err;
}

int content_open(struct file_content *content, const char *path,
		 const struct seal_keys *keys)
{
	/* what is no file of ours must not hold us up either */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct file_content fresh;
	int err;

	if (fd < 0)
		return errno == ELOOP ? -ENXIO : -errno;
	err = examine(&fresh, fd);
	if (!err)
		err = unseal(&fresh, keys);
	if (err) {
		close(fd);
		return err;
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*content = fresh;
	return 0;
}

static ssize_t read_some(const struct file_content *content, uint8_t *out, size_t len,
			 int64_t at)
{
	ssize_t n;

	if (content->seal)
		return seal_read(content->seal, out, len, at);
	do
		n = pread(content->fd, out, len, at);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t content_read(struct file_content *content, void *out, size_t len, int64_t at)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read_some(content, (uint8_t *)out + have, len - have,
				      at + (int64_t)have);

		if (n < 0 && have == 0)
			return n;
		if (n <= 0)
			break; /* what is good goes first: the next read says the rest */
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/* Not of each file system: those that ask another machine wait in any case. */
ssize_t content_read_now(const struct file_content *content, void *out, size_t len,
			 int64_t at)
{
	struct iovec v = {out, len};
	ssize_t n = preadv2(content->fd, &v, 1, at, RWF_NOWAIT);

	if (n > 0)
		return n;
	return n == 0 || errno == EAGAIN || errno == EINTR ? -EAGAIN : -EOPNOTSUPP;
}

void content_fetch(const struct file_content *content, int64_t at, int64_t len)
{
	for (int64_t done = 0; done < len; done += FETCH_STEP)
		posix_fadvise(content->fd, at + done, FETCH_STEP, POSIX_FADV_WILLNEED);
}

void content_close(struct file_content *content)
{
	seal_close(content->seal);
	content->seal = NULL;
	if (content->fd >= 0)
		close(content->fd);
	content->fd = -1;
}
