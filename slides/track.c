#include "slides/track.h"

#include "base/limits.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER  32768
#define BAD_MAX 300 /* pieces that cannot be decoded, until a good one */

#define FORMATS "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg"
#define CODECS \
	"h264,hevc,mpeg4,vp8,vp9,libdav1d,av1,theora,aac,mp3float,mp3,opus,libopus," \
	"vorbis,libvorbis,flac,pcm_s16le"

struct track {
	int fd;
	int64_t at, size; /* bytes */
	AVIOContext *io;
	AVFormatContext *format;
	AVCodecContext *codec;
	const AVStream *stream;
	AVPacket *packet;
	AVFrame *frame;
	int64_t start_us, next_us;
	bool drained;
	uint32_t bad;
};

/* ---- the file ------------------------------------------------------------- */

static int on_read(void *ctx, uint8_t *data, int len)
{
	struct track *t = ctx;
	ssize_t n = pread(t->fd, data, (size_t)len, t->at);

	if (n <= 0)
		return n < 0 ? AVERROR(errno) : AVERROR_EOF;
	t->at += n;
	return (int)n;
}

static int64_t on_seek(void *ctx, int64_t offset, int whence)
{
	struct track *t = ctx;
	int64_t base = 0;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return t->size;
	if (whence == SEEK_CUR)
		base = t->at;
	else if (whence == SEEK_END)
		base = t->size;
	if (offset < -base || offset > t->size - base)
		return AVERROR(EINVAL);
	t->at = base + offset;
	return t->at;
}

static int io_open(struct track *t)
{
	uint8_t *buffer;
	struct stat st;

	if (fstat(t->fd, &st) || st.st_size <= 0 || st.st_size > LIMIT_UPLOAD)
		return -EBADMSG;
	t->size = st.st_size;
	buffer = av_malloc(BUFFER);
	if (!buffer)
		return -ENOMEM;
	t->io = avio_alloc_context(buffer, BUFFER, 0, t, on_read, NULL, on_seek);
	if (!t->io) {
		av_free(buffer);
		return -ENOMEM;
	}
	return 0;
}

static int error_of(int averr)
{
	switch (averr) {
	case AVERROR(ENOMEM):
		return -ENOMEM;
	case AVERROR_STREAM_NOT_FOUND:
		return -ENODATA;
	case AVERROR_DECODER_NOT_FOUND:
	case AVERROR(EINVAL): /* what the lists do not name */
		return -ENOTSUP;
	default:
		return -EBADMSG;
	}
}

static int format_open(struct track *t)
{
	AVDictionary *options = NULL;
	int err;

	t->format = avformat_alloc_context();
	if (!t->format)
		return -ENOMEM;
	t->format->pb = t->io;
	av_dict_set(&options, "format_whitelist", FORMATS, 0);
	av_dict_set(&options, "codec_whitelist", CODECS, 0);
	err = avformat_open_input(&t->format, "", NULL, &options);
	av_dict_free(&options);
	if (!err)
		err = avformat_find_stream_info(t->format, NULL);
	return err < 0 ? error_of(err) : 0;
}

/* ---- the decoder ---------------------------------------------------------- */

static int size_check(const AVCodecParameters *par)
{
	int64_t w = par->width, h = par->height;

	if (par->codec_type != AVMEDIA_TYPE_VIDEO)
		return par->sample_rate >= 8000 && par->sample_rate <= 192000 ? 0
									      : -ENOTSUP;
	if (w < 2 || h < 2)
		return -EBADMSG;
	return w > LIMIT_CLIP_SIDE || h > LIMIT_CLIP_SIDE || w * h > LIMIT_CLIP_PIXELS
		       ? -EFBIG
		       : 0;
}

static int codec_open(struct track *t, const AVCodec *decoder)
{
	AVDictionary *options = NULL;
	int err;

	t->codec = avcodec_alloc_context3(decoder);
	if (!t->codec)
		return -ENOMEM;
	if (avcodec_parameters_to_context(t->codec, t->stream->codecpar) < 0)
		return -ENOMEM;
	t->codec->pkt_timebase = t->stream->time_base;
	t->codec->thread_count = 1;
	t->codec->max_pixels = LIMIT_CLIP_PIXELS; /* whatever the header said */
	av_dict_set(&options, "codec_whitelist", CODECS, 0);
	err = avcodec_open2(t->codec, decoder, &options);
	av_dict_free(&options);
	return err < 0 ? error_of(err) : 0;
}

