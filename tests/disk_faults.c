/* Each of these stands before the C library's function of its name, and calls that one
 * unless the fault says otherwise. The programs of this tree call the 64 bit forms.
 */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE /* its inline forms would stand in the way */
#define _LARGEFILE64_SOURCE
#include "tests/disk_faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct fault fault;
static const char *_Atomic folder;
static atomic_uint n_calls, n_failed;

#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

void disk_faults_arm(const char *path, const struct fault *f)
{
	fault = *f;
	n_calls = n_failed = 0;
	folder = path;
}

uint32_t disk_faults_disarm(uint32_t *failed)
{
	folder = NULL;
	if (failed)
		*failed = n_failed;
	return n_calls;
}

/* Does this call fail? errno says why. */
static bool fails(bool changes)
{
	uint32_t n = ++n_calls;
	bool now = fault.kind == FAULT_ONCE ? n == fault.at
					    : fault.kind != FAULT_NONE && n >= fault.at;

	if (!now)
		return false;
	if (fault.kind == FAULT_SLOW) {
		usleep(fault.slow_us);
		return false;
	}
	if (fault.kind == FAULT_READ_ONLY && !changes)
		return false;
	n_failed++;
	errno = fault.kind == FAULT_READ_ONLY ? EROFS : fault.err;
	return true;
}

static bool below(const char *path)
{
	const char *f = folder;

	return f && path && strncmp(path, f, strlen(f)) == 0;
}

static bool is_ours(int fd)
{
	char link[32], path[512];
	ssize_t n;

	if (!folder)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return below(path);
}

/* ---- the calls ------------------------------------------------------------------ */

/* plugins must find them */
#pragma GCC visibility push(default)

#define OPEN_MODE(last) \
	va_list args; \
	mode_t mode; \
	va_start(args, last); \
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0; \
	va_end(args)

#define CHANGES(flags) (((flags) & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR)) != 0)

int open(const char *path, int flags, ...);
int open(const char *path, int flags, ...)
{
	OPEN_MODE(flags);
	return below(path) && fails(CHANGES(flags)) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
	OPEN_MODE(flags);
	return below(path) && fails(CHANGES(flags)) ? -1
						    : REAL(open64)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...)
{
	OPEN_MODE(flags);
	return is_ours(dir) && fails(CHANGES(flags))
		       ? -1
		       : REAL(openat)(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...);
int openat64(int dir, const char *path, int flags, ...)
{
	OPEN_MODE(flags);
	return is_ours(dir) && fails(CHANGES(flags))
		       ? -1
		       : REAL(openat64)(dir, path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t len)
{
	return is_ours(fd) && fails(true) ? -1 : REAL(write)(fd, data, len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	return is_ours(fd) && fails(true) ? -1 : REAL(pwrite)(fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return is_ours(fd) && fails(true) ? -1 : REAL(pwrite64)(fd, data, len, at);
}

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
	return is_ours(fd) && fails(false) ? -1 : REAL(pread)(fd, data, len, at);
}

ssize_t pread64(int fd, void *data, size_t len, off64_t at)
{
	return is_ours(fd) && fails(false) ? -1 : REAL(pread64)(fd, data, len, at);
}

int ftruncate(int fd, off_t len)
{
	return is_ours(fd) && fails(true) ? -1 : REAL(ftruncate)(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
	return is_ours(fd) && fails(true) ? -1 : REAL(ftruncate64)(fd, len);
}

int fsync(int fd)
{
	return is_ours(fd) && fails(false) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	return is_ours(fd) && fails(false) ? -1 : REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to)
{
	return below(from) && fails(true) ? -1 : REAL(rename)(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return is_ours(from_dir) && fails(true)
		       ? -1
		       : REAL(renameat)(from_dir, from, to_dir, to);
}

int unlink(const char *path)
{
	return below(path) && fails(true) ? -1 : REAL(unlink)(path);
}

int unlinkat(int dir, const char *path, int flags)
{
	return is_ours(dir) && fails(true) ? -1 : REAL(unlinkat)(dir, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
	return below(path) && fails(true) ? -1 : REAL(mkdir)(path, mode);
}

#pragma GCC visibility pop
