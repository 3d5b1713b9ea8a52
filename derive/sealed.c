#include "derive/sealed.h"

#include "base/seal.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Set once at the start of the program, which has one thread: each place that opens a
 * file would have to be given it else, and none could do anything with it. */
static const struct seal_keys *own_keys;

void sealed_keys(const struct seal_keys *keys)
{
	own_keys = keys;
}

int sealed_open(struct seal **out, int fd)
{
	*out = NULL;
	return seal_is_file(fd) ? seal_open(out, fd, own_keys) : 0;
}

int64_t sealed_size(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return seal_is_file(fd) ? seal_size_of(st.st_size) : st.st_size;
}

ssize_t sealed_read(int fd, void *out, size_t len)
{
	struct seal *seal;
	size_t have = 0;
	ssize_t n = sealed_open(&seal, fd);

	if (n)
		return n;
	do {
		n = seal ? seal_read(seal, (char *)out + have, len - have, (int64_t)have)
			 : pread(fd, (char *)out + have, len - have, (off_t)have);
		if (n > 0)
			have += (size_t)n;
	} while (n > 0 && have < len);
	if (n < 0 && !seal)
		n = -errno;
	seal_close(seal);
	return n < 0 ? n : (ssize_t)have;
}
