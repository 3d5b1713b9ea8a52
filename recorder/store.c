#include "recorder/store.h"

#include "base/ref.h"
#include "recorder/folder.h"
#include "recorder/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DIR_MAX 375 /* leaves room for the longest file name */

_Static_assert(DIR_MAX + 1 + STORE_FILE_MAX <= STORE_PATH_MAX, "each path fits");

struct store {
	struct ref ref;
	int fd;
	char dir[DIR_MAX];
	struct store_kind kinds[STORE_KINDS];
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

static void store_free(struct ref *ref)
{
	struct store *store = (struct store *)ref; /* ref is its first field */

	if (store->fd >= 0)
		close(store->fd);
	free(store);
}

int store_create(struct store **out, const char *dir,
		 const struct store_kind kinds[STORE_KINDS])
{
	struct store *store;
	int err;

	if (strlen(dir) >= DIR_MAX)
		return -ENAMETOOLONG;
	store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	ref_init(&store->ref, store_free);
	memcpy(store->dir, dir, strlen(dir));
	memcpy(store->kinds, kinds, sizeof(store->kinds));
	store->fd = dir_open(dir);
	if (store->fd < 0) {
		err = store->fd;
		store_put(store);
		return err;
	}
	*out = store;
	return 0;
}

struct store *store_get(struct store *store)
{
	ref_get(&store->ref);
	return store;
}

void store_put(struct store *store)
{
	if (store)
		ref_put(&store->ref);
}

int store_fd(const struct store *store)
{
	return store->fd;
}

bool store_has(const struct store *store, uint32_t kind)
{
	return kind < STORE_KINDS && *store->kinds[kind].extension;
}

bool store_is_folder(const struct store *store, uint32_t kind)
{
	return store->kinds[kind].folder;
}

int64_t store_free_bytes(const struct store *store)
{
	struct statvfs vfs;

	if (fstatvfs(store->fd, &vfs) < 0)
		return -errno;
	return (int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize);
}

int store_sync(const struct store *store)
{
	return fsync(store->fd) < 0 ? -errno : 0;
}

/* ---- names ------------------------------------------------------------------------ */

static const char *const stages[] = {"", ".part", ".broken"};

void store_file(const struct store *store, const struct store_file *file,
		char out[STORE_FILE_MAX])
{
	const struct store_kind *k = &store->kinds[file->kind];
	char where[32] = "";

	if (file->at_us >= 0)
		snprintf(where, sizeof(where), ".at%lld", (long long)file->at_us);
	else if (file->number)
		snprintf(where, sizeof(where), ".%u", file->number);
	snprintf(out, STORE_FILE_MAX, "%s%s%s%s%s.%s%s", file->name,
		 *k->edition ? "." : "", k->edition, where, stages[file->stage],
		 k->extension, file->tmp ? ".tmp" : "");
}

void store_path(const struct store *store, const struct store_file *file,
		char out[STORE_PATH_MAX])
{
	char name[STORE_FILE_MAX];

	store_file(store, file, name);
	snprintf(out, STORE_PATH_MAX, "%s/%s", store->dir, name);
}

/* Does `*at` begin with this? Then it is passed over. */
static bool skip(const char **at, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*at, prefix, n) != 0)
		return false;
	*at += n;
	return true;
}

/* Decimal digits, as we write them: no more than 15 of them, none of them in vain. */
static bool skip_number(const char **at, int64_t *out)
{
	size_t n = strspn(*at, "0123456789");
	int64_t v = 0;

	if (n == 0 || n > 15 || (n > 1 && **at == '0'))
		return false;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + ((*at)[i] - '0');
	*at += n;
	*out = v;
	return true;
}

/* What is between the edition and the extension. */
static bool read_middle(const char **at, struct store_file *file)
{
	const char *from = *at;
	int64_t number;

	if (skip(at, ".at")) {
		if (!skip_number(at, &file->at_us))
			return false;
	} else if (skip(at, ".") && skip_number(at, &number) && number >= 2 &&
		   number < UINT32_MAX) {
		file->number = (uint32_t)number;
		return true;
	} else {
		*at = from;
	}
	for (int i = STORE_PART; i <= STORE_BROKEN; i++)
		if (skip(at, stages[i]))
			file->stage = (enum store_stage)i;
	return true;
}

static bool read_kind(const struct store_kind *kind, const char *at,
		      struct store_file *file)
{
	if (!*kind->extension)
		return false;
	if (*kind->edition &&
	    (!skip(&at, ".") || !skip(&at, kind->edition) || *at != '.'))
		return false;
	if (!read_middle(&at, file) || !skip(&at, ".") || !skip(&at, kind->extension))
		return false;
	file->tmp = skip(&at, ".tmp");
	return !*at;
}

