#include "mixer/encoder_lavc.h"

#include <errno.h>
#include <stdlib.h>

#define QUIET 64
#define NEVER 1000000 /* frames between key frames that nobody asked for */

struct encoder_lavc {
	struct encoder base; /* first */
	const struct encoder_lavc_kind *kind;
	AVCodecContext *ctx;
	AVFrame *frame;
	AVPacket *packet;
	/* Of 1/fps. The libraries derive the frame rate from them: told of the real time,
	 * they would take a rest for a low rate, and give the next page all that was
	 * not used meanwhile. So they count frames. */
	int64_t tick;
};

static void lavc_destroy(struct encoder *enc)
{
	struct encoder_lavc *self = (struct encoder_lavc *)enc;

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

static int take_packet(struct encoder_lavc *self, struct au **out)
{
	AVPacket *packet = self->packet;
	struct encoder_payload part = {packet->data, (size_t)packet->size};
	int err;

	if (self->kind->trim)
		part = self->kind->trim(part.data, part.len);
	err = part.len ? au_create(out, part.data, part.len) : -EIO;
	if (!err && packet->flags & AV_PKT_FLAG_KEY)
		(*out)->flags |= AU_KEY;
	av_packet_unref(packet);
	return err;
}

static int lavc_encode(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		       bool key, struct au **out)
{
	struct encoder_lavc *self = (struct encoder_lavc *)enc;
	int err;

	(void)pts_us;
	borrow(self->frame, pic);
	self->frame->pts = self->tick;
	self->frame->pict_type = key || !enc->started ? AV_PICTURE_TYPE_I
						      : AV_PICTURE_TYPE_NONE;
	err = avcodec_send_frame(self->ctx, self->frame);
	if (err >= 0)
		err = avcodec_receive_packet(self->ctx, self->packet);
	if (err < 0)
		return -EIO;
	self->tick++;
	return take_packet(self, out);
}

static const struct encoder_ops ops = {
	.destroy = lavc_destroy,
	.encode = lavc_encode,
};

static void fill_context(AVCodecContext *ctx, const struct encoder_conf *conf)
{
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
	ctx->log_level_offset = QUIET;
}

int encoder_lavc_create(struct encoder **out, const struct encoder_conf *conf,
			const struct encoder_lavc_kind *kind)
{
	const AVCodec *impl = avcodec_find_encoder_by_name(kind->name);
	struct encoder_lavc *self;
	int err = -ENOMEM;

	if (!impl)
		return -ENOTSUP;
	self = calloc(1, sizeof(*self));
	if (!self)
		return -ENOMEM;
	self->base.ops = &ops;
	self->base.conf = *conf;
	self->kind = kind;
	self->ctx = avcodec_alloc_context3(impl);
	self->frame = av_frame_alloc();
	self->packet = av_packet_alloc();
	if (!self->ctx || !self->frame || !self->packet)
		goto out;
	fill_context(self->ctx, conf);
	kind->fill(self->ctx, conf);
	err = avcodec_open2(self->ctx, impl, NULL) < 0 ? -EIO : 0;
out:
	if (err)
		lavc_destroy(&self->base);
	else
		*out = &self->base;
	return err;
}
