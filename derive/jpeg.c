#include "derive/jpeg.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <string.h>

int jpeg_frame(AVFrame **out, int w_px, int h_px)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return -ENOMEM;
	frame->format = AV_PIX_FMT_YUVJ420P;
	frame->color_range = AVCOL_RANGE_JPEG;
	frame->width = w_px;
	frame->height = h_px;
	if (av_frame_get_buffer(frame, 0) < 0) {
		av_frame_free(&frame);
		return -ENOMEM;
	}
	for (int p = 0; p < 3; p++)
		memset(frame->data[p], p ? 128 : 0,
		       (size_t)frame->linesize[p] * (size_t)(p ? h_px / 2 : h_px));
	*out = frame;
	return 0;
}

/* The largest even size of that shape. */
static void fit(const AVFrame *from, struct jpeg_box *box)
{
	int64_t w = box->w_px, h = w * from->height / from->width;

	if (h > box->h_px) {
		h = box->h_px;
		w = h * from->width / from->height;
	}
	w = w < 2 ? 2 : w & ~INT64_C(1);
	h = h < 2 ? 2 : h & ~INT64_C(1);
	box->x += (box->w_px - (int)w) / 4 * 2;
	box->y += (box->h_px - (int)h) / 4 * 2;
	box->w_px = (int)w;
	box->h_px = (int)h;
}

int jpeg_draw(struct SwsContext **scaler, const AVFrame *from, AVFrame *to,
	      const struct jpeg_box *box)
{
	const int *coefficients = sws_getCoefficients(
		from->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
	bool full = from->color_range == AVCOL_RANGE_JPEG ||
		    from->format == AV_PIX_FMT_YUVJ420P;
	struct jpeg_box fitted = *box;
	uint8_t *planes[4] = {NULL};

	fit(from, &fitted);
	*scaler = sws_getCachedContext(*scaler, from->width, from->height, from->format,
				       fitted.w_px, fitted.h_px, to->format, SWS_AREA,
				       NULL, NULL, NULL);
	if (!*scaler)
		return -EBADMSG;
	/* JPEG files are of BT.601 in full range */
	sws_setColorspaceDetails(*scaler, coefficients, full,
				 sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16,
				 1 << 16);
	for (int p = 0; p < 3; p++) {
		int half = p > 0;

		planes[p] = to->data[p] +
			    (ptrdiff_t)(fitted.y >> half) * to->linesize[p] +
			    (fitted.x >> half);
	}
	return sws_scale(*scaler, (const uint8_t *const *)from->data, from->linesize, 0,
			 from->height, planes, to->linesize) > 0
		       ? 0
		       : -EBADMSG;
}

static int codec_open(AVCodecContext **out, const AVFrame *frame, int quality)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	AVCodecContext *context = codec ? avcodec_alloc_context3(codec) : NULL;

	*out = context;
	if (!context)
		return codec ? -ENOMEM : -ENOTSUP;
	context->width = frame->width;
	context->height = frame->height;
	context->pix_fmt = frame->format;
	context->color_range = AVCOL_RANGE_JPEG;
	context->time_base = (AVRational){1, 1};
	context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
	context->global_quality = quality * FF_QP2LAMBDA;
	context->thread_count = 1;
	return fault_errno(avcodec_open2(context, codec, NULL));
}

int jpeg_write(const AVFrame *frame, int quality, const struct folder *folder,
	       const char *name)
{
	AVFrame *copy = av_frame_clone(frame);
	AVPacket *packet = av_packet_alloc();
	AVCodecContext *context = NULL;
	int err = copy && packet ? 0 : -ENOMEM;

	if (!err)
		err = codec_open(&context, frame, quality);
	if (!err) {
		copy->quality = context->global_quality;
		copy->pict_type = AV_PICTURE_TYPE_I;
		copy->pts = 0;
		err = fault_errno(avcodec_send_frame(context, copy));
	}
	if (!err)
		err = fault_errno(avcodec_receive_packet(context, packet));
	if (!err)
		err = folder_write(folder, name, packet->data, (size_t)packet->size);
	avcodec_free_context(&context);
	av_packet_free(&packet);
	av_frame_free(&copy);
	return err;
}
