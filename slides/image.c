#include "slides/image.h"

#include "base/limits.h"
#include "slides/sniff.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MIN 16u
#define PIXEL    AV_PIX_FMT_BGRA

int image_init(struct image *image, uint32_t w_px, uint32_t h_px)
{
	if (!w_px || !h_px || (uint64_t)w_px * h_px > LIMIT_DECK_PIXELS)
		return -EINVAL;
	image->px = malloc((size_t)w_px * h_px * 4);
	image->w_px = w_px;
	image->h_px = h_px;
	return image->px ? 0 : -ENOMEM;
}

void image_fini(struct image *image)
{
	free(image->px);
	image->px = NULL;
}

static uint32_t side(double v, uint32_t box)
{
	uint32_t n = v < (double)box ? (uint32_t)lround(v) & ~1u : box & ~1u;

	return n < SIDE_MIN ? SIDE_MIN : n;
}

void image_fit(double w, double h, uint32_t box_w, uint32_t box_h, int grow,
	       uint32_t *out_w, uint32_t *out_h)
{
	double by = box_w / w < box_h / h ? box_w / w : box_h / h;

	if (by > 1 && !grow)
		by = 1;
	*out_w = side(w * by, box_w);
	*out_h = side(h * by, box_h);
}

/* ---- decoding ------------------------------------------------------------- */

static enum AVCodecID codec_of(enum sniff_kind kind)
{
	switch (kind) {
	case SNIFF_PNG:
		return AV_CODEC_ID_PNG;
	case SNIFF_JPEG:
		return AV_CODEC_ID_MJPEG;
	case SNIFF_WEBP:
		return AV_CODEC_ID_WEBP;
	default:
		return AV_CODEC_ID_NONE;
	}
}

static AVFrame *decode(enum AVCodecID id, const uint8_t *data, size_t len)
{
	const AVCodec *impl = avcodec_find_decoder(id);
	AVCodecContext *ctx = impl ? avcodec_alloc_context3(impl) : NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	bool ok = false;

	if (ctx && packet && frame && av_new_packet(packet, (int)len) == 0) {
		memcpy(packet->data, data, len);
		ctx->thread_count = 1;
		ctx->max_pixels = LIMIT_DECK_PIXELS;
		ctx->err_recognition = AV_EF_EXPLODE; /* half a picture is none */
		ok = avcodec_open2(ctx, impl, NULL) == 0 &&
		     avcodec_send_packet(ctx, packet) == 0 &&
		     (avcodec_receive_frame(ctx, frame) == 0 ||
		      (avcodec_send_packet(ctx, NULL) == 0 &&
		       avcodec_receive_frame(ctx, frame) == 0));
	}
	av_packet_free(&packet);
	avcodec_free_context(&ctx);
	if (!ok)
		av_frame_free(&frame);
	return frame;
}

static void on_white(struct image *image)
{
	size_t n = (size_t)image->w_px * image->h_px;

	for (uint8_t *p = image->px; n--; p += 4) {
		uint32_t a = p[3], rest = 255 * (255 - a);

		if (a == 255)
			continue;
		for (int i = 0; i < 3; i++)
			p[i] = (uint8_t)((p[i] * a + rest + 127) / 255);
		p[3] = 255;
	}
}

static void on_nothing(struct image *image)
{
	size_t n = (size_t)image->w_px * image->h_px;

	for (uint8_t *p = image->px; n--; p += 4)
		for (int i = 0; i < 3; i++)
			p[i] = (uint8_t)((p[i] * p[3] + 127) / 255);
}

/* Clockwise, in quarters of a turn, as cameras note how they were held. */
static int turns_of(const AVFrame *frame)
{
	const AVFrameSideData *side_data = av_frame_get_side_data(
		frame, AV_FRAME_DATA_DISPLAYMATRIX);
	double degrees;

	if (!side_data || side_data->size < 9 * sizeof(int32_t))
		return 0;
	degrees = -av_display_rotation_get((const int32_t *)(void *)side_data->data);
	if (isnan(degrees))
		return 0;
	return ((int)lround(degrees / 90) % 4 + 4) % 4;
}

