#include "plugins/record_mp4.h"

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <stdlib.h>

#define BIT_RATE  64000
#define FRAME     1024                          /* samples of an AAC frame */
#define TOLERANCE (MP4_SOUND_HZ / 25)           /* rounding of times is no gap */
#define GAP_MAX   (INT64_C(600) * MP4_SOUND_HZ) /* longer: the file is damaged */

struct mp4_aac {
	AVCodecContext *dec, *enc;
	AVFrame *decoded, *frame; /* frame: what the encoder gets next */
	AVPacket *packet;
	struct mp4_sink sink;
	int n;      /* samples in `frame` */
	int64_t at; /* samples since the start, those in `frame` included */
};

static int open_decoder(struct mp4_aac *aac, const AVCodecParameters *opus)
{
	const AVCodec *codec = avcodec_find_decoder_by_name("libopus");

	if (!codec)
		codec = avcodec_find_decoder(AV_CODEC_ID_OPUS);
	if (!codec)
		return -ENOTSUP;
	aac->dec = avcodec_alloc_context3(codec);
	if (!aac->dec || avcodec_parameters_to_context(aac->dec, opus) < 0)
		return -ENOMEM;
	aac->dec->request_sample_fmt = AV_SAMPLE_FMT_FLT;
	aac->dec->thread_count = 1;
	return mp4_errno(avcodec_open2(aac->dec, codec, NULL));
}

static int open_encoder(struct mp4_aac *aac)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("aac");

	if (!codec)
		return -ENOTSUP;
	aac->enc = avcodec_alloc_context3(codec);
	if (!aac->enc)
		return -ENOMEM;
	aac->enc->sample_fmt = AV_SAMPLE_FMT_FLTP;
	aac->enc->sample_rate = MP4_SOUND_HZ;
	aac->enc->bit_rate = BIT_RATE;
	aac->enc->time_base = (AVRational){1, MP4_SOUND_HZ};
	aac->enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	aac->enc->thread_count = 1;
	av_channel_layout_default(&aac->enc->ch_layout, 1);
	/* two thirds of the time, and no worse at this rate; without it all the same */
	av_opt_set(aac->enc->priv_data, "aac_coder", "fast", 0);
	return mp4_errno(avcodec_open2(aac->enc, codec, NULL));
}

int mp4_aac_create(struct mp4_aac **out, const AVCodecParameters *opus,
		   struct mp4_sink sink)
{
	struct mp4_aac *aac = calloc(1, sizeof(*aac));
	int err;

	if (!aac)
		return -ENOMEM;
	aac->sink = sink;
	aac->decoded = av_frame_alloc();
	aac->frame = av_frame_alloc();
	aac->packet = av_packet_alloc();
	err = aac->decoded && aac->frame && aac->packet ? open_decoder(aac, opus)
							: -ENOMEM;
	if (!err)
		err = open_encoder(aac);
	if (err) {
		mp4_aac_destroy(aac);
		return err;
	}
	*out = aac;
	return 0;
}

void mp4_aac_destroy(struct mp4_aac *aac)
{
	if (!aac)
		return;
	avcodec_free_context(&aac->dec);
	avcodec_free_context(&aac->enc);
	av_frame_free(&aac->decoded);
	av_frame_free(&aac->frame);
	av_packet_free(&aac->packet);
	free(aac);
}

int mp4_aac_parameters(const struct mp4_aac *aac, AVCodecParameters *out)
{
	return mp4_errno(avcodec_parameters_from_context(out, aac->enc));
}

/* NULL ends the stream. */
static int encode(struct mp4_aac *aac, const AVFrame *frame)
{
	int err = avcodec_send_frame(aac->enc, frame);

	while (err >= 0) {
		err = avcodec_receive_packet(aac->enc, aac->packet);
		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err >= 0)
			err = aac->sink.packet(aac->sink.ctx, aac->packet);
		av_packet_unref(aac->packet);
	}
	return mp4_errno(err);
}

static int send_frame(struct mp4_aac *aac)
{
	int err;

	aac->frame->nb_samples = aac->n;
	aac->frame->pts = aac->at - aac->n;
	err = encode(aac, aac->frame);
	av_frame_unref(aac->frame);
	aac->n = 0;
	return err;
}

/* A frame of its own each time: the encoder keeps references. */
static int new_frame(struct mp4_aac *aac)
{
	aac->frame->format = AV_SAMPLE_FMT_FLTP;
	aac->frame->sample_rate = MP4_SOUND_HZ;
	aac->frame->nb_samples = FRAME;
	av_channel_layout_default(&aac->frame->ch_layout, 1);
	return mp4_errno(av_frame_get_buffer(aac->frame, 0));
}

static float *plane(const AVFrame *f, int c)
{
	return (float *)(void *)f->data[c]; /* libavutil aligns it for more than this */
}

static int put_sample(struct mp4_aac *aac, float v)
{
	int err = aac->n == 0 ? new_frame(aac) : 0;

	if (err)
		return err;
	plane(aac->frame, 0)[aac->n++] = v;
	aac->at++;
	return aac->n == FRAME ? send_frame(aac) : 0;
}

int mp4_aac_fill(struct mp4_aac *aac, int64_t until)
{
	int err = 0;

	while (!err && aac->at < until)
		err = put_sample(aac, 0);
	return err;
}

/* One sample of all channels together. */
static float sample(const AVFrame *f, int i)
{
	int n = f->ch_layout.nb_channels, c;
	float sum = 0;

	for (c = 0; c < n; c++)
		sum += av_sample_fmt_is_planar(f->format) ? plane(f, c)[i]
							  : plane(f, 0)[i * n + c];
	return sum / (float)n;
}

static int put_decoded(struct mp4_aac *aac, int64_t pts)
{
	const AVFrame *f = aac->decoded;
	int i = 0, err = 0;

	if (f->format != AV_SAMPLE_FMT_FLT && f->format != AV_SAMPLE_FMT_FLTP)
		return -ENOTSUP;
	/* where it begins is exact: what follows it stands by it */
	if (pts > aac->at + (aac->at ? TOLERANCE : 0))
		err = mp4_aac_fill(aac, pts);
	else if (pts < aac->at - TOLERANCE)
		i = (int)FFMIN(aac->at - pts, f->nb_samples);
	for (; !err && i < f->nb_samples; i++)
		err = put_sample(aac, sample(f, i));
	return err;
}

int mp4_aac_push(struct mp4_aac *aac, const AVPacket *opus, int64_t pts)
{
	int err;

	if (pts < 0 || pts > aac->at + GAP_MAX)
		return -EBADMSG;
	err = avcodec_send_packet(aac->dec, opus);
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	/* a packet nobody can decode is a gap, and the next one fills it */
	while (err >= 0) {
		err = avcodec_receive_frame(aac->dec, aac->decoded);
		if (err < 0)
			break;
		err = put_decoded(aac, pts);
		pts += aac->decoded->nb_samples;
		av_frame_unref(aac->decoded);
		if (err)
			return err;
	}
	return 0;
}

int mp4_aac_flush(struct mp4_aac *aac)
{
	int err = aac->n ? send_frame(aac) : 0;

	return err ? err : encode(aac, NULL);
}
