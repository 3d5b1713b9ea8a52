#include "plugins/record_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Puts it onto the disk, and counts it. */
static int keep_file(int dir, const char *name, uint64_t *bytes)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || fsync(fd) < 0)
		err = -errno;
	else
		*bytes += (uint64_t)st.st_size;
	close(fd);
	return err;
}

/* Removes what is not wanted, and puts the rest and the folder onto the disk. */
static int tidy(int dir, bool (*wanted)(const void *ctx, const char *name),
		const void *ctx, uint64_t *bytes)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	struct dirent *entry;
	DIR *d;

	if (fd < 0)
		return -errno;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while (!err && (entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		if (wanted(ctx, entry->d_name))
			err = keep_file(dir, entry->d_name, bytes);
		else if (unlinkat(dir, entry->d_name, 0) < 0)
			err = -errno;
	}
	closedir(d);
	if (!err && fsync(dir) < 0)
		err = -errno;
	return err;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return n == 0 ? -ENOSPC : -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int record_dir_replace(int dir, const char *name, const char *text, size_t len)
{
	char tmp[NAME_MAX + 1];
	int fd, err;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", name) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, len);
	close(fd);
	if (!err && renameat(dir, tmp, dir, name) < 0)
		err = -errno;
	if (err)
		unlinkat(dir, tmp, 0);
	return err;
}

/* An older one goes where the part was; the server removes that. */
static int move(const char *part, const char *path)
{
	if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST &&
	    renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
		return 0;
	/* a file system that knows neither */
	return errno == EINVAL && rename(part, path) == 0 ? 0 : -errno;
}

int record_dir_finish(int dir, bool (*wanted)(const void *ctx, const char *name),
		      const void *ctx, const char *part, const char *path,
		      uint64_t *bytes)
{
	uint64_t sum = 0;
	int err = tidy(dir, wanted, ctx, &sum);

	if (!err)
		err = move(part, path);
	if (!err)
		*bytes = sum;
	return err;
}
