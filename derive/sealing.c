#include "derive/sealing.h"

#include "base/seal.h"
#include "base/unfinished.h"
#include "derive/folder.h"
#include "derive/progress.h"
#include "derive/sealed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BEGUN    ".seal"
#define OVERHEAD (SEAL_CHUNK / (2 * SEAL_TAG)) /* what a sealed one has more, at most */
#define DEPTH    4                             /* folders in folders; ours have one */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* ---- one file ------------------------------------------------------------------- */

/* What is in both: a bit that the memory or the processor turned is found now, while the
 * first one is still there. */
static int compare_open(struct seal *a, int a_fd, struct seal *b)
{
	uint8_t *left = malloc((size_t)2 * SEAL_CHUNK), *right;
	int64_t at = 0;
	ssize_t n = 1, m;

	if (!left)
		return -ENOMEM;
	right = left + SEAL_CHUNK;
	while (n > 0) {
		m = seal_read(b, right, SEAL_CHUNK, at);
		if (m < 0)
			n = m;
		else if (a)
			n = seal_read(a, left, SEAL_CHUNK, at);
		else
			n = pread(a_fd, left, SEAL_CHUNK, at);
		if (n < 0 && !a && m >= 0)
			n = -errno;
		if (n >= 0 && (n != m || memcmp(left, right, (size_t)n) != 0))
			n = -EIO;
		at += n;
	}
	free(left);
	return (int)n;
}

static int compare(int from, int to, const struct seal_keys *keys)
{
	struct seal *a = NULL, *b = NULL;
	int err = sealed_open(&a, from);

	if (!err)
		err = seal_open(&b, to, keys);
	if (!err)
		err = compare_open(a, from, b);
	seal_close(a);
	seal_close(b);
	return err;
}

/* As the one that it stands for. */
static int dress(int to, const struct stat *was)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, was->st_mtim};
	struct stat is;

	if (fstat(to, &is))
		return -errno;
	/* Else its reader would be shut out of what root has sealed. */
	if ((is.st_uid != was->st_uid || is.st_gid != was->st_gid) &&
	    fchown(to, was->st_uid, was->st_gid))
		return -errno;
	if (fchmod(to, was->st_mode & 0777) || futimens(to, times) || fsync(to))
		return -errno;
	return 0;
}

