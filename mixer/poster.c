#include "mixer/poster.h"

#include "mixer/scale.h"

#include <errno.h>
#include <libavcodec/avcodec.h>

#define QUIET   64
#define QUALITY 6 /* quantiser: 2 is best, 31 worst */

/* Small enough, full range as JPEG wants it. */
static int shrink(struct picture **out, const struct picture *canvas)
{
	uint16_t w = canvas->w_px, h = canvas->h_px;
	struct picture *pic = NULL;
	int err;

	if (w > POSTER_W_MAX) {
		uint32_t scaled = (uint32_t)h * POSTER_W_MAX / w / 2 * 2;

		h = (uint16_t)(scaled < 2 ? 2 : scaled);
		w = POSTER_W_MAX;
	}
	err = picture_create(&pic, w, h);
	if (err)
		return err;
	err = scale_whole(canvas, pic);
	if (err) {
		picture_destroy(pic);
		return err;
	}
	picture_convert_range(pic, pic, true);
	*out = pic;
	return 0;
}

static int open_encoder(AVCodecContext **out, const struct picture *pic)
{
	const AVCodec *impl = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	AVCodecContext *ctx = impl ? avcodec_alloc_context3(impl) : NULL;

	if (!ctx)
		return impl ? -ENOMEM : -EIO;
	ctx->width = pic->w_px;
	ctx->height = pic->h_px;
	ctx->pix_fmt = AV_PIX_FMT_YUVJ420P;
	ctx->color_range = AVCOL_RANGE_JPEG;
	ctx->time_base = (AVRational){1, 25};
	ctx->thread_count = 1;
	ctx->flags |= AV_CODEC_FLAG_QSCALE;
	ctx->global_quality = QUALITY * FF_QP2LAMBDA;
	ctx->log_level_offset = QUIET;
	if (avcodec_open2(ctx, impl, NULL) < 0) {
		avcodec_free_context(&ctx);
		return -EIO;
	}
	*out = ctx;
	return 0;
}

static int encode(struct au **out, AVCodecContext *ctx, const struct picture *pic)
{
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	int err = -ENOMEM;

	if (!frame || !packet)
		goto out;
	frame->format = AV_PIX_FMT_YUVJ420P;
	frame->width = pic->w_px;
	frame->height = pic->h_px;
	frame->quality = ctx->global_quality;
	frame->data[0] = pic->y;
	frame->data[1] = pic->u;
	frame->data[2] = pic->v;
	frame->linesize[0] = pic->y_stride;
	frame->linesize[1] = pic->u_stride;
	frame->linesize[2] = pic->v_stride;
	err = -EIO;
	if (avcodec_send_frame(ctx, frame) < 0 || avcodec_receive_packet(ctx, packet) < 0)
		goto out;
	err = au_create(out, packet->data, (size_t)packet->size);
out:
	av_frame_free(&frame);
	av_packet_free(&packet);
	return err;
}

int poster_create(struct au **out, const struct picture *canvas)
{
	struct picture *pic = NULL;
	AVCodecContext *ctx = NULL;
	struct au *au = NULL;
	int err = shrink(&pic, canvas);

	if (err)
		return err;
	err = open_encoder(&ctx, pic);
	if (!err)
		err = encode(&au, ctx, pic);
	if (!err) {
		au->w_px = pic->w_px;
		au->h_px = pic->h_px;
		*out = au;
	}
	avcodec_free_context(&ctx);
	picture_destroy(pic);
	return err;
}
