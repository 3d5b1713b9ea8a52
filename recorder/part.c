#include "recorder/part.h"

#include "base/clock.h"
#include "base/ref.h"
#include "recorder/folder.h"
#include "recorder/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define YOUNG_SEC 60

struct part {
	struct ref ref; /* who works on it, and the worker that syncs */
	struct store *store;
	int fd; /* holds the lock */
	struct store_file file;
	char name[STORE_FILE_MAX];
	char path[STORE_PATH_MAX];
	struct part *next; /* that is let go of with it */
	atomic_bool syncing;
	atomic_int sync_err;
	int64_t synced_sec; /* of the worker that syncs */
};

static void part_free(struct ref *ref)
{
	struct part *part = (struct part *)ref; /* ref is its first field */

	part_put(part->next);
	if (part->fd >= 0)
		close(part->fd);
	store_put(part->store);
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

void part_chain(struct part **list, struct part *part)
{
	part->next = *list;
	*list = part;
}

static void named(struct part *part, const struct store_file *file)
{
	part->file = *file;
	store_file(part->store, file, part->name);
	store_path(part->store, file, part->path);
}

static int open_it(struct part *part, bool folder, int flags)
{
	int at = store_fd(part->store);

	if (folder) {
		if (flags && mkdirat(at, part->name, 0700) < 0)
			return -errno;
		flags = O_RDONLY | O_DIRECTORY;
	} else {
		flags |= O_RDWR | O_NONBLOCK;
	}
	part->fd = openat(at, part->name, O_NOFOLLOW | O_CLOEXEC | flags, 0600);
	return part->fd < 0 ? -errno : 0;
}

static int part_open(struct part **out, struct store *store,
		     const struct store_file *file, int flags)
{
	bool folder = store_is_folder(store, file->kind);
	struct part *part = calloc(1, sizeof(*part));
	struct stat st;
	int err;

	if (!part)
		return -ENOMEM;
	ref_init(&part->ref, part_free);
	part->store = store_get(store);
	part->fd = -1;
	named(part, file);
	err = open_it(part, folder, flags);
	if (!err && fstat(part->fd, &st) < 0)
		err = -errno;
	if (!err && !folder && !S_ISREG(st.st_mode))
		err = -EINVAL;
	if (!err && flock(part->fd, LOCK_EX | LOCK_NB) < 0)
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (err) {
		part_put(part);
		return err;
	}
	*out = part;
	return 0;
}

int part_create(struct part **out, struct store *store, const char *name, uint32_t kind,
		int64_t at_us)
{
	struct store_file file = {.kind = kind, .at_us = -1};
	char whole[STORE_FILE_MAX];
	struct stat st;

	snprintf(file.name, sizeof(file.name), "%s", name);
	store_file(store, &file, whole);
	if (fstatat(store_fd(store), whole, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	file.at_us = at_us;
	file.stage = STORE_PART;
	return part_open(out, store, &file, O_CREAT | O_EXCL);
}

/* Another process may be between making it and locking it. */
static bool young(const struct part *part)
{
	struct stat st;

	return part->file.stage == STORE_PART && fstat(part->fd, &st) == 0 &&
	       part_bytes(part) == 0 && clock_wall_ms() / 1000 - st.st_mtime < YOUNG_SEC;
}

/* Who had the lock may have renamed it, or made another one. */
static bool still_there(const struct part *part)
{
	struct stat now, st;

	return fstatat(store_fd(part->store), part->name, &now, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       fstat(part->fd, &st) == 0 && now.st_ino == st.st_ino &&
	       now.st_dev == st.st_dev;
}

int part_adopt(struct part **out, struct store *store, const struct store_file *file)
{
	struct part *part;
	int err = part_open(&part, store, file, 0);

	if (err)
		return err;
	if (!still_there(part))
		err = -ENOENT;
	else if (young(part))
		err = -EAGAIN;
	if (err) {
		part_put(part);
		return err;
	}
	*out = part;
	return 0;
}

const struct store_file *part_file(const struct part *part)
{
	return &part->file;
}

const char *part_path(const struct part *part)
{
	return part->path;
}

int64_t part_bytes(const struct part *part)
{
	struct stat st;
	int64_t sum;

	if (fstat(part->fd, &st) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return st.st_size;
	sum = folder_bytes(part->fd, ".");
	return sum < 0 ? 0 : sum;
}

/* ---- onto the disk ---------------------------------------------------------------- */

static int sync_it(struct part *part)
{
	int64_t now_sec = clock_wall_ms() / 1000;
	int err = 0;

	if (store_is_folder(part->store, part->file.kind))
		err = folder_sync(part->fd, part->synced_sec);
	else if (fdatasync(part->fd) < 0)
		err = -errno;
	part->synced_sec = now_sec - 2; /* file systems round */
	return err;
}

static void sync_now(void *arg)
{
	struct part *part = arg;
	int err = sync_it(part);

	if (err)
		atomic_store(&part->sync_err, err);
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

int part_remove(struct part *part)
{
	int err = store_sync(part->store); /* what was made of it must be there first */

	if (!err)
		err = store_remove(part->store, &part->file);
	if (err == -ENOENT)
		err = 0; /* a folder may have been moved */
	return err ? err : store_sync(part->store);
}

int part_become(struct part *part, const struct store_file *file)
{
	int err = fsync(part->fd) < 0 ? -errno : 0;

	if (!err)
		err = store_rename(part->store, &part->file, file);
	if (err)
		return err;
	named(part, file);
	return store_sync(part->store);
}

int part_set_aside(struct part *part)
{
	struct store_file broken = part->file;

	if (part_bytes(part) == 0)
		return store_remove(part->store, &part->file);
	broken.stage = STORE_BROKEN;
	return part_become(part, &broken);
}