/* Is this still the one that was read? Captions may be put there anew at any time. */
static bool same(int folder, const char *name, const struct stat *was)
{
	struct stat is;

	return fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	       is.st_ino == was->st_ino && is.st_dev == was->st_dev &&
	       is.st_size == was->st_size && is.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       is.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

/* It is nobody else's: who works on a name has a lock on what it writes, and may outlive
 * the server that started it. */
static int own(int folder, const char *begun, int fd)
{
	struct stat a, b;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (fstat(fd, &a))
		return -errno;
	if (fstatat(folder, begun, &b, AT_SYMLINK_NOFOLLOW) || a.st_ino != b.st_ino ||
	    a.st_dev != b.st_dev)
		return -EAGAIN; /* its owner is through with it */
	return 0;
}

/* Its second copy is beside it until it has its name. What is written meanwhile by others
 * is theirs: a class that is recorded ends at the reserve, so this is not to bring it
 * there. */
static int check_room(const struct sealing *sealing, int folder, const struct stat *st)
{
	int64_t need = st->st_size + st->st_size / OVERHEAD + SEAL_HEAD +
		       sealing->reserve_bytes;
	struct statvfs vfs;

	if (!sealing->reserve_bytes)
		return 0; /* who writes finds out */
	if (fstatvfs(folder, &vfs))
		return -errno;
	return (int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize) < need ? -ENOSPC : 0;
}

static int begin(int folder, const char *begun)
{
	int fd = openat(folder, begun, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = fd < 0 ? -errno : own(folder, begun, fd);

	if (!err && ftruncate(fd, 0))
		err = -errno;
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static int make(const struct sealing *sealing, int folder, const char *name, int from,
		const struct stat *was)
{
	char begun[FOLDER_NAME];
	int n = snprintf(begun, sizeof(begun), "%s" BEGUN, name), to, err;

	if (n < 1 || n >= FOLDER_NAME)
		return -ENAMETOOLONG;
	to = begin(folder, begun);
	if (to < 0)
		return to;
	err = seal_file(from, to, sealing->keys);
	if (!err)
		err = compare(from, to, sealing->keys);
	if (!err)
		err = dress(to, was);
	if (!err && !same(folder, name, was))
		err = -EAGAIN;
	if (!err && renameat(folder, begun, folder, name))
		err = -errno;
	if (err)
		unlinkat(folder, begun, 0);
	close(to);
	/* its new name, before the next one */
	return !err && fsync(folder) ? -errno : err;
}

static int one_file(struct sealing *sealing, int folder, const char *name, int fd,
		    const struct stat *st)
{
	int64_t bytes = sealed_size(fd);
	int err;

	if (bytes < 0)
		return (int)bytes;
	if (seal_is_by(fd, sealing->keys)) {
		sealing->already++;
		return 0;
	}
	err = check_room(sealing, folder, st);
	if (!err)
		err = make(sealing, folder, name, fd, st);
	if (err)
		return err;
	sealing->sealed++;
	sealing->bytes += bytes;
	return 0;
}

/* ---- all of a folder ------------------------------------------------------------ */

static int one_name(struct sealing *sealing, int folder, const char *name, int depth);

/* What a run that was killed has left of a name. */
static bool left_over(int folder, const char *name)
{
	int fd;

	if (!ends_with(name, BEGUN))
		return false;
	fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && own(folder, name, fd) == 0)
		unlinkat(folder, name, 0);
	if (fd >= 0)
		close(fd);
	return true;
}

/* All names that begin so. They are read first: how a folder is read whose names are
 * changed meanwhile is up to its file system. */
static int one_folder(struct sealing *sealing, int fd, const char *head, int depth,
		      uint32_t *found)
{
	struct dirent **list;
	int n = scandirat(fd, ".", &list, NULL, alphasort), err = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		int failed = 0;

		if (name[0] != '.' && strncmp(name, head, strlen(head)) == 0) {
			failed = one_name(sealing, fd, name, depth);
			(*found)++;
		}
		err = err ? err : failed;
		free(list[i]);
	}
	free(list);
	return err;
}

static int one_open(struct sealing *sealing, int folder, const char *name, int fd,
		    int depth)
{
	uint32_t found = 0;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	/* nobody may begin to work on it from here on */
	if (flock(fd, LOCK_SH | LOCK_NB))
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (S_ISDIR(st.st_mode))
		return depth < DEPTH ? one_folder(sealing, fd, "", depth + 1, &found)
				     : -ELOOP;
	return S_ISREG(st.st_mode) ? one_file(sealing, folder, name, fd, &st) : 0;
}

static int one_name(struct sealing *sealing, int folder, const char *name, int depth)
{
	int fd, err;

	/* Who writes it goes on in the file that it opened, so that all of that would be
	 * lost; of one that is broken nobody knows what it is. */
	if (left_over(folder, name) || unfinished_name(name) != UNFINISHED_NOT)
		return 0;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		sealing->missing++;
		return 0;
	}
	if (fd < 0)
		return errno == ELOOP ? 0 : -errno;
	err = one_open(sealing, folder, name, fd, depth);
	close(fd);
	return err;
}

int sealing_name(struct sealing *sealing, int folder, const char *name)
{
	uint32_t found = 0;
	int err;

	if (!ends_with(name, "."))
		return one_name(sealing, folder, name, 0);
	err = one_folder(sealing, folder, name, 0, &found);
	sealing->missing += !found;
	return err;
}

/* ---- as they are called --------------------------------------------------------- */

/* The name in the folder of the first one; NULL: it is in another. */
static const char *name_beside(const char *first, const char *path)
{
	const char *a = strrchr(first, '/'), *b = strrchr(path, '/');
	size_t n = a ? (size_t)(a - first) + 1 : 0;
	size_t m = b ? (size_t)(b - path) + 1 : 0;

	return n == m && memcmp(first, path, n) == 0 && path[m] ? path + m : NULL;
}

int sealing_all(struct sealing *sealing, int folder, char *const paths[], int n,
		struct progress *progress)
{
	int err = 0;

	for (int i = 0; i < n; i++)
		if (!name_beside(paths[0], paths[i]))
			return -EXDEV;
	progress_step(progress, "seal");
	for (int i = 0; i < n; i++) {
		int one = sealing_name(sealing, folder, name_beside(paths[0], paths[i]));

		err = err ? err : one;
		progress_at(progress, i + 1, n);
	}
	if (!err)
		progress_done(progress);
	return err;
}
