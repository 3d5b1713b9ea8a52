#include "recorder/store.h"

#include "base/clock.h"
#include "base/ref.h"
#include "recorder/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define DIR_MAX   400 /* leaves room for the longest file name */
#define FILE_MAX  96
#define YOUNG_SEC 60

struct store {
	int fd;
	char dir[DIR_MAX];
	struct store_kind kinds[STORE_KINDS];
};

struct part {
	struct ref ref; /* the recording, and the worker that syncs */
	struct store *store;
	int fd; /* holds the lock */
	char name[STORE_NAME_MAX + 1];
	uint32_t kind;
	char file[FILE_MAX];
	char path[STORE_PATH_MAX];
	atomic_bool syncing;
	atomic_int sync_err;
};

/* ---- the directory -------------------------------------------------------------- */

bool store_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= STORE_NAME_MAX && name[n] == '\0';
}

static int dir_open(const char *dir)
{
	struct stat st;
	int fd, err = 0;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (st.st_mode & S_IWOTH)
		err = -EPERM;
	if (err)
		close(fd);
	return err ? err : fd;
}

int store_create(struct store **out, const char *dir,
		 const struct store_kind kinds[STORE_KINDS])
{
	struct store *store;

	if (strlen(dir) >= DIR_MAX)
		return -ENAMETOOLONG;
	store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	memcpy(store->dir, dir, strlen(dir));
	memcpy(store->kinds, kinds, sizeof(store->kinds));
	store->fd = dir_open(dir);
	if (store->fd < 0) {
		int err = store->fd;

		free(store);
		return err;
	}
	*out = store;
	return 0;
}

void store_destroy(struct store *store)
{
	if (!store)
		return;
	close(store->fd);
	free(store);
}

int64_t store_free_bytes(const struct store *store)
{
	struct statvfs vfs;

	if (fstatvfs(store->fd, &vfs) < 0)
		return -errno;
	return (int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize);
}

/* What follows the name, or the name and the edition, is `middle` and the extension. */
static void file_of(const struct store *store, const char *name, uint32_t kind,
		    const char *middle, char out[FILE_MAX])
{
	const struct store_kind *k = &store->kinds[kind];

	snprintf(out, FILE_MAX, "%s%s%s%s.%s", name, *k->edition ? "." : "", k->edition,
		 middle, k->extension);
}

void store_path(const struct store *store, const char *name, uint32_t kind, char *out)
{
	char file[FILE_MAX];

	file_of(store, name, kind, "", file);
	snprintf(out, STORE_PATH_MAX, "%s/%s", store->dir, file);
}

