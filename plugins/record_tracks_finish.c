#include "plugins/record_tracks.h"

#include "plugins/record_dir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One file becomes the seekable one, under the same name: what is done stays done when
 * it is begun again. */
static int finish_one(const char *part, uint32_t index, struct aula_finished *info)
{
	size_t size = strlen(part) + 1 + TRACKS_FILE;
	char *path = malloc(size), name[TRACKS_FILE];
	int err;

	if (!path)
		return -ENOMEM;
	tracks_file(index, name);
	snprintf(path, size, "%s/%s", part, name);
	err = mkv_finish(path, path, info, "matroska");
	free(path);
	return err;
}

/* Of which nothing can be shown goes; what the disk says ends it all. */
static int finish_files(struct tracks_list *list, const char *part, int64_t *end_us)
{
	uint32_t n_left = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		struct aula_finished info = {.size = sizeof(info)};
		int err = finish_one(part, i, &info);

		list->gone[i] = err == -EBADMSG || err == -ENOENT;
		if (list->gone[i])
			continue;
		if (err)
			return err;
		n_left++;
		list->end_ms[i] = info.duration_us / 1000;
		*end_us = FFMAX(*end_us, info.duration_us);
	}
	return n_left ? 0 : -EBADMSG;
}

static bool is_wanted(const void *ctx, const char *name)
{
	const struct tracks_list *list = ctx;
	char again[TRACKS_FILE];

	if (strcmp(name, "tracks.json") == 0)
		return true;
	for (uint32_t i = 0; i < list->n; i++) {
		tracks_file(i, again);
		if (strcmp(name, again) == 0)
			return !list->gone[i];
	}
	return false;
}

int tracks_finish(const char *part, const char *path, struct aula_finished *info)
{
	struct tracks_list list = {.lines = NULL};
	int64_t end_us = 0;
	int dir, err;

	dir = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	err = tracks_list_read(&list, dir);
	if (err == -ENOENT)
		err = -EBADMSG;
	if (!err)
		err = finish_files(&list, part, &end_us);
	if (!err)
		err = tracks_list_write(&list, dir);
	if (!err)
		err = record_dir_finish(dir, is_wanted, &list, part, path, &info->bytes);
	if (!err)
		info->duration_us = end_us;
	tracks_list_fini(&list);
	close(dir);
	return err;
}
