#include "store/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unfinished.h"

static int add(struct tree *tree, const char *folder, const char *name, int64_t bytes)
{
	struct tree_file *file;
	int n;

	if (tree->n == tree->room) {
		uint32_t room = tree->room ? 2 * tree->room : 64;
		struct tree_file *files;

		if (room > 2 * TREE_FILES)
			return -E2BIG;
		files = realloc(tree->files, room * sizeof(*files));
		if (!files)
			return -ENOMEM;
		tree->files = files;
		tree->room = room;
	}
	file = &tree->files[tree->n];
	n = snprintf(file->name, TREE_NAME, "%s%s%s", folder, *folder ? "/" : "", name);
	if (n < 0 || n >= TREE_NAME)
		return -E2BIG;
	file->bytes = bytes;
	tree->bytes += bytes;
	tree->n++;
	return 0;
}

static int list(struct tree *tree, const char *folder, const char *start, bool deeper);

static int take(struct tree *tree, int dir, const char *folder, const char *name,
		bool deeper)
{
	enum unfinished is = unfinished_name(name);
	struct stat st;

	tree->left |= is == UNFINISHED_LEFT;
	if (is != UNFINISHED_NOT || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0; /* it went meanwhile */
	if (S_ISREG(st.st_mode))
		return add(tree, folder, name, st.st_size);
	return deeper && S_ISDIR(st.st_mode) ? list(tree, name, "", false) : 0;
}

/* Of a folder ("": that of recordings) what begins with `start`, but dots. */
static int list(struct tree *tree, const char *folder, const char *start, bool deeper)
{
	int fd = openat(tree->dir, *folder ? folder : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
	    err = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		err = fd < 0 ? -errno : -ENOMEM;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, start, strlen(start)) == 0)
			err = take(tree, fd, folder, entry->d_name, deeper);
	closedir(dir);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->name,
		      ((const struct tree_file *)b)->name);
}

int tree_open(struct tree *out, const char *folder, const char *id)
{
	char start[64];
	int err;

	*out = (struct tree){.dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (out->dir < 0)
		return -errno;
	snprintf(start, sizeof(start), "%.60s.", id);
	err = list(out, "", start, true);
	if (!err && !out->n && !out->left)
		err = -ENOENT;
	if (out->n)
		qsort(out->files, out->n, sizeof(*out->files), by_name);
	return err;
}

void tree_close(struct tree *tree)
{
	if (tree->dir >= 0)
		close(tree->dir);
	free(tree->files);
	*tree = (struct tree){.dir = -1};
}

int tree_file_open(const struct tree *tree, const struct tree_file *file)
{
	int fd = openat(tree->dir, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size != file->bytes) {
		close(fd);
		return -EBUSY;
	}
	return fd;
}
