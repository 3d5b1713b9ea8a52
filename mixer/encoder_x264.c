/* H.264 for everybody: constrained baseline or high profile, Annex B, parameter
 * sets before each IDR.
 */
#include "mixer/encoder.h"

#include <errno.h>
#include <stdlib.h>
/* x264.h wants stdint.h before it */
#include <x264.h>

#define PAGE_QP_MIN 16

struct encoder_x264 {
	struct encoder base; /* first */
	x264_t *x264;
	int64_t origin_us; /* pts of the first frame: keeps the encoder's times small */
};

static void x264_destroy(struct encoder *enc)
{
	struct encoder_x264 *self = (struct encoder_x264 *)enc;

	if (self->x264)
		x264_encoder_close(self->x264);
	free(self);
}

/* By effort. Ultrafast would need several times the bits for people; what is
 * slower than faster costs twice the time for nothing that can be seen. */
static const char *const presets[] = {"superfast", "veryfast", "faster"};

/* A page that turns is one large frame, then nothing moves. A better search pays in
 * bits and costs little, since most of the picture is skipped; the filter against
 * blocks takes the edges off letters; and the quantiser need not be held steady over
 * time. Below PAGE_QP_MIN nothing can be seen any more, only paid for. */
static void tune_for_pages(x264_param_t *p)
{
	if (p->analyse.i_me_method < X264_ME_HEX)
		p->analyse.i_me_method = X264_ME_HEX;
	if (p->analyse.i_subpel_refine < 2)
		p->analyse.i_subpel_refine = 2;
	p->b_deblocking_filter = 0;
	p->rc.f_qcompress = 0;
	p->rc.i_qp_min = PAGE_QP_MIN;
}

static int fill_param(x264_param_t *p, const struct encoder_conf *conf)
{
	if (x264_param_default_preset(p, presets[conf->effort], "zerolatency") < 0)
		return -EIO;
	p->i_log_level = X264_LOG_NONE;
	p->i_threads = 1;
	p->b_sliced_threads = 0;
	p->i_lookahead_threads = 1;
	p->i_width = conf->w_px;
	p->i_height = conf->h_px;
	p->i_csp = X264_CSP_I420;
	p->i_fps_num = conf->fps;
	p->i_fps_den = 1;
	/* Variable rate input would hold each frame back until the next one comes.
	 * So the rate control counts frames, not time: what is left out while
	 * nothing moves is rate not used, never a burst later. */
	p->b_vfr_input = 0;
	p->i_keyint_max = X264_KEYINT_MAX_INFINITE;
	p->i_scenecut_threshold = 0;
	p->b_repeat_headers = 1;
	p->b_annexb = 1;
	p->rc.i_rc_method = X264_RC_ABR;
	p->rc.i_bitrate = (int)(conf->bps / 1000);
	p->rc.i_vbv_max_bitrate = (int)(conf->bps / 1000);
	p->rc.i_vbv_buffer_size = (int)((uint64_t)conf->bps * conf->vbv_ms / 1000000);
	p->vui.b_fullrange = 0;
	p->vui.i_colorprim = 6; /* BT.601 */
	p->vui.i_transfer = 6;
	p->vui.i_colmatrix = 6;
	if (conf->screen)
		tune_for_pages(p);
	return x264_param_apply_profile(p, conf->high ? "high" : "baseline") < 0 ? -EIO
										 : 0;
}

static int x264_encode(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		       bool key, struct au **out)
{
	struct encoder_x264 *self = (struct encoder_x264 *)enc;
	x264_picture_t in, coded;
	x264_nal_t *nals;
	int n, bytes, err;

	if (!enc->started)
		self->origin_us = pts_us;
	x264_picture_init(&in);
	in.i_type = key || !enc->started ? X264_TYPE_IDR : X264_TYPE_P;
	in.i_pts = pts_us - self->origin_us;
	in.img.i_csp = X264_CSP_I420;
	in.img.i_plane = 3;
	in.img.plane[0] = pic->y;
	in.img.plane[1] = pic->u;
	in.img.plane[2] = pic->v;
	in.img.i_stride[0] = pic->y_stride;
	in.img.i_stride[1] = pic->u_stride;
	in.img.i_stride[2] = pic->v_stride;
	bytes = x264_encoder_encode(self->x264, &nals, &n, &in, &coded);
	if (bytes <= 0)
		return -EIO;
	/* the units of one frame lie one after the other */
	err = au_create(out, nals[0].p_payload, (size_t)bytes);
	if (!err)
		(*out)->flags = (coded.b_keyframe ? AU_KEY : 0u) |
				(enc->conf.high ? AU_HIGH : 0u);
	return err;
}

static const struct encoder_ops ops = {
	.destroy = x264_destroy,
	.encode = x264_encode,
};

int encoder_x264_create(struct encoder **out, const struct encoder_conf *conf)
{
	struct encoder_x264 *self = calloc(1, sizeof(*self));
	x264_param_t param;
	int err;

	if (!self)
		return -ENOMEM;
	self->base.ops = &ops;
	self->base.conf = *conf;
	err = fill_param(&param, conf);
	if (!err) {
		self->x264 = x264_encoder_open(&param);
		if (!self->x264)
			err = -EIO;
	}
	if (err)
		x264_destroy(&self->base);
	else
		*out = &self->base;
	return err;
}
