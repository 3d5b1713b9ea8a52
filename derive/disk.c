#include "derive/disk.h"

#include <errno.h>
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER 65536

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t *out_bytes; /* const since FFmpeg 7.0 */
#else
typedef uint8_t *out_bytes;
#endif

static int on_read(void *ctx, uint8_t *data, int len)
{
	struct disk *disk = ctx;
	ssize_t n = pread(disk->fd, data, (size_t)len, disk->pos);

	if (n < 0) {
		disk->err = -errno;
		return disk->err;
	}
	disk->pos += n;
	return n ? (int)n : AVERROR_EOF;
}

static int on_write(void *ctx, out_bytes data, int len)
{
	struct disk *disk = ctx;

	for (int done = 0; !disk->err && done < len;) {
		ssize_t n = pwrite(disk->fd, data + done, (size_t)(len - done),
				   disk->pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			disk->err = n ? -errno : -ENOSPC;
			break;
		}
		done += (int)n;
		disk->pos += n;
	}
	if (disk->pos > disk->size)
		disk->size = disk->pos;
	return disk->err ? disk->err : len;
}

static int64_t on_seek(void *ctx, int64_t offset, int whence)
{
	struct disk *disk = ctx;
	int64_t base = 0;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return disk->size;
	if (whence == SEEK_CUR)
		base = disk->pos;
	else if (whence == SEEK_END)
		base = disk->size;
	if (offset < -base || offset > INT64_MAX - base)
		return AVERROR(EINVAL);
	disk->pos = base + offset;
	return disk->pos;
}

int disk_open(struct disk *disk, int fd, bool writes)
{
	uint8_t *buffer;
	struct stat st;

	*disk = (struct disk){.fd = fd};
	if (fstat(fd, &st))
		return -errno;
	if (!writes && (!S_ISREG(st.st_mode) || st.st_size <= 0))
		return -EBADMSG;
	disk->size = st.st_size;
	buffer = av_malloc(BUFFER);
	if (!buffer)
		return -ENOMEM;
	disk->pb = avio_alloc_context(buffer, BUFFER, writes, disk,
				      writes ? NULL : on_read, writes ? on_write : NULL,
				      on_seek);
	if (!disk->pb) {
		av_free(buffer);
		return -ENOMEM;
	}
	return 0;
}

int disk_close(struct disk *disk)
{
	if (!disk->pb)
		return disk->err;
	if (disk->pb->write_flag)
		avio_flush(disk->pb);
	av_freep(&disk->pb->buffer);
	avio_context_free(&disk->pb);
	return disk->err;
}