static int turn(struct image *image, int turns)
{
	uint32_t w = image->w_px, h = image->h_px;
	struct image to = {0};
	int err;

	if (!turns)
		return 0;
	err = turns == 2 ? image_init(&to, w, h) : image_init(&to, h, w);
	if (err)
		return err;
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++) {
			uint32_t tx = turns == 1 ? h - 1 - y : turns == 2 ? w - 1 - x : y;
			uint32_t ty = turns == 1 ? x : turns == 2 ? h - 1 - y : w - 1 - x;

			memcpy(to.px + 4 * ((size_t)ty * to.w_px + tx),
			       image->px + 4 * ((size_t)y * w + x), 4);
		}
	image_fini(image);
	*image = to;
	return 0;
}

static int convert(struct SwsContext *sws, const uint8_t *const src[],
		   const int src_stride[], uint32_t h, uint8_t *const dst[],
		   const int dst_stride[])
{
	int rows;

	if (!sws)
		return -ENOMEM;
	rows = sws_scale(sws, src, src_stride, 0, (int)h, dst, dst_stride);
	sws_freeContext(sws);
	return rows > 0 ? 0 : -EBADMSG;
}

/* Of files the old names of formats mean full range; swscale wants to be told so. */
static int from_frame(struct image *out, const AVFrame *frame)
{
	struct SwsContext *sws = sws_getContext(
		frame->width, frame->height, frame->format, frame->width, frame->height,
		PIXEL, SWS_BICUBIC | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND, NULL, NULL,
		NULL);
	uint8_t *const dst[4] = {out->px};
	const int stride[4] = {(int)(out->w_px * 4)};
	const int *table = sws_getCoefficients(SWS_CS_ITU601);
	bool full = frame->color_range == AVCOL_RANGE_JPEG;

	if (sws && frame->color_range != AVCOL_RANGE_UNSPECIFIED)
		sws_setColorspaceDetails(sws, table, full, table, 1, 0, 1 << 16, 1 << 16);
	return convert(sws, (const uint8_t *const *)frame->data, frame->linesize,
		       (uint32_t)frame->height, dst, stride);
}

static int decode_on(struct image *out, const uint8_t *data, size_t len,
		     void (*lay)(struct image *image))
{
	struct image image = {0};
	struct sniffed what;
	AVFrame *frame;
	int err = sniff(&what, data, len);

	if (err)
		return err;
	if (what.kind == SNIFF_PDF || len > INT32_MAX / 2)
		return -ENOTSUP;
	if ((uint64_t)what.w_px * what.h_px > LIMIT_DECK_PIXELS)
		return -EFBIG;
	frame = decode(codec_of(what.kind), data, len);
	if (!frame)
		return -EBADMSG;
	err = image_init(&image, (uint32_t)frame->width, (uint32_t)frame->height);
	if (!err)
		err = from_frame(&image, frame);
	if (!err)
		lay(&image);
	if (!err)
		err = turn(&image, turns_of(frame));
	av_frame_free(&frame);
	if (err)
		image_fini(&image);
	else
		*out = image;
	return err;
}

int image_decode(struct image *out, const uint8_t *data, size_t len)
{
	return decode_on(out, data, len, on_white);
}

int image_decode_clear(struct image *out, const uint8_t *data, size_t len)
{
	return decode_on(out, data, len, on_nothing);
}

/* ---- scaling -------------------------------------------------------------- */

int image_scale(const struct image *from, struct image *out)
{
	const uint8_t *const src[4] = {from->px};
	uint8_t *const dst[4] = {out->px};
	const int from_stride[4] = {(int)(from->w_px * 4)};
	const int to_stride[4] = {(int)(out->w_px * 4)};
	struct SwsContext *sws;

	if (from->w_px == out->w_px && from->h_px == out->h_px) {
		memcpy(out->px, from->px, (size_t)out->w_px * out->h_px * 4);
		return 0;
	}
	sws = sws_getContext((int)from->w_px, (int)from->h_px, PIXEL, (int)out->w_px,
			     (int)out->h_px, PIXEL, SWS_LANCZOS | SWS_ACCURATE_RND, NULL,
			     NULL, NULL);
	return convert(sws, src, from_stride, from->h_px, dst, to_stride);
}

