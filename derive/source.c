#include "derive/source.h"

#include "base/limits.h"
#include "derive/fault.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

#define MOST_US  (LIMIT_DERIVE_MS * INT64_C(1000))
#define END_US   INT64_C(2000000) /* a track may end so much before it says */
#define PACKET   16777216         /* bytes */
#define CONFIG   65536            /* bytes of a decoder's configuration */
#define EARLY_US INT64_C(10000000)

static int check_video(const AVCodecParameters *par)
{
	int64_t w = par->width, h = par->height;

	if (w < 16 || h < 16)
		return -EBADMSG;
	return w > LIMIT_DERIVE_SIDE || h > LIMIT_DERIVE_SIDE ? -EFBIG : 0;
}

static int check_sound(const AVCodecParameters *par)
{
	return par->sample_rate < 8000 || par->sample_rate > 96000 ||
			       par->ch_layout.nb_channels < 1 ||
			       par->ch_layout.nb_channels > 2
		       ? -EBADMSG
		       : 0;
}

static int take_stream(struct source *source, AVStream *st)
{
	const AVCodecParameters *par = st->codecpar;
	AVStream **to = NULL;

	if (par->codec_id == AV_CODEC_ID_H264)
		to = &source->video;
	else if (par->codec_id == AV_CODEC_ID_OPUS)
		to = &source->opus;
	else if (par->codec_id == AV_CODEC_ID_AAC)
		to = &source->aac;
	if (!to || *to) {
		st->discard = AVDISCARD_ALL;
		return 0;
	}
	if (par->extradata_size < 2 || par->extradata_size > CONFIG ||
	    st->time_base.num <= 0 || st->time_base.den <= 0)
		return -EBADMSG;
	*to = st;
	return to == &source->video ? check_video(par) : check_sound(par);
}

static int take_streams(struct source *source)
{
	AVFormatContext *format = source->format;
	int err = 0;

	if (format->nb_streams > SOURCE_STREAMS)
		return -ENOTSUP;
	for (unsigned i = 0; !err && i < format->nb_streams; i++)
		err = take_stream(source, format->streams[i]);
	if (err)
		return err;
	/* Opus is what the mixer made; AAC was made of it */
	source->sound = source->opus ? source->opus : source->aac;
	if (!source->video && !source->sound)
		return -ENOTSUP;
	if (format->duration <= 0)
		return -EBADMSG;
	source->length_us = format->duration;
	return format->duration > MOST_US ? -EOVERFLOW : 0;
}

int source_open(struct source *source, int fd)
{
	AVDictionary *options = NULL;
	int err;

	memset(source, 0, sizeof(*source));
	err = disk_open(&source->disk, fd, false);
	if (err)
		return err;
	source->format = avformat_alloc_context();
	if (!source->format) {
		source_close(source);
		return -ENOMEM;
	}
	source->format->pb = source->disk.pb;
	source->format->max_streams = SOURCE_STREAMS;
	/* the file's index says all: nothing is guessed, nothing else is opened */
	source->format->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
	av_dict_set(&options, "format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2", 0);
	av_dict_set(&options, "enable_drefs", "0", 0);
	err = avformat_open_input(&source->format, "", NULL, &options);
	av_dict_free(&options);
	if (err < 0)
		err = err == AVERROR(EINVAL) ? -ENOTSUP : fault_errno(err);
	else
		err = take_streams(source);
	if (err)
		source_close(source);
	return err;
}

void source_close(struct source *source)
{
	avformat_close_input(&source->format);
	disk_close(&source->disk);
	memset(source, 0, sizeof(*source));
}

void source_only(struct source *source, const AVStream *a, const AVStream *b,
		 const AVStream *c)
{
	for (unsigned i = 0; i < source->format->nb_streams; i++) {
		AVStream *st = source->format->streams[i];

		st->discard = st == a || st == b || st == c ? AVDISCARD_DEFAULT
							    : AVDISCARD_ALL;
	}
}

int64_t source_us(const AVStream *stream, int64_t stamp)
{
	return av_rescale_q(stamp, stream->time_base, AV_TIME_BASE_Q);
}

/* What was cut off is not a recording that ends. */
static int check_end(const struct source *source)
{
	for (unsigned i = 0; i < source->format->nb_streams; i++) {
		const AVStream *st = source->format->streams[i];

		if (st->discard != AVDISCARD_ALL && st->duration > 0 &&
		    source->last_us[i] + END_US < source_us(st, st->duration))
			return -EBADMSG;
	}
	return -ENODATA;
}

static int check_packet(struct source *source, const AVPacket *packet)
{
	const AVStream *st = source->format->streams[packet->stream_index];
	int64_t *last = &source->last_us[packet->stream_index], pts, dts;

	if (packet->pts == AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE ||
	    packet->size <= 0 || packet->flags & AV_PKT_FLAG_CORRUPT)
		return -EBADMSG;
	if (packet->size > PACKET)
		return -EFBIG;
	pts = source_us(st, packet->pts);
	dts = source_us(st, packet->dts);
	if (pts < -EARLY_US || dts < -EARLY_US || packet->duration < 0)
		return -EBADMSG;
	if (pts > MOST_US || dts > MOST_US || source_us(st, packet->duration) > MOST_US)
		return -EOVERFLOW;
	if (pts + source_us(st, packet->duration) > *last)
		*last = pts + source_us(st, packet->duration);
	return 0;
}

int source_read(struct source *source, AVPacket *packet)
{
	int err;

	do {
		av_packet_unref(packet);
		err = av_read_frame(source->format, packet);
	} while (!err &&
		 source->format->streams[packet->stream_index]->discard == AVDISCARD_ALL);
	if (source->disk.err)
		return source->disk.err;
	if (err == AVERROR_EOF)
		return check_end(source);
	return err < 0 ? fault_errno(err) : check_packet(source, packet);
}

int source_seek(struct source *source, const AVStream *stream, int64_t at_us)
{
	int64_t stamp = av_rescale_q(at_us, AV_TIME_BASE_Q, stream->time_base);
	int err = av_seek_frame(source->format, stream->index, stamp,
				AVSEEK_FLAG_BACKWARD);

	/* the first picture may come after the beginning */
	if (err < 0)
		err = av_seek_frame(source->format, stream->index, stamp, 0);
	return err < 0 ? -EBADMSG : 0;
}