int64_t store_bytes(const struct store *store, const char *name, uint32_t kind)
{
	struct stat st;
	char file[FILE_MAX];

	file_of(store, name, kind, "", file);
	if (fstatat(store->fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? st.st_size : -EINVAL;
}

/* ---- a part --------------------------------------------------------------------- */

static void part_free(struct ref *ref)
{
	struct part *part = (struct part *)ref; /* ref is its first field */

	if (part->fd >= 0)
		close(part->fd);
	free(part);
}

struct part *part_get(struct part *part)
{
	ref_get(&part->ref);
	return part;
}

void part_put(struct part *part)
{
	if (part)
		ref_put(&part->ref);
}

static int part_open(struct part **out, struct store *store, const char *name,
		     uint32_t kind, int flags)
{
	struct part *part = calloc(1, sizeof(*part));
	struct stat st;
	int err = 0;

	if (!part)
		return -ENOMEM;
	ref_init(&part->ref, part_free);
	part->store = store;
	snprintf(part->name, sizeof(part->name), "%s", name);
	part->kind = kind;
	file_of(store, name, kind, ".part", part->file);
	snprintf(part->path, sizeof(part->path), "%s/%s", store->dir, part->file);
	part->fd = openat(store->fd, part->file,
			  O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0600);
	if (part->fd < 0 || fstat(part->fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (flock(part->fd, LOCK_EX | LOCK_NB) < 0)
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (err) {
		part_put(part);
		return err;
	}
	*out = part;
	return 0;
}

int part_create(struct part **out, struct store *store, const char *name, uint32_t kind)
{
	struct stat st;
	char file[FILE_MAX];

	file_of(store, name, kind, "", file);
	if (fstatat(store->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return part_open(out, store, name, kind, O_CREAT | O_EXCL);
}

int part_adopt(struct part **out, struct store *store, const char *name, uint32_t kind)
{
	struct part *part;
	struct stat st;
	int err = part_open(&part, store, name, kind, 0);

	if (err)
		return err;
	/* another process may be between making it and locking it */
	if (fstat(part->fd, &st) == 0 && st.st_size == 0 &&
	    clock_wall_ms() / 1000 - st.st_mtime < YOUNG_SEC) {
		part_put(part);
		return -EBUSY;
	}
	*out = part;
	return 0;
}

const char *part_path(const struct part *part)
{
	return part->path;
}

int64_t part_bytes(const struct part *part)
{
	struct stat st;

	return fstat(part->fd, &st) < 0 ? 0 : st.st_size;
}

/* ---- onto the disk ---------------------------------------------------------------- */

static void sync_now(void *arg)
{
	struct part *part = arg;

	if (fdatasync(part->fd) < 0)
		atomic_store(&part->sync_err, -errno);
	atomic_store(&part->syncing, false);
	part_put(part);
}

int part_sync(struct part *part, struct worker *worker)
{
	if (!atomic_exchange(&part->syncing, true) &&
	    worker_post(worker, sync_now, part_get(part)) < 0) {
		atomic_store(&part->syncing, false);
		part_put(part);
	}
	return atomic_load(&part->sync_err);
}

/* ---- its end ------------------------------------------------------------------------
 */

static int dir_sync(const struct store *store)
{
	return fsync(store->fd) < 0 ? -errno : 0;
}

int part_remove(struct part *part)
{
	int err = dir_sync(part->store); /* the finished one must be there first */

	if (!err && unlinkat(part->store->fd, part->file, 0) < 0)
		err = -errno;
	return err ? err : dir_sync(part->store);
}

static int rename_to(struct part *part, const char *middle)
{
	const struct store *store = part->store;
	char to[FILE_MAX];

	file_of(store, part->name, part->kind, middle, to);
	if (fsync(part->fd) < 0 || renameat(store->fd, part->file, store->fd, to) < 0)
		return -errno;
	return dir_sync(store);
}

int part_rename(struct part *part)
{
	return rename_to(part, "");
}

int part_set_aside(struct part *part)
{
	if (part_bytes(part) > 0)
		return rename_to(part, ".broken");
	return unlinkat(part->store->fd, part->file, 0) < 0 ? -errno : 0;
}

static int unlink_kind(const struct store *store, const char *name, uint32_t kind)
{
	static const char *const middles[] = {".part", "", ".broken"};
	char file[FILE_MAX];

	for (int i = 0; i < 3; i++) {
		file_of(store, name, kind, middles[i], file);
		if (unlinkat(store->fd, file, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int unlink_all(int fd)
{
	const struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (!dir)
		close(fd);
	while (!err && (entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe) */
		if (!is_dots(entry->d_name) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			err = -errno;
	if (dir)
		closedir(dir);
	return err;
}

/* What was made of it: files in a folder of its own. */
static int unlink_made(const struct store *store, const char *name)
{
	char folder[FILE_MAX];
	int fd, err;

	snprintf(folder, sizeof(folder), "%s.made", name);
	fd = openat(store->fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = unlink_all(fd);
	if (!err && unlinkat(store->fd, folder, AT_REMOVEDIR) < 0)
		err = -errno;
	return err;
}

int store_delete(struct store *store, const char *name)
{
	struct part *parts[STORE_KINDS] = {NULL};
	int err = 0;

	for (uint32_t i = 0; !err && i < STORE_KINDS; i++)
		/* one that cannot be opened goes, too */
		if (*store->kinds[i].extension &&
		    part_adopt(&parts[i], store, name, i) == -EBUSY)
			err = -EBUSY;
	for (uint32_t i = 0; !err && i < STORE_KINDS; i++)
		if (*store->kinds[i].extension)
			err = unlink_kind(store, name, i);
	if (!err)
		err = unlink_made(store, name);
	for (uint32_t i = 0; i < STORE_KINDS; i++)
		part_put(parts[i]);
	return err ? err : dir_sync(store);
}

int store_set_aside(struct store *store, const char *name, uint32_t kind)
{
	char from[FILE_MAX], to[FILE_MAX];

	file_of(store, name, kind, ".part", from);
	file_of(store, name, kind, ".broken", to);
	if (renameat(store->fd, from, store->fd, to) < 0)
		return -errno;
	return dir_sync(store);
}

/* ---- those of a dead server -----------------------------------------------------------
 */

/* Cuts the name out of <name>[.<edition>].part.<ext>. */
static bool is_part(const struct store *store, const char *file, uint32_t kind,
		    char name[STORE_NAME_MAX + 1])
{
	char tail[FILE_MAX];
	size_t n = strlen(file), k;

	file_of(store, "", kind, ".part", tail);
	k = strlen(tail);
	if (n <= k || n - k > STORE_NAME_MAX || strcmp(file + n - k, tail) != 0)
		return false;
	memcpy(name, file, n - k);
	name[n - k] = '\0';
	return store_name_ok(name);
}

/* STORE_KINDS: it is none of ours. */
static uint32_t part_kind(const struct store *store, const char *file,
			  char name[STORE_NAME_MAX + 1])
{
	uint32_t kind = 0;

	while (kind < STORE_KINDS &&
	       (!*store->kinds[kind].extension || !is_part(store, file, kind, name)))
		kind++;
	return kind;
}

int store_each_part(struct store *store,
		    bool (*fn)(void *ctx, const char *name, uint32_t kind), void *ctx)
{
	int fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[STORE_NAME_MAX + 1];
	const struct dirent *entry;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe) */
		uint32_t kind = part_kind(store, entry->d_name, name);

		if (kind < STORE_KINDS && !fn(ctx, name, kind))
			break;
	}
	if (dir)
		closedir(dir);
	return err;
}