int image_i420(uint8_t **out, const struct image *from)
{
	size_t n = (size_t)from->w_px * from->h_px;
	uint8_t *i420 = malloc(n * 3 / 2);
	const uint8_t *const src[4] = {from->px};
	uint8_t *const dst[4] = {i420, i420 + n, i420 + n + n / 4};
	const int from_stride[4] = {(int)(from->w_px * 4)};
	const int to_stride[4] = {(int)from->w_px, (int)(from->w_px / 2),
				  (int)(from->w_px / 2)};
	struct SwsContext *sws;
	int err;

	if (!i420)
		return -ENOMEM;
	sws = sws_getContext((int)from->w_px, (int)from->h_px, PIXEL, (int)from->w_px,
			     (int)from->h_px, AV_PIX_FMT_YUV420P,
			     SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL,
			     NULL);
	err = convert(sws, src, from_stride, from->h_px, dst, to_stride);
	if (err)
		free(i420);
	else
		*out = i420;
	return err;
}

int image_alpha(uint8_t **out, const struct image *from)
{
	size_t n = (size_t)from->w_px * from->h_px;
	uint8_t *alpha = malloc(n), all = 255;

	if (!alpha)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		alpha[i] = from->px[4 * i + 3];
		all &= alpha[i];
	}
	if (all == 255) {
		free(alpha);
		alpha = NULL;
	}
	*out = alpha;
	return 0;
}

/* ---- WebP ----------------------------------------------------------------- */

static AVPacket *encode(const struct image *from, double quality)
{
	const AVCodec *impl = avcodec_find_encoder_by_name("libwebp");
	AVCodecContext *ctx = impl ? avcodec_alloc_context3(impl) : NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	bool ok = false;

	if (ctx && packet && frame) {
		ctx->width = frame->width = (int)from->w_px;
		ctx->height = frame->height = (int)from->h_px;
		ctx->pix_fmt = frame->format = PIXEL;
		ctx->time_base = (AVRational){1, 25};
		ctx->thread_count = 1;
		frame->data[0] = from->px;
		frame->linesize[0] = (int)(from->w_px * 4);
		av_opt_set(ctx->priv_data, "preset", "text", 0);
		av_opt_set_double(ctx->priv_data, "quality", quality, 0);
		av_opt_set_int(ctx->priv_data, "compression_level", 3, 0);
		ok = avcodec_open2(ctx, impl, NULL) == 0 &&
		     avcodec_send_frame(ctx, frame) == 0 &&
		     avcodec_send_frame(ctx, NULL) == 0 &&
		     avcodec_receive_packet(ctx, packet) == 0;
	}
	av_frame_free(&frame);
	avcodec_free_context(&ctx);
	if (!ok)
		av_packet_free(&packet);
	return packet;
}

int image_webp(uint8_t **out, size_t *len, const struct image *from, size_t wanted,
	       size_t most)
{
	static const double qualities[] = {84, 68, 48, 30, 10};
	AVPacket *packet = NULL;

	for (size_t i = 0; i < sizeof(qualities) / sizeof(qualities[0]); i++) {
		av_packet_free(&packet);
		packet = encode(from, qualities[i]);
		if (!packet)
			return -EIO;
		if ((size_t)packet->size <= wanted)
			break;
	}
	if ((size_t)packet->size > most) {
		av_packet_free(&packet);
		return -EMSGSIZE;
	}
	*out = malloc((size_t)packet->size);
	if (*out) {
		*len = (size_t)packet->size;
		memcpy(*out, packet->data, *len);
	}
	av_packet_free(&packet);
	return *out ? 0 : -ENOMEM;
}
