#include "plugins/record_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* libavformat moves the media behind an index: it reads where it writes. */
static int open_again(AVFormatContext *ctx, AVIOContext **pb, const char *url, int flags,
		      AVDictionary **options)
{
	struct record_file *f = ctx->opaque;
	int err;

	(void)url;
	(void)options;
	if (flags & AVIO_FLAG_WRITE || f->again.pb)
		return -EPERM;
	err = mp4_io_open(&f->again, f->fd, MP4_READ);
	if (!err)
		*pb = f->again.pb;
	return err;
}

static int close_again(AVFormatContext *ctx, AVIOContext *pb)
{
	struct record_file *f = ctx->opaque;

	return pb ? mp4_io_close(&f->again) : 0;
}

int record_file_open(struct record_file *f, const char *path, const char *format)
{
	size_t size = strlen(path) + sizeof(".tmp");
	int err;

	*f = (struct record_file){.fd = -1};
	f->tmp = malloc(size);
	if (!f->tmp)
		return -ENOMEM;
	snprintf(f->tmp, size, "%s.tmp", path);
	if (unlink(f->tmp) < 0 && errno != ENOENT)
		return -errno;
	f->fd = open(f->tmp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return -errno;
	err = mp4_io_open(&f->io, f->fd, MP4_WRITE);
	if (err)
		return err;
	if (avformat_alloc_output_context2(&f->ctx, NULL, format, NULL) < 0)
		return -ENOMEM;
	f->ctx->pb = f->io.pb;
	f->ctx->opaque = f;
	f->ctx->io_open = open_again;
	f->ctx->io_close2 = close_again;
	return 0;
}

int record_file_error(struct record_file *f, int err)
{
	if (f->io.pb)
		avio_flush(f->io.pb);
	/* what the disk said is the truth; libavformat only repeats it */
	if (f->again.err)
		return f->again.err;
	return f->io.err ? f->io.err : err;
}

int record_file_keep(struct record_file *f, const char *path, uint64_t *bytes)
{
	int err = record_file_error(f, 0);
	struct stat st;

	if (err)
		return err;
	if (fsync(f->fd) < 0 || fstat(f->fd, &st) < 0 || rename(f->tmp, path) < 0)
		return -errno;
	free(f->tmp);
	f->tmp = NULL;
	*bytes = (uint64_t)st.st_size;
	return 0;
}

void record_file_close(struct record_file *f)
{
	avformat_free_context(f->ctx);
	mp4_io_close(&f->again);
	mp4_io_close(&f->io);
	if (f->fd >= 0) {
		close(f->fd);
		if (f->tmp)
			unlink(f->tmp);
	}
	free(f->tmp);
}