static int choose(struct track *t, bool sound)
{
	enum AVMediaType type = sound ? AVMEDIA_TYPE_AUDIO : AVMEDIA_TYPE_VIDEO;
	const AVCodec *decoder = NULL;
	int n = av_find_best_stream(t->format, type, -1, -1, &decoder, 0), err;

	if (n < 0)
		return error_of(n);
	t->stream = t->format->streams[n];
	if (t->stream->disposition & AV_DISPOSITION_ATTACHED_PIC)
		return -ENODATA; /* the cover of a song */
	for (unsigned i = 0; i < t->format->nb_streams; i++)
		if (i != (unsigned)n)
			t->format->streams[i]->discard = AVDISCARD_ALL;
	err = size_check(t->stream->codecpar);
	return err ? err : codec_open(t, decoder);
}

int track_open(struct track **out, int fd, bool sound)
{
	struct track *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->fd = fd;
	t->packet = av_packet_alloc();
	t->frame = av_frame_alloc();
	err = t->packet && t->frame ? io_open(t) : -ENOMEM;
	if (!err)
		err = format_open(t);
	if (!err)
		err = choose(t, sound);
	if (err) {
		track_close(t);
		return err;
	}
	if (t->format->start_time != AV_NOPTS_VALUE)
		t->start_us = t->format->start_time;
	*out = t;
	return 0;
}

void track_close(struct track *t)
{
	if (!t)
		return;
	avcodec_free_context(&t->codec);
	avformat_close_input(&t->format);
	if (t->io)
		av_freep(&t->io->buffer);
	avio_context_free(&t->io);
	av_packet_free(&t->packet);
	av_frame_free(&t->frame);
	free(t);
}

/* ---- what it says --------------------------------------------------------- */

static uint16_t rotation_of(const AVStream *stream)
{
	const int32_t *matrix = (const int32_t *)(const void *)av_stream_get_side_data(
		stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
	double turned = matrix ? -av_display_rotation_get(matrix) : 0;

	if (!isfinite(turned))
		return 0;
	return (uint16_t)((lround(turned / 90) % 4 + 4) % 4 * 90);
}

void track_info(const struct track *t, struct track_info *out)
{
	*out = (struct track_info){
		.length_us = t->format->duration > 0 ? t->format->duration : 0,
		.w_px = (uint16_t)t->stream->codecpar->width,
		.h_px = (uint16_t)t->stream->codecpar->height,
		.rotation_deg = rotation_of(t->stream)};
}

static int64_t us_of(const struct track *t, int64_t stamp)
{
	return av_rescale_q(stamp, t->stream->time_base, AV_TIME_BASE_Q);
}

int track_scan(struct track *t, int64_t most_us, int64_t *end_us)
{
	int64_t end = 0, at;

	while (end <= most_us && av_read_frame(t->format, t->packet) == 0) {
		at = t->packet->pts != AV_NOPTS_VALUE ? t->packet->pts : t->packet->dts;
		if (t->packet->stream_index == t->stream->index && at != AV_NOPTS_VALUE) {
			at = us_of(t, at) - t->start_us + us_of(t, t->packet->duration);
			end = at > end ? at : end;
		}
		av_packet_unref(t->packet);
	}
	*end_us = end;
	track_seek(t, 0);
	return end > 0 ? 0 : -EBADMSG;
}

/* ---- one after the other -------------------------------------------------- */

static void feed(struct track *t)
{
	int err;

	do {
		av_packet_unref(t->packet);
		err = av_read_frame(t->format, t->packet);
	} while (!err && t->packet->stream_index != t->stream->index);
	if (err) {
		t->drained = true;
		avcodec_send_packet(t->codec, NULL);
		return;
	}
	if (avcodec_send_packet(t->codec, t->packet))
		t->bad++;
	av_packet_unref(t->packet);
}

int track_next(struct track *t, const AVFrame **frame, int64_t *at_us)
{
	int64_t stamp;

	for (;;) {
		int err = avcodec_receive_frame(t->codec, t->frame);

		if (!err)
			break;
		if (err == AVERROR_EOF)
			return -ENODATA;
		if (err != AVERROR(EAGAIN))
			t->bad++;
		if (t->bad > BAD_MAX)
			return -EBADMSG;
		if (t->drained)
			return -ENODATA;
		feed(t);
	}
	t->bad = 0;
	stamp = t->frame->best_effort_timestamp;
	*at_us = stamp == AV_NOPTS_VALUE ? t->next_us : us_of(t, stamp) - t->start_us;
	t->next_us = *at_us + us_of(t, t->frame->pkt_duration);
	*frame = t->frame;
	return 0;
}

void track_seek(struct track *t, int64_t at_us)
{
	int64_t stamp = av_rescale_q(at_us + t->start_us, AV_TIME_BASE_Q,
				     t->stream->time_base);

	if (av_seek_frame(t->format, t->stream->index, stamp, AVSEEK_FLAG_BACKWARD) < 0)
		return;
	avcodec_flush_buffers(t->codec);
	t->drained = false;
}
