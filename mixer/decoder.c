#include "mixer/decoder.h"

#include "base/limits.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>
#include <libavutil/log.h>
#include <stdlib.h>

/* Added to the level of each message of a context: below anything shown. */
#define QUIET 64

#define PIXELS_MAX ((int64_t)LIMIT_PIXELS)

struct decoder {
	AVCodecContext *ctx;
	AVPacket *packet;
	AVFrame *frame;
	bool refused; /* by pick_format() during the call that runs */
};

static enum AVPixelFormat pick_format(AVCodecContext *ctx, const enum AVPixelFormat *list)
{
	struct decoder *dec = ctx->opaque;

	for (; *list != AV_PIX_FMT_NONE; list++)
		if (*list == AV_PIX_FMT_YUV420P || *list == AV_PIX_FMT_YUVJ420P)
			return *list;
	dec->refused = true;
	return AV_PIX_FMT_NONE;
}

static enum AVCodecID id_of(enum codec codec)
{
	switch (codec) {
	case CODEC_H264:
		return AV_CODEC_ID_H264;
	case CODEC_VP8:
		return AV_CODEC_ID_VP8;
	case CODEC_VP9:
		return AV_CODEC_ID_VP9;
	case CODEC_NONE:
	case CODEC_AV1:
	case CODEC_OPUS:
		break;
	}
	return AV_CODEC_ID_NONE;
}

/* Allocates the size it is told, but not more than a picture of the limit has:
 * the codecs ask here before they decode a single sample. */
static int get_buffer(AVCodecContext *ctx, AVFrame *frame, int flags)
{
	struct decoder *dec = ctx->opaque;

	if (frame->width <= 0 || frame->height <= 0 ||
	    (int64_t)ctx->width * ctx->height > PIXELS_MAX) {
		dec->refused = true;
		return AVERROR(EINVAL);
	}
	return avcodec_default_get_buffer2(ctx, frame, flags);
}

int decoder_create(struct decoder **out, enum codec codec)
{
	enum AVCodecID id = id_of(codec);
	const AVCodec *impl = id == AV_CODEC_ID_NONE ? NULL : avcodec_find_decoder(id);
	struct decoder *dec;
	int err = -ENOMEM;

	if (!impl)
		return -ENOTSUP;
	/* Damaged input is normal here; the counters tell it, not stderr. Some
	 * messages belong to no context, so that QUIET does not reach them. */
	if (av_log_get_level() > AV_LOG_PANIC)
		av_log_set_level(AV_LOG_PANIC);
	dec = calloc(1, sizeof(*dec));
	if (!dec)
		return -ENOMEM;
	dec->ctx = avcodec_alloc_context3(impl);
	dec->packet = av_packet_alloc();
	dec->frame = av_frame_alloc();
	if (!dec->ctx || !dec->packet || !dec->frame)
		goto out;
	dec->ctx->opaque = dec;
	dec->ctx->thread_count = 1;
	dec->ctx->flags |= AV_CODEC_FLAG_LOW_DELAY;
	dec->ctx->max_pixels = PIXELS_MAX;
	dec->ctx->get_format = pick_format;
	dec->ctx->get_buffer2 = get_buffer;
	dec->ctx->log_level_offset = QUIET;
	if (avcodec_open2(dec->ctx, impl, NULL) >= 0)
		err = 0;
out:
	if (err)
		decoder_destroy(dec);
	else
		*out = dec;
	return err;
}

void decoder_destroy(struct decoder *dec)
{
	if (!dec)
		return;
	avcodec_free_context(&dec->ctx);
	av_packet_free(&dec->packet);
	av_frame_free(&dec->frame);
	free(dec);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libavutil's prototype */
static void drop_au(void *au, uint8_t *data)
{
	(void)data;
	au_put(au);
}

/* Lends the bytes of the unit to libavcodec, which counts on padding after
 * them: au_create() leaves it. */
static int send_unit(struct decoder *dec, struct au *au)
{
	AVPacket *packet = dec->packet;
	int err;

	packet->buf = av_buffer_create(au->data,
				       au->len + (size_t)AV_INPUT_BUFFER_PADDING_SIZE,
				       drop_au, au_get(au), AV_BUFFER_FLAG_READONLY);
	if (!packet->buf) {
		au_put(au);
		return -ENOMEM;
	}
	packet->data = au->data;
	packet->size = (int)au->len;
	packet->pts = packet->dts = AV_NOPTS_VALUE;
	packet->flags = au->flags & AU_KEY ? AV_PKT_FLAG_KEY : 0;
	err = avcodec_send_packet(dec->ctx, packet);
	av_packet_unref(packet);
	return err;
}

static void release_frame(void *owner)
{
	AVFrame *frame = owner;

	av_frame_free(&frame);
}

/* Makes a picture that holds the frame's planes. */
static int wrap_frame(struct picture **out, AVFrame *frame)
{
	struct picture *pic;
	AVFrame *held;

	if (frame->format != AV_PIX_FMT_YUV420P && frame->format != AV_PIX_FMT_YUVJ420P)
		return -EFBIG;
	if (frame->width <= 0 || frame->height <= 0 ||
	    (int64_t)frame->width * frame->height > PIXELS_MAX ||
	    frame->width > UINT16_MAX || frame->height > UINT16_MAX)
		return -EFBIG;
	pic = calloc(1, sizeof(*pic));
	held = av_frame_alloc();
	if (!pic || !held) {
		free(pic);
		av_frame_free(&held);
		return -ENOMEM;
	}
	av_frame_move_ref(held, frame);
	*pic = (struct picture){
		.w_px = (uint16_t)held->width,
		.h_px = (uint16_t)held->height,
		.full_range = held->format == AV_PIX_FMT_YUVJ420P ||
			      held->color_range == AVCOL_RANGE_JPEG,
		.y = held->data[0],
		.u = held->data[1],
		.v = held->data[2],
		.y_stride = held->linesize[0],
		.u_stride = held->linesize[1],
		.v_stride = held->linesize[2],
		.release = release_frame,
		.owner = held,
	};
	*out = pic;
	return 0;
}

int decoder_decode(struct decoder *dec, struct au *au, struct picture **out)
{
	struct picture *newest = NULL;
	int err, bad = 0;

	if (!au->len || au->len > LIMIT_AU_BYTES)
		return -EBADMSG;
	dec->refused = false;
	err = send_unit(dec, au);
	if (err < 0)
		return err == -ENOMEM ? -ENOMEM : dec->refused ? -EFBIG : -EBADMSG;
	while ((err = avcodec_receive_frame(dec->ctx, dec->frame)) >= 0) {
		struct picture *pic = NULL;

		bad = wrap_frame(&pic, dec->frame);
		av_frame_unref(dec->frame);
		if (bad)
			break;
		picture_destroy(newest); /* one unit, one picture: the last one counts */
		newest = pic;
	}
	if (!bad && err != AVERROR(EAGAIN))
		bad = dec->refused ? -EFBIG : -EBADMSG;
	if (bad) {
		picture_destroy(newest);
		return bad;
	}
	if (newest)
		newest->rotation_deg = au->rotation_deg;
	*out = newest;
	return 0;
}
