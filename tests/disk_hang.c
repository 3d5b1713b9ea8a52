/* Each of these stands before the C library's function of its name, as in disk_faults.c.
 */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#define _LARGEFILE64_SOURCE
#include "tests/disk_hang.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

static const char *_Atomic hangs;
static atomic_uint where;
static atomic_llong most_ms;
static atomic_int waiting;

void disk_hang(const char *word, unsigned at, int64_t ms)
{
	most_ms = ms;
	where = at;
	hangs = word;
}

void disk_hang_end(void)
{
	hangs = NULL;
}

int disk_hang_waiting(void)
{
	return waiting;
}

static void hang(unsigned at, const char *path)
{
	const char *word = hangs;

	if (!word || !(where & at) || !strstr(path, word))
		return;
	waiting++;
	for (int64_t ms = 0; hangs && ms < most_ms; ms += 5)
		poll(NULL, 0, 5);
	waiting--;
}

static void hang_fd(unsigned at, int fd)
{
	char link[40], path[512];
	ssize_t n;

	if (!hangs || !(where & at))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	hang(at, path);
}

/* Both forms: which one is called is the caller's build. */
#define OPEN(name) \
	int name(const char *path, int flags, ...) \
	{ \
		mode_t mode = 0; \
		va_list ap; \
\
		va_start(ap, flags); \
		if (flags & O_CREAT) \
			mode = va_arg(ap, mode_t); \
		va_end(ap); \
		hang(HANG_OPEN, path); \
		return REAL(name)(path, flags, mode); \
	}
OPEN(open)
OPEN(open64)

#define PREAD(name, offset) \
	ssize_t name(int fd, void *out, size_t len, offset at) \
	{ \
		hang_fd(HANG_READ, fd); \
		return REAL(name)(fd, out, len, at); \
	}
PREAD(pread, off_t)
PREAD(pread64, off64_t)

int close(int fd)
{
	hang_fd(HANG_CLOSE, fd);
	return REAL(close)(fd);
}
