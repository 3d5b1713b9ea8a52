#include "plugins/record_mp4.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 65536

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t *written_bytes; /* libavformat changed its mind in 7.0 */
#else
typedef uint8_t *written_bytes;
#endif

static int io_write(void *opaque, written_bytes data, int len)
{
	struct mp4_io *io = opaque;
	int done = 0;

	while (!io->err && done < len) {
		ssize_t n = pwrite(io->fd, data + done, (size_t)(len - done), io->pos);

		if (n > 0) {
			done += (int)n;
			io->pos += n;
		} else if (n == 0 || errno != EINTR) {
			io->err = n == 0 ? -ENOSPC : -errno;
		}
	}
	return io->err ? io->err : len;
}

static int io_read(void *opaque, uint8_t *data, int len)
{
	struct mp4_io *io = opaque;
	ssize_t n;

	do
		n = pread(io->fd, data, (size_t)len, io->pos);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return io->err = -errno;
	io->pos += n;
	return n ? (int)n : AVERROR_EOF;
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
	struct mp4_io *io = opaque;
	struct stat st;

	if (fstat(io->fd, &st) < 0)
		return -errno;
	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return st.st_size;
	if (whence == SEEK_CUR)
		offset += io->pos;
	else if (whence == SEEK_END)
		offset += st.st_size;
	if (offset < 0)
		return -EINVAL;
	return io->pos = offset;
}

int mp4_io_open(struct mp4_io *io, int fd, enum mp4_io_mode mode)
{
	uint8_t *buffer = av_malloc(BUFFER_BYTES);

	*io = (struct mp4_io){.fd = fd};
	if (!buffer)
		return -ENOMEM;
	io->pb = avio_alloc_context(buffer, BUFFER_BYTES, mode != MP4_READ, io,
				    mode == MP4_READ ? io_read : NULL,
				    mode == MP4_READ ? NULL : io_write,
				    mode == MP4_STREAM ? NULL : io_seek);
	if (!io->pb) {
		av_free(buffer);
		return -ENOMEM;
	}
	return 0;
}

int mp4_io_close(struct mp4_io *io)
{
	if (!io->pb)
		return io->err;
	if (io->pb->write_flag)
		avio_flush(io->pb);
	av_freep(&io->pb->buffer);
	avio_context_free(&io->pb);
	return io->err;
}
