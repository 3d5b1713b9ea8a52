/* AV1 by libaom in real time, for viewers that decode it: the low rungs. Units are
 * low-overhead OBU streams (AV1 specification, section 5) without the temporal
 * delimiter, which RTP does not carry; a sequence header stands before each key
 * frame.
 */
#include "mixer/encoder_lavc.h"

#include "base/bytes.h"

#include <libavutil/opt.h>
#include <stdio.h>

#define REALTIME 1 /* AOM_USAGE_REALTIME: libavcodec's own names leave it out */

#define OBU_TEMPORAL_DELIMITER 2
#define OBU_HAS_EXTENSION      0x04
#define OBU_HAS_SIZE           0x02

/* A large page at a low rate: it must be coarse at first, or takes seconds. */
static bool is_tight(const struct encoder_conf *conf)
{
	return conf->screen &&
	       (uint64_t)conf->bps * 12 < (uint64_t)conf->w_px * conf->h_px;
}

static void fill(AVCodecContext *ctx, const struct encoder_conf *conf)
{
	/* the size of a key frame, in percent of the mean frame's: half a buffer */
	uint32_t intra = conf->vbv_ms * conf->fps / 20;
	char params[160];

	/* libavcodec's own cpu-used ends at 8 */
	snprintf(params, sizeof(params),
		 "cpu-used=%d:tune-content=%s:max-intra-rate=%u:enable-palette=%d:"
		 "deltaq-mode=0:enable-order-hint=0",
		 conf->screen ? 10 : 9, conf->screen ? "screen" : "default",
		 intra < 300 ? 300 : intra, conf->screen);
	ctx->qmin = conf->screen ? 6 : 10;
	ctx->qmax = is_tight(conf) ? 63 : 58;
	ctx->color_range = AVCOL_RANGE_MPEG;
	ctx->color_primaries = AVCOL_PRI_SMPTE170M;
	ctx->color_trc = AVCOL_TRC_SMPTE170M;
	ctx->colorspace = AVCOL_SPC_SMPTE170M;
	av_opt_set_int(ctx->priv_data, "usage", REALTIME, 0);
	av_opt_set_int(ctx->priv_data, "cpu-used", 8, 0);
	av_opt_set_int(ctx->priv_data, "lag-in-frames", 0, 0);
	/* cyclic refresh: what stands still gets sharp, part by part */
	av_opt_set_int(ctx->priv_data, "aq-mode", is_tight(conf) ? 0 : 3, 0);
	av_opt_set_int(ctx->priv_data, "undershoot-pct", 50, 0);
	av_opt_set_int(ctx->priv_data, "overshoot-pct", 50, 0);
	av_opt_set(ctx->priv_data, "aom-params", params, 0);
}

/* leb128: seven bits a byte, low ones first (section 4.10.5). */
static uint64_t leb128(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint8_t byte = cursor_u8(c);

		v |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80))
			break;
	}
	return v;
}

/* The delimiter is the first of a unit, and empty. */
static struct encoder_payload trim(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);
	uint8_t head = cursor_u8(&c);
	uint64_t size = 0;

	if ((head >> 3 & 15) != OBU_TEMPORAL_DELIMITER)
		return (struct encoder_payload){data, len};
	if (head & OBU_HAS_EXTENSION)
		cursor_u8(&c);
	if (head & OBU_HAS_SIZE)
		size = leb128(&c);
	if (c.bad || size > cursor_left(&c))
		return (struct encoder_payload){NULL, 0};
	return (struct encoder_payload){c.p + size, cursor_left(&c) - (size_t)size};
}

static const struct encoder_lavc_kind kind = {
	.name = "libaom-av1", .fill = fill, .trim = trim};

int encoder_aom_create(struct encoder **out, const struct encoder_conf *conf)
{
	return encoder_lavc_create(out, conf, &kind);
}
