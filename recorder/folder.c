#include "recorder/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_at(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Takes `fd`. */
static int each_file(int fd, int (*fn)(void *ctx, int fd, const char *name), void *ctx)
{
	const struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (!dir) {
		close(fd);
		return err;
	}
	while (!err && (entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe) */
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = fn(ctx, dirfd(dir), entry->d_name);
	closedir(dir);
	return err;
}

static int add_bytes(void *ctx, int fd, const char *name)
{
	int64_t *sum = ctx;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno; /* gone meanwhile */
	if (S_ISREG(st.st_mode))
		*sum += st.st_size;
	return 0;
}

int64_t folder_bytes(int at, const char *name)
{
	int64_t sum = 0;
	int fd = open_at(at, name);
	int err = fd < 0 ? fd : each_file(fd, add_bytes, &sum);

	return err ? err : sum;
}

static int unlink_one(void *ctx, int fd, const char *name)
{
	(void)ctx;
	return unlinkat(fd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int folder_remove(int at, const char *name)
{
	int fd = open_at(at, name);
	int err = fd < 0 ? fd : each_file(fd, unlink_one, NULL);

	if (!err && unlinkat(at, name, AT_REMOVEDIR) < 0)
		err = -errno;
	return err;
}

static int sync_one(void *ctx, int at, const char *name)
{
	const int64_t *since_sec = ctx;
	struct stat st;
	int fd, err = 0;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(st.st_mode) || st.st_mtime < *since_sec)
		return 0;
	fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fdatasync(fd) < 0)
		err = -errno;
	close(fd);
	return err;
}

int folder_sync(int fd, int64_t since_sec)
{
	int again = open_at(fd, ".");
	int err = again < 0 ? again : each_file(again, sync_one, &since_sec);

	if (!err && fsync(fd) < 0)
		err = -errno;
	return err;
}
