#include "mixer/still.h"

#include "mixer/scale.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <stdlib.h>

#define QUIET 64
#define FAIR  55 /* the quality of a poster, of 100 */
#define BEST  90

/* Worse than that, a smaller picture tells more. Pages can be read at the lowest
 * quality of WebP, which spends its bits on edges. */
#define LEAST_WEBP 1
#define LEAST_JPEG 10

/* ---- the job -------------------------------------------------------------- */

static uint16_t part(uint32_t side, uint32_t of, uint32_t whole)
{
	uint32_t v = side * of / whole / 2 * 2;

	return (uint16_t)(v < STILL_SIDE_MIN ? STILL_SIDE_MIN : v);
}

/* A smaller copy, its longer side at most `side_px`. */
static int shrink(struct picture **out, const struct picture *src, uint16_t side_px)
{
	uint16_t longer = src->w_px > src->h_px ? src->w_px : src->h_px;
	uint16_t w = src->w_px, h = src->h_px;
	struct picture *pic = NULL;
	int err;

	if (side_px < longer) {
		w = part(src->w_px, side_px, longer);
		h = part(src->h_px, side_px, longer);
	}
	err = picture_create(&pic, w, h);
	if (err)
		return err;
	err = scale_whole(src, pic);
	if (err)
		picture_destroy(pic);
	else
		*out = pic;
	return err;
}

int still_job_create(struct still_job **out, const struct picture *canvas,
		     const struct still_spec *spec)
{
	struct still_job *job = calloc(1, sizeof(*job));
	int err;

	if (!job)
		return -ENOMEM;
	job->spec = *spec;
	err = shrink(&job->pic, canvas, spec->side_px);
	if (err)
		free(job);
	else
		*out = job;
	return err;
}

void still_job_destroy(struct still_job *job)
{
	if (!job)
		return;
	picture_destroy(job->pic);
	free(job);
}

/* ---- one file of one quality ---------------------------------------------- */

static int open_encoder(AVCodecContext **out, const AVCodec *impl,
			const struct picture *pic, int quality)
{
	bool jpeg = impl->id == AV_CODEC_ID_MJPEG;
	AVCodecContext *ctx = avcodec_alloc_context3(impl);

	if (!ctx)
		return -ENOMEM;
	ctx->width = pic->w_px;
	ctx->height = pic->h_px;
	ctx->pix_fmt = jpeg ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
	ctx->color_range = jpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	ctx->time_base = (AVRational){1, 25};
	ctx->thread_count = 1;
	ctx->log_level_offset = QUIET;
	if (jpeg) { /* its quantiser: 2 is best, 31 worst */
		ctx->flags |= AV_CODEC_FLAG_QSCALE;
		ctx->global_quality = (2 + (100 - quality) * 29 / 100) * FF_QP2LAMBDA;
	} else {
		av_opt_set_double(ctx->priv_data, "quality", quality, 0);
		av_opt_set_int(ctx->priv_data, "compression_level", 4, 0);
	}
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
	frame->format = ctx->pix_fmt;
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

static int make(struct au **out, const AVCodec *impl, struct picture *pic, int quality)
{
	AVCodecContext *ctx = NULL;
	int err;

	picture_convert_range(pic, pic, impl->id == AV_CODEC_ID_MJPEG);
	err = open_encoder(&ctx, impl, pic, quality);
	if (!err)
		err = encode(out, ctx, pic);
	avcodec_free_context(&ctx);
	if (!err) {
		(*out)->w_px = pic->w_px;
		(*out)->h_px = pic->h_px;
	}
	return err;
}

/* ---- what fits ------------------------------------------------------------ */

/* The best quality of this size that fits; -EMSGSIZE when none does. */
static int fit(struct au **out, const AVCodec *impl, struct picture *pic,
	       uint32_t max_bytes)
{
	int low = impl->id == AV_CODEC_ID_MJPEG ? LEAST_JPEG : LEAST_WEBP;
	int high = BEST, quality = low, err;
	struct au *best = NULL, *au = NULL;

	/* the worst first, to see whether it fits at all; then halving */
	for (; low <= high; quality = (low + high) / 2) {
		err = make(&au, impl, pic, quality);
		if (err) {
			au_put(best);
			return err;
		}
		if (au->len > max_bytes) {
			au_put(au);
			high = quality - 1;
			if (!best)
				break;
			continue;
		}
		au_put(best);
		best = au;
		/* nine tenths are as good as all of it */
		if (best->len >= max_bytes - max_bytes / 10)
			break;
		low = quality + 1;
	}
	*out = best;
	return best ? 0 : -EMSGSIZE;
}

static int fit_any_size(struct au **out, const AVCodec *impl, struct still_job *job)
{
	for (;;) {
		struct picture *pic = job->pic, *smaller = NULL;
		uint16_t longer = pic->w_px > pic->h_px ? pic->w_px : pic->h_px;
		int err = fit(out, impl, pic, job->spec.max_bytes);

		if (err != -EMSGSIZE || longer < 4 * STILL_SIDE_MIN)
			return err;
		/* the scaler knows limited range as well as full */
		err = shrink(&smaller, pic, (uint16_t)(longer * 3u / 4));
		if (err)
			return err;
		smaller->full_range = pic->full_range;
		picture_destroy(pic);
		job->pic = smaller;
	}
}

int still_make(struct au **out, struct still_job *job)
{
	const AVCodec *jpeg = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	const AVCodec *webp = avcodec_find_encoder_by_name("libwebp");
	struct au *au = NULL;
	int err = -EIO;

	if (!job->spec.max_bytes)
		err = jpeg ? make(&au, jpeg, job->pic, FAIR) : -EIO;
	else if (jpeg || (webp && !job->spec.jpeg))
		err = fit_any_size(&au, webp && !job->spec.jpeg ? webp : jpeg, job);
	if (err)
		return err;
	au->pts_us = job->pts_us;
	*out = au;
	return 0;
}
