#include "derive/mux.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <string.h>

/* libavformat reads the file again to move the media behind its index. */
static int open_again(AVFormatContext *format, AVIOContext **pb, const char *url,
		      int flags, AVDictionary **options)
{
	struct mux *mux = format->opaque;
	int err;

	(void)url;
	(void)options;
	if (flags & AVIO_FLAG_WRITE || mux->again.pb)
		return AVERROR(EPERM);
	err = disk_open(&mux->again, mux->fd, false);
	if (!err)
		*pb = mux->again.pb;
	return err;
}

static int close_again(AVFormatContext *format, AVIOContext *pb)
{
	struct mux *mux = format->opaque;

	return pb ? disk_close(&mux->again) : 0;
}

int mux_open(struct mux *mux, const struct folder *folder, const char *name,
	     const char *kind)
{
	int err;

	memset(mux, 0, sizeof(*mux));
	mux->folder = folder;
	mux->name = name;
	mux->fd = folder_begin(folder, name);
	if (mux->fd < 0)
		return mux->fd;
	err = disk_open(&mux->disk, mux->fd, true);
	if (!err && avformat_alloc_output_context2(&mux->format, NULL, kind, NULL) < 0)
		err = -ENOMEM;
	if (err) {
		mux_drop(mux);
		return err;
	}
	mux->format->pb = mux->disk.pb;
	mux->format->opaque = mux;
	mux->format->io_open = open_again;
	mux->format->io_close2 = close_again;
	mux->format->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	/* how far one track may wait for another, which may have ended */
	mux->format->max_interleave_delta = 10 * AV_TIME_BASE;
	mux->format->flags |= AVFMT_FLAG_BITEXACT;
	return 0;
}

AVStream *mux_like(struct mux *mux, const AVStream *from)
{
	AVStream *st = avformat_new_stream(mux->format, NULL);

	if (!st || avcodec_parameters_copy(st->codecpar, from->codecpar) < 0)
		return NULL;
	st->codecpar->codec_tag = 0;
	st->time_base = from->time_base;
	st->disposition = from->disposition & AV_DISPOSITION_DEFAULT;
	if (!st->codecpar->frame_size) /* of most; each packet says its own */
		st->codecpar->frame_size = st->codecpar->codec_id == AV_CODEC_ID_OPUS
						   ? 960
					   : st->codecpar->codec_id == AV_CODEC_ID_AAC
						   ? 1024
						   : 0;
	return st;
}

/* libavformat frees the list with the rest. */
int mux_chapter(struct mux *mux, int64_t from_ms, int64_t to_ms, const char *title)
{
	AVFormatContext *format = mux->format;
	AVChapter *chapter = av_mallocz(sizeof(*chapter)), **list;

	if (!chapter)
		return -ENOMEM;
	chapter->id = format->nb_chapters;
	chapter->time_base = (AVRational){1, 1000};
	chapter->start = from_ms;
	chapter->end = to_ms;
	list = av_realloc_array(format->chapters, format->nb_chapters + 1u,
				sizeof(*list));
	if (!list || av_dict_set(&chapter->metadata, "title", title, 0) < 0) {
		format->chapters = list ? list : format->chapters;
		av_dict_free(&chapter->metadata);
		av_free(chapter);
		return -ENOMEM;
	}
	list[format->nb_chapters++] = chapter;
	format->chapters = list;
	return 0;
}

int mux_start(struct mux *mux)
{
	AVDictionary *options = NULL;
	int err;

	av_dict_set(&options, "movflags", "+faststart", 0);
	av_dict_set(&options, "use_editlist", "1", 0);
	err = avformat_write_header(mux->format, &options);
	av_dict_free(&options);
	if (mux->disk.err)
		return mux->disk.err;
	return fault_errno(err);
}

int mux_write(struct mux *mux, AVPacket *packet, const AVStream *from, const AVStream *to)
{
	int err;

	av_packet_rescale_ts(packet, from->time_base, to->time_base);
	packet->stream_index = to->index;
	packet->pos = -1;
	err = av_interleaved_write_frame(mux->format, packet);
	if (mux->disk.err)
		return mux->disk.err;
	return fault_errno(err);
}

static int close_all(struct mux *mux)
{
	int err;

	avformat_free_context(mux->format);
	mux->format = NULL;
	disk_close(&mux->again);
	err = disk_close(&mux->disk);
	return err ? err : mux->again.err;
}

int mux_commit(struct mux *mux)
{
	int err = fault_errno(av_write_trailer(mux->format)), disk;

	disk = close_all(mux);
	err = disk ? disk : err;
	if (err)
		folder_drop(mux->folder, mux->name, mux->fd);
	else
		err = folder_commit(mux->folder, mux->name, mux->fd);
	mux->fd = -1;
	return err;
}

void mux_drop(struct mux *mux)
{
	if (mux->fd < 0)
		return;
	close_all(mux);
	folder_drop(mux->folder, mux->name, mux->fd);
	mux->fd = -1;
}
