#include "derive/disk.h"

#include "base/seal.h"
#include "derive/sealed.h"

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
	ssize_t n = disk->seal ? seal_read(disk->seal, data, (size_t)len, disk->pos)
			       : pread(disk->fd, data, (size_t)len, disk->pos);

	if (n < 0) {
		disk->err = disk->seal ? (int)n : -errno;
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

static int measure(struct disk *disk, bool writes)
{
	struct stat st;
	int err;

	if (fstat(disk->fd, &st))
		return -errno;
	disk->size = st.st_size;
	if (writes)
		return 0;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	err = sealed_open(&disk->seal, disk->fd);
	if (err)
		return err;
	if (disk->seal)
		disk->size = seal_size(disk->seal);
	return disk->size > 0 ? 0 : -EBADMSG;
}

static int buffer_open(struct disk *disk, bool writes)
{
	uint8_t *buffer = av_malloc(BUFFER);

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

int disk_open(struct disk *disk, int fd, bool writes)
{
	int err;

	*disk = (struct disk){.fd = fd};
	err = measure(disk, writes);
	if (!err)
		err = buffer_open(disk, writes);
	if (err) {
		seal_close(disk->seal);
		disk->seal = NULL;
	}
	return err;
}

int disk_close(struct disk *disk)
{
	seal_close(disk->seal);
	disk->seal = NULL;
	if (!disk->pb)
		return disk->err;
	if (disk->pb->write_flag)
		avio_flush(disk->pb);
	av_freep(&disk->pb->buffer);
	avio_context_free(&disk->pb);
	return disk->err;
}
