/* VP8 by libvpx through libavcodec, for viewers that cannot decode H.264. */
#include "mixer/encoder.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <stdlib.h>

#define QUIET 64
#define NEVER 1000000 /* frames between key frames that nobody asked for */

struct encoder_vpx {
	struct encoder base; /* first */
	AVCodecContext *ctx;
	AVFrame *frame;
	AVPacket *packet;
	int64_t origin_us;
	int64_t last_tick; /* libvpx derives the frame rate from ticks of 1/fps */
};

static void vpx_destroy(struct encoder *enc)
{
	struct encoder_vpx *self = (struct encoder_vpx *)enc;

	avcodec_free_context(&self->ctx);
	av_frame_free(&self->frame);
	av_packet_free(&self->packet);
	free(self);
}

static void borrow(AVFrame *frame, const struct picture *pic)
{
	frame->format = AV_PIX_FMT_YUV420P;
	frame->width = pic->w_px;
	frame->height = pic->h_px;
	frame->data[0] = pic->y;
	frame->data[1] = pic->u;
	frame->data[2] = pic->v;
	frame->linesize[0] = pic->y_stride;
	frame->linesize[1] = pic->u_stride;
	frame->linesize[2] = pic->v_stride;
}

static int vpx_encode(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		      bool key, struct au **out)
{
	struct encoder_vpx *self = (struct encoder_vpx *)enc;
	int64_t tick;
	int err;

	if (!enc->started)
		self->origin_us = pts_us;
	tick = ((pts_us - self->origin_us) * enc->conf.fps + 500000) / 1000000;
	if (enc->started && tick <= self->last_tick)
		tick = self->last_tick + 1;
	borrow(self->frame, pic);
	self->frame->pts = tick;
	self->frame->pict_type = key || !enc->started ? AV_PICTURE_TYPE_I
						      : AV_PICTURE_TYPE_NONE;
	err = avcodec_send_frame(self->ctx, self->frame);
	if (err >= 0)
		err = avcodec_receive_packet(self->ctx, self->packet);
	if (err < 0)
		return -EIO;
	self->last_tick = tick;
	err = au_create(out, self->packet->data, (size_t)self->packet->size);
	if (!err && self->packet->flags & AV_PKT_FLAG_KEY)
		(*out)->flags |= AU_KEY;
	av_packet_unref(self->packet);
	return err;
}

static const struct encoder_ops ops = {
	.destroy = vpx_destroy,
	.encode = vpx_encode,
};

static void fill_context(AVCodecContext *ctx, const struct encoder_conf *conf)
{
	/* the size of a key frame, in percent of the mean frame's: half a buffer */
	uint64_t intra = (uint64_t)conf->vbv_ms * conf->fps / 20;

	ctx->width = conf->w_px;
	ctx->height = conf->h_px;
	ctx->pix_fmt = AV_PIX_FMT_YUV420P;
	ctx->time_base = (AVRational){1, conf->fps};
	ctx->framerate = (AVRational){conf->fps, 1};
	ctx->thread_count = 1;
	ctx->bit_rate = conf->bps;
	ctx->rc_max_rate = conf->bps;
	ctx->rc_min_rate = conf->bps;
	ctx->rc_buffer_size = (int)((uint64_t)conf->bps * conf->vbv_ms / 1000);
	ctx->rc_initial_buffer_occupancy = ctx->rc_buffer_size / 4 * 3;
	ctx->gop_size = NEVER;
	ctx->keyint_min = NEVER; /* the same: no automatic ones */
	ctx->qmin = 4;
	ctx->qmax = 60;
	ctx->log_level_offset = QUIET;
	av_opt_set(ctx->priv_data, "deadline", "realtime", 0);
	av_opt_set_int(ctx->priv_data, "cpu-used", 8, 0);
	av_opt_set_int(ctx->priv_data, "lag-in-frames", 0, 0);
	av_opt_set_int(ctx->priv_data, "error-resilient", 0, 0);
	av_opt_set_int(ctx->priv_data, "undershoot-pct", 100, 0);
	av_opt_set_int(ctx->priv_data, "overshoot-pct", 15, 0);
	av_opt_set_int(ctx->priv_data, "static-thresh", 1, 0);
	av_opt_set_int(ctx->priv_data, "max-intra-rate",
		       (int64_t)(intra < 300 ? 300 : intra), 0);
}

int encoder_vpx_create(struct encoder **out, const struct encoder_conf *conf)
{
	const AVCodec *impl = avcodec_find_encoder_by_name("libvpx");
	struct encoder_vpx *self;
	int err = -ENOMEM;

	if (!impl)
		return -ENOTSUP;
	self = calloc(1, sizeof(*self));
	if (!self)
		return -ENOMEM;
	self->base.ops = &ops;
	self->base.conf = *conf;
	self->ctx = avcodec_alloc_context3(impl);
	self->frame = av_frame_alloc();
	self->packet = av_packet_alloc();
	if (!self->ctx || !self->frame || !self->packet)
		goto out;
	fill_context(self->ctx, conf);
	err = avcodec_open2(self->ctx, impl, NULL) < 0 ? -EIO : 0;
out:
	if (err)
		vpx_destroy(&self->base);
	else
		*out = &self->base;
	return err;
}
