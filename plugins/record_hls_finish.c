#include "plugins/record_hls.h"

#include "plugins/record_dir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_MAX   (256 << 20) /* bytes of one that is looked at */
#define FRAGMENTS_MAX 64

static int64_t size_of(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? (int64_t)st.st_size : -EBADMSG;
}

/* ---- what nobody has put into the list ----------------------------------------------
 */

/* Reads a file behind what is there. */
static int append(int dir, const char *name, uint8_t **data, size_t *len)
{
	int64_t size = size_of(dir, name);
	uint8_t *grown;
	size_t end;
	int fd, err = 0;

	if (size < 0 || size > SEGMENT_MAX)
		return size < 0 ? (int)size : -EBADMSG;
	grown = realloc(*data, *len + (size_t)size + 1);
	if (!grown)
		return -ENOMEM;
	*data = grown;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (end = *len + (size_t)size; !err && *len < end;) {
		ssize_t n = read(fd, grown + *len, end - *len);

		if (n > 0)
			*len += (size_t)n;
		else if (n == 0 || errno != EINTR)
			err = n == 0 ? -EBADMSG : -errno;
	}
	close(fd);
	return err;
}

/* As much of the segment as decodes without errors; `len` becomes that. */
static int whole_part(uint8_t *data, size_t init_len, size_t *len, uint32_t *duration_ms)
{
	size_t ends[FRAGMENTS_MAX];
	uint32_t n = hls_fragments(data + init_len, *len - init_len, ends, FRAGMENTS_MAX);
	int err = -EBADMSG;

	while (n-- > 0 && err == -EBADMSG) {
		err = hls_probe(data, init_len + ends[n], duration_ms);
		*len = init_len + ends[n];
	}
	return err;
}

static int truncate_file(int dir, const char *name, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)len) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The segment `name`, that may be whole, half or nothing, becomes the next of the list.
 */
static int adopt(struct hls_list *list, int dir, const char *name, uint32_t map)
{
	struct hls_segment segment = {.map = map};
	char init[HLS_NAME_MAX], last[HLS_NAME_MAX];
	uint8_t *data = NULL;
	size_t len = 0, init_len;
	int err;

	snprintf(init, sizeof(init), "init%" PRIu32 ".mp4", map);
	snprintf(last, sizeof(last), "%" PRIu32 ".m4s", list->n);
	err = append(dir, init, &data, &len);
	init_len = len;
	if (!err)
		err = append(dir, name, &data, &len);
	if (!err)
		err = whole_part(data, init_len, &len, &segment.duration_ms);
	free(data);
	if (!err)
		err = truncate_file(dir, name, len - init_len);
	if (!err && strcmp(name, last) != 0 && renameat(dir, name, dir, last) < 0)
		err = -errno;
	if (err)
		return err;
	if (list->n)
		segment.discontinuity = map != list->segments[list->n - 1].map;
	return hls_list_add(list, &segment);
}

static uint32_t count_maps(int dir)
{
	char name[HLS_NAME_MAX];
	uint32_t n = 0;

	for (; n < HLS_SEGMENTS; n++) {
		snprintf(name, sizeof(name), "init%" PRIu32 ".mp4", n);
		if (size_of(dir, name) <= 0)
			break;
	}
	return n;
}

/* A power cut may have left names of files that never came to be. */
static void drop_missing(struct hls_list *list, int dir, uint32_t n_maps)
{
	char name[HLS_NAME_MAX];

	for (uint32_t i = 0; i < list->n; i++) {
		snprintf(name, sizeof(name), "%" PRIu32 ".m4s", i);
		if (size_of(dir, name) > 0 && list->segments[i].map < n_maps)
			continue;
		list->n = i;
		list->whole = false;
	}
}

static int repair(struct hls_list *list, int dir)
{
	uint32_t n_maps = count_maps(dir);
	char name[HLS_NAME_MAX];
	int err = hls_list_read(list, dir);

	if (err == -ENOENT || err == -EBADMSG)
		err = 0;
	if (err)
		return err;
	drop_missing(list, dir, n_maps);
	/* one that was whole but not listed, and the half one after it */
	for (int half = 0; half < 2 && !err && !list->whole && n_maps; half++) {
		snprintf(name, sizeof(name),
			 half ? "%" PRIu32 ".m4s.tmp" : "%" PRIu32 ".m4s", list->n);
		err = adopt(list, dir, name, n_maps - 1);
		if (err == -EBADMSG || err == -ENOENT)
			err = 0;
	}
	if (!err && !list->n)
		err = -EBADMSG;
	if (err)
		return err;
	list->whole = true;
	return hls_list_write(list, dir);
}

/* ---- the folder as a whole -----------------------------------------------------------
 */

static bool is_wanted(const void *ctx, const char *name)
{
	const struct hls_list *list = ctx;
	uint32_t n = 0;
	char again[HLS_NAME_MAX];

	if (strcmp(name, "index.m3u8") == 0 || strcmp(name, "live.m3u8") == 0)
		return true;
	if (sscanf(name, "init%9" SCNu32, &n) == 1) {
		snprintf(again, sizeof(again), "init%" PRIu32 ".mp4", n);
		return n <= list->segments[list->n - 1].map && strcmp(again, name) == 0;
	}
	if (sscanf(name, "%9" SCNu32, &n) != 1)
		return false;
	snprintf(again, sizeof(again), "%" PRIu32 ".m4s", n);
	return n < list->n && strcmp(again, name) == 0;
}

int hls_finish(const char *part, const char *path, struct aula_finished *info)
{
	struct hls_list list = {.segments = NULL};
	int dir, err;

	dir = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	err = repair(&list, dir);
	if (!err)
		err = record_dir_finish(dir, is_wanted, &list, part, path, &info->bytes);
	if (!err)
		info->duration_us = (int64_t)hls_list_ms(&list) * 1000;
	hls_list_fini(&list);
	close(dir);
	return err;
}
