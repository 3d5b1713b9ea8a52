#include "derive/folder.h"

#include "derive/sealed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_open(struct folder *folder, const char *path)
{
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder->fd < 0 ? -errno : 0;
}

void folder_close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}

int64_t folder_size(const struct folder *folder, const char *name)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int64_t size = -ENOENT;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		size = sealed_size(fd);
	close(fd);
	return size ? size : -ENOENT;
}

bool folder_has(const struct folder *folder, const char *name)
{
	return folder_size(folder, name) > 0;
}

void folder_unlink(const struct folder *folder, const char *name)
{
	unlinkat(folder->fd, name, 0);
}

/* The middle of a name. */
static bool is_plain(const char *name, const char *head, const char *end)
{
	size_t n = strlen(name), before = strlen(head), behind = strlen(end);

	if (n <= before + behind || n >= FOLDER_NAME || memcmp(name, head, before) != 0 ||
	    strcmp(name + n - behind, end) != 0)
		return false;
	return strspn(name + before,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789-") >= n - before - behind;
}

int folder_each(const struct folder *folder, const char *head, const char *end, int most,
		void (*told)(void *ctx, const char *name), void *ctx)
{
	/* of its own: a directory is read from where its descriptor stands */
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	while (most > 0 && (entry = readdir(dir))) {
		if (!is_plain(entry->d_name, head, end) ||
		    !folder_has(folder, entry->d_name))
			continue;
		told(ctx, entry->d_name);
		most--;
	}
	closedir(dir);
	return 0;
}

static int part_name(char out[FOLDER_NAME], const char *name)
{
	int n = snprintf(out, FOLDER_NAME, "%s.part", name);

	return n > 0 && n < FOLDER_NAME ? 0 : -ENAMETOOLONG;
}

int folder_begin(const struct folder *folder, const char *name)
{
	char part[FOLDER_NAME];
	int fd, err = part_name(part, name);

	if (err)
		return err;
	fd = openat(folder->fd, part, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	return fd < 0 ? -errno : fd;
}

int folder_commit(const struct folder *folder, const char *name, int fd)
{
	char part[FOLDER_NAME];
	int err = part_name(part, name);

	if (!err && fsync(fd))
		err = -errno;
	if (!err && renameat(folder->fd, part, folder->fd, name))
		err = -errno;
	if (err) {
		folder_drop(folder, name, fd);
		return err;
	}
	close(fd);
	fsync(folder->fd); /* its new name */
	return 0;
}

void folder_drop(const struct folder *folder, const char *name, int fd)
{
	char part[FOLDER_NAME];

	close(fd);
	if (part_name(part, name) == 0)
		folder_unlink(folder, part);
}

int folder_write(const struct folder *folder, const char *name, const void *data,
		 size_t len)
{
	const char *at = data;
	int fd = folder_begin(folder, name);

	if (fd < 0)
		return fd;
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int err = n ? -errno : -ENOSPC;

			folder_drop(folder, name, fd);
			return err;
		}
		at += n;
		len -= (size_t)n;
	}
	return folder_commit(folder, name, fd);
}

int folder_read(const struct folder *folder, const char *name, char *out, size_t size)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = sealed_read(fd, out, size);
	close(fd);
	if (n < 0 || (size_t)n == size)
		return n < 0 ? (int)n : -EFBIG;
	out[n] = '\0';
	return 0;
}
