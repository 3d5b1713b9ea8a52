/* VP8 by libvpx, for viewers that can decode neither H.264 nor AV1. */
#include "mixer/encoder_lavc.h"

#include <libavutil/opt.h>

static void fill(AVCodecContext *ctx, const struct encoder_conf *conf)
{
	/* the size of a key frame, in percent of the mean frame's: half a buffer */
	uint64_t intra = (uint64_t)conf->vbv_ms * conf->fps / 20;

	ctx->qmin = 4;
	ctx->qmax = 60;
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

static const struct encoder_lavc_kind kind = {.name = "libvpx", .fill = fill};

int encoder_vpx_create(struct encoder **out, const struct encoder_conf *conf)
{
	return encoder_lavc_create(out, conf, &kind);
}
