#include "mcu/hls_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/conf.h"
#include "base/seal.h"
#include "db/db.h"
#include "mcu/hls_files.h"

/* A piece that is still being written is newer than the list, which does not have it:
 * whoever guesses its name must not get half of it, and have it kept for all. */
static bool unlisted(int folder, int fd, const char *name)
{
	struct stat list, file;

	if (hls_name_list(name))
		return false;
	if (fstatat(folder, "index.m3u8", &list, AT_SYMLINK_NOFOLLOW) || fstat(fd, &file))
		return true;
	if (file.st_mtim.tv_sec != list.st_mtim.tv_sec)
		return file.st_mtim.tv_sec > list.st_mtim.tv_sec;
	return file.st_mtim.tv_nsec > list.st_mtim.tv_nsec;
}

/* Of the folder, which is not a link either; a negative errno. */
static int open_in(const char *dir, const char *id, const char *state, const char *name)
{
	char path[CONF_PATH + DB_ID + 32];
	int folder, fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.live%s.hls", dir, id, state) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0)
		return -errno;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		fd = errno == ELOOP ? -ENOENT : -errno; /* a link is no file of ours */
	if (fd >= 0 && *state && unlisted(folder, fd, name)) {
		close(fd);
		fd = -ENOENT;
	}
	close(folder);
	return fd;
}

/* A file of the folder, as it was before it was sealed. */
struct from {
	int fd;
	struct seal *seal; /* NULL: it is not sealed */
	int64_t bytes;
};

static ssize_t read_some(const struct from *from, char *to, size_t len, size_t at)
{
	ssize_t n;

	if (from->seal)
		return seal_read(from->seal, to, len, (int64_t)at);
	do
		n = pread(from->fd, to, len, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int read_all(const struct from *from, void *to, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = read_some(from, (char *)to + at, len - at, at);

		if (n <= 0)
			return n < 0 ? (int)n : -EIO; /* it became shorter */
		at += (size_t)n;
	}
	return 0;
}

/* Without memory there is only the text. */
static void pack(struct hls_read *list)
{
	enum { GZIP = 15 + 16 }; /* the largest window, and gzip's head and foot */
	z_stream z = {0};
	size_t most;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	most = deflateBound(&z, list->bytes);
	list->gz = malloc(most);
	z.next_in = (Bytef *)list->text;
	z.avail_in = (uInt)list->bytes;
	z.next_out = (Bytef *)list->gz;
	z.avail_out = (uInt)most;
	if (list->gz && deflate(&z, Z_FINISH) == Z_STREAM_END) {
		list->gz_len = z.total_out;
	} else {
		free(list->gz);
		list->gz = NULL;
	}
	deflateEnd(&z);
}

static int read_list(struct hls_read *out, const struct from *from, size_t len)
{
	struct hls_read list = {.fd = -1, .bytes = len, .text = malloc(len + 1)};
	int err = list.text ? read_all(from, list.text, len) : -ENOMEM;

	if (err) {
		free(list.text);
		return err;
	}
	list.text[len] = '\0';
	pack(&list);
	*out = list;
	return 0;
}

static int read_piece(struct hls_read *out, const struct from *from, size_t len)
{
	int to = memfd_create("aula-hls", MFD_CLOEXEC), err = 0;
	void *map;

	if (to < 0)
		return -errno;
	if (ftruncate(to, (off_t)len))
		err = -errno;
	map = err || !len ? MAP_FAILED
			  : mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
	if (!err && len && map == MAP_FAILED)
		err = -errno;
	if (map != MAP_FAILED) {
		err = read_all(from, map, len);
		munmap(map, len);
	}
	if (err) {
		close(to);
		return err;
	}
	*out = (struct hls_read){.fd = to, .bytes = len};
	return 0;
}

static int from_open(struct from *from, int fd, const struct seal_keys *keys)
{
	struct stat st;
	int err;

	*from = (struct from){.fd = fd};
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	from->bytes = st.st_size;
	if (!seal_is_file(fd))
		return 0;
	err = seal_open(&from->seal, fd, keys);
	if (!err)
		from->bytes = seal_size(from->seal);
	return err;
}

int hls_read(struct hls_read *out, const char *dir, const char *id, const char *name,
	     const struct seal_keys *keys)
{
	bool list = hls_name_list(name);
	int fd = open_in(dir, id, ".part", name), err;
	struct from from;

	if (fd == -ENOENT)
		fd = open_in(dir, id, "", name);
	if (fd < 0)
		return fd;
	err = from_open(&from, fd, keys);
	if (!err && from.bytes > (list ? HLS_LIST_MAX : HLS_PIECE_MAX))
		err = -EFBIG;
	if (!err)
		err = list ? read_list(out, &from, (size_t)from.bytes)
			   : read_piece(out, &from, (size_t)from.bytes);
	seal_close(from.seal);
	close(fd);
	return err;
}

void hls_read_free(struct hls_read *read)
{
	if (read->fd >= 0)
		close(read->fd);
	free(read->text);
	free(read->gz);
	*read = (struct hls_read){.fd = -1};
}