/* False: it is none of ours. */
static bool read_name(const struct store *store, const char *text, struct store_file *out)
{
	size_t n = strcspn(text, ".");
	char name[STORE_NAME_MAX + 1];

	if (n == 0 || n > STORE_NAME_MAX)
		return false;
	memcpy(name, text, n);
	name[n] = '\0';
	for (uint32_t i = 0; store_name_ok(name) && i < STORE_KINDS; i++) {
		*out = (struct store_file){.kind = i, .at_us = -1};
		memcpy(out->name, name, n + 1);
		if (read_kind(&store->kinds[i], text + n, out))
			return true;
	}
	return false;
}

int store_each(const struct store *store,
	       int (*fn)(void *ctx, const struct store_file *file), void *ctx)
{
	int fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	struct store_file file;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && !err && (entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe) */
		if (read_name(store, entry->d_name, &file))
			err = fn(ctx, &file);
	if (dir)
		closedir(dir);
	return err;
}

/* ---- single files ------------------------------------------------------------------ */

int64_t store_bytes(const struct store *store, const struct store_file *file)
{
	char name[STORE_FILE_MAX];
	struct stat st;

	store_file(store, file, name);
	if (fstatat(store->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (store_is_folder(store, file->kind))
		return S_ISDIR(st.st_mode) ? folder_bytes(store->fd, name) : -EINVAL;
	return S_ISREG(st.st_mode) ? st.st_size : -EINVAL;
}

int store_remove(const struct store *store, const struct store_file *file)
{
	char name[STORE_FILE_MAX];

	store_file(store, file, name);
	if (unlinkat(store->fd, name, 0) == 0)
		return 0;
	if (errno != EISDIR || !store_is_folder(store, file->kind))
		return -errno;
	return folder_remove(store->fd, name);
}

int store_rename(const struct store *store, const struct store_file *from,
		 const struct store_file *to)
{
	char a[STORE_FILE_MAX], b[STORE_FILE_MAX];

	store_file(store, from, a);
	store_file(store, to, b);
	return renameat(store->fd, a, store->fd, b) < 0 ? -errno : 0;
}

/* ---- all of a recording ------------------------------------------------------------ */

struct removal {
	struct store *store;
	const char *name;
	bool last; /* also what is finished */
	bool some; /* was removed */
	struct part *held;
};

static int hold_one(void *ctx, const struct store_file *file)
{
	struct removal *removal = ctx;
	struct part *part;

	if (strcmp(file->name, removal->name) != 0 || file->tmp || file->number ||
	    file->stage == STORE_BROKEN ||
	    (file->stage == STORE_WHOLE && file->at_us < 0))
		return 0;
	switch (part_adopt(&part, removal->store, file)) {
	case 0:
		part_chain(&removal->held, part);
		return 0;
	case -EBUSY:
	case -EAGAIN:
		return -EBUSY;
	default:
		return 0; /* one that cannot be opened goes, too */
	}
}

/* The finished one is the last: without it a piece would be something to rescue. */
static int remove_one(void *ctx, const struct store_file *file)
{
	struct removal *removal = ctx;
	bool finished = file->stage == STORE_WHOLE && file->at_us < 0 && !file->tmp;
	int err;

	if (strcmp(file->name, removal->name) != 0 || finished != removal->last)
		return 0;
	err = store_remove(removal->store, file);
	removal->some = removal->some || !err;
	return err == -ENOENT ? 0 : err;
}

/* What is removed may be shown by the system again, or hide something else. */
static int remove_each(struct removal *removal, bool last)
{
	int err;

	removal->last = last;
	do {
		removal->some = false;
		err = store_each(removal->store, remove_one, removal);
	} while (!err && removal->some);
	return err;
}

static bool is_locked(int at, const char *file)
{
	int fd = openat(at, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

/* Of editions that are not configured any more, or were made of it. What links point to
 * is not ours, nor is what nobody of us makes. */
static int remove_other(const struct removal *removal, const char *file)
{
	size_t n = strlen(removal->name);
	int at = removal->store->fd, err = 0;
	struct stat st;

	if (strncmp(file, removal->name, n) != 0 || file[n] != '.')
		return 0;
	if (fstatat(at, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	if (is_locked(at, file))
		return -EBUSY;
	if (S_ISDIR(st.st_mode))
		err = folder_remove(at, file);
	else if (unlinkat(at, file, 0) < 0)
		err = -errno;
	return err == -ENOENT ? 0 : err;
}

static int remove_others(const struct removal *removal)
{
	int fd = openat(removal->store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && !err && (entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe) */
		err = remove_other(removal, entry->d_name);
	if (dir)
		closedir(dir);
	return err;
}

int store_delete(struct store *store, const char *name)
{
	struct removal removal = {.store = store, .name = name};
	int err = store_each(store, hold_one, &removal);

	if (!err)
		err = remove_each(&removal, false);
	if (!err)
		err = remove_each(&removal, true);
	if (!err)
		err = remove_others(&removal);
	part_put(removal.held);
	return err ? err : store_sync(store);
}
