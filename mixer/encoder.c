#include "mixer/encoder.h"

#include "base/limits.h"

#include <errno.h>

#define FPS_MAX 60
#define BPS_MIN 8000
#define BPS_MAX 20000000
#define VBV_MIN 100
#define VBV_MAX 10000 /* ms */

static bool conf_ok(const struct encoder_conf *c)
{
	return c->w_px >= 16 && c->h_px >= 16 && c->w_px % 2 == 0 && c->h_px % 2 == 0 &&
	       (uint32_t)c->w_px * c->h_px <= LIMIT_PIXELS && c->fps >= 1 &&
	       c->fps <= FPS_MAX && c->bps >= BPS_MIN && c->bps <= BPS_MAX &&
	       c->vbv_ms >= VBV_MIN && c->vbv_ms <= VBV_MAX && c->effort <= ENCODER_HARD;
}

int encoder_create(struct encoder **out, const struct encoder_conf *conf)
{
	if (!conf_ok(conf))
		return -EINVAL;
	if (conf->codec == CODEC_H264)
		return encoder_x264_create(out, conf);
	if (conf->codec == CODEC_VP8)
		return encoder_vpx_create(out, conf);
	if (conf->codec == CODEC_AV1)
		return encoder_aom_create(out, conf);
	return -ENOTSUP;
}

void encoder_destroy(struct encoder *enc)
{
	if (enc)
		enc->ops->destroy(enc);
}

int encoder_encode(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		   bool key, struct au **out)
{
	struct au *au = NULL;
	int err;

	if (pic->w_px != enc->conf.w_px || pic->h_px != enc->conf.h_px)
		return -EINVAL;
	if (enc->started && pts_us <= enc->last_pts_us)
		return -EINVAL;
	err = enc->ops->encode(enc, pic, pts_us, key, &au);
	if (err)
		return err;
	enc->last_pts_us = pts_us;
	enc->started = true;
	au->codec = enc->conf.codec;
	au->pts_us = pts_us;
	au->duration_us = 1000000u / enc->conf.fps;
	au->w_px = enc->conf.w_px;
	au->h_px = enc->conf.h_px;
	*out = au;
	return 0;
}
