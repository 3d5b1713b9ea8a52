/* What goes into an encoder comes out of the decoder. */
#include "mixer/encoder.h"

#include "base/clock.h"
#include "mixer/decoder.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>

#define W 320
#define H 180

static struct picture *canvas(void)
{
	struct picture *pic = NULL;

	CHECK(picture_create(&pic, W, H) == 0);
	scale_fill(pic, (struct rect_px){0, 0, W / 2, H}, (struct colour){60, 90, 200});
	scale_fill(pic, (struct rect_px){W / 2, 0, W / 2, H},
		   (struct colour){180, 150, 70});
	return pic;
}

static int near(int a, int b)
{
	return abs(a - b) <= 6;
}

static void probe(const struct picture *pic)
{
	CHECK(pic->w_px == W && pic->h_px == H && !pic->full_range);
	CHECK(near(pic->y[90 * pic->y_stride + 40], 60));
	CHECK(near(pic->u[45 * pic->u_stride + 20], 90));
	CHECK(near(pic->v[45 * pic->v_stride + 20], 200));
	CHECK(near(pic->y[90 * pic->y_stride + 280], 180));
	CHECK(near(pic->u[45 * pic->u_stride + 140], 150));
	CHECK(near(pic->v[45 * pic->v_stride + 140], 70));
}

static void round_trip(enum codec codec)
{
	struct encoder_conf conf = {.codec = codec,
				    .w_px = W,
				    .h_px = H,
				    .fps = 15,
				    .bps = 200000,
				    .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct decoder *dec = NULL;
	struct picture *pic = canvas();
	int keys = 0;

	CHECK(encoder_create(&enc, &conf) == 0);
	CHECK(decoder_create(&dec, codec) == 0);
	for (int i = 0; i < 30; i++) {
		struct picture *seen = NULL;
		struct au *au = NULL;
		/* a hole of two seconds in the middle, as when nothing moves */
		int64_t pts = 7 * SEC_US + i * 66667 + (i > 15 ? 2 * SEC_US : 0);

		CHECK(encoder_encode(enc, pic, pts, i == 20, &au) == 0);
		CHECK(au->codec == codec && au->pts_us == pts && au->w_px == W);
		CHECK(au->h_px == H && au->duration_us == 66666);
		CHECK(!(au->flags & AU_KEY) == !(i == 0 || i == 20));
		keys += au->flags & AU_KEY ? 1 : 0;
		CHECK(decoder_decode(dec, au, &seen) == 0);
		CHECK(seen); /* no delay: a unit in, a picture out */
		probe(seen);
		picture_destroy(seen);
		au_put(au);
	}
	CHECK(keys == 2);
	encoder_destroy(enc);
	decoder_destroy(dec);
	picture_destroy(pic);
}

/* Noise is the worst that can come; the rate must hold all the same. */
static void rate_holds(enum codec codec, bool skip)
{
	struct encoder_conf conf = {.codec = codec,
				    .w_px = W,
				    .h_px = H,
				    .fps = 15,
				    .bps = 200000,
				    .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = canvas();
	size_t bytes = 0, largest = 0;
	uint32_t seed = 1;

	CHECK(encoder_create(&enc, &conf) == 0);
	for (int i = 0; i < 90; i++) {
		struct au *au = NULL;

		for (int row = 0; row < H; row++)
			for (int x = 0; x < W; x += 8)
				memset(pic->y + row * pic->y_stride + x,
				       (int)((seed = seed * 1664525u + 1013904223u) >>
					     27) +
					       60,
				       8);
		CHECK(encoder_encode(enc, pic, (skip ? 5 : 1) * i * INT64_C(66667),
				     i == 45, &au) == 0);
		bytes += au->len;
		if (au->len > largest)
			largest = au->len;
		au_put(au);
	}
	/* 90 frames at 15 a second are 6 s: 150 kB; five times the time may take
	 * more, but never more than the buffer at once */
	CHECK(bytes < (skip ? 5 : 1) * 200000u / 8 * 6 * 13 / 10 + 15000);
	CHECK(largest < 200000 / 8 * 6 / 10 * 3 / 2);
	encoder_destroy(enc);
	picture_destroy(pic);
}

static void av1_marks(const struct au *au, bool key)
{
	int first = au->data[0] >> 3 & 15;

	/* no temporal delimiter; a sequence header with each key frame */
	CHECK(first == (key ? 1 : 6) || (!key && first == 3));
}

/* What an AV1 viewer's decoder says to it. */
static void av1_round_trip(bool screen)
{
	struct encoder_conf conf = {.codec = CODEC_AV1,
				    .w_px = W,
				    .h_px = H,
				    .fps = 15,
				    .bps = 200000,
				    .vbv_ms = 600,
				    .effort = 0,
				    .high = false,
				    .screen = screen};
	const AVCodec *impl = avcodec_find_decoder_by_name("libdav1d");
	AVCodecContext *ctx = avcodec_alloc_context3(impl);
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	struct encoder *enc = NULL;
	struct picture *pic = canvas();

	CHECK(impl && ctx && packet && frame);
	ctx->thread_count = 1;
	av_opt_set_int(ctx->priv_data, "max_frame_delay", 1, 0);
	CHECK(avcodec_open2(ctx, impl, NULL) == 0);
	CHECK(encoder_create(&enc, &conf) == 0);
	for (int i = 0; i < 30; i++) {
		int64_t pts = 7 * SEC_US + i * 66667 + (i > 15 ? 2 * SEC_US : 0);
		bool key = i == 0 || i == 20;
		struct au *au = NULL;
		struct picture seen;

		CHECK(encoder_encode(enc, pic, pts, i == 20, &au) == 0);
		CHECK(!(au->flags & AU_KEY) == !key && au->codec == CODEC_AV1);
		av1_marks(au, key);
		packet->data = au->data;
		packet->size = (int)au->len;
		CHECK(avcodec_send_packet(ctx, packet) == 0);
		CHECK(avcodec_receive_frame(ctx, frame) == 0); /* no delay */
		seen = (struct picture){.w_px = (uint16_t)frame->width,
					.h_px = (uint16_t)frame->height,
					.y = frame->data[0],
					.u = frame->data[1],
					.v = frame->data[2],
					.y_stride = frame->linesize[0],
					.u_stride = frame->linesize[1],
					.v_stride = frame->linesize[2]};
		probe(&seen);
		av_frame_unref(frame);
		au_put(au);
	}
	encoder_destroy(enc);
	picture_destroy(pic);
	packet->data = NULL;
	packet->size = 0;
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&ctx);
}

/* High profile says so, at every effort. */
static void is_high(void)
{
	for (enum encoder_effort effort = ENCODER_EVEN; effort <= ENCODER_HARD;
	     effort++) {
		struct encoder_conf conf = {.codec = CODEC_H264,
					    .w_px = W,
					    .h_px = H,
					    .fps = 15,
					    .bps = 200000,
					    .vbv_ms = 600,
					    .effort = effort,
					    .high = true,
					    .screen = effort % 2 > 0};
		struct encoder *enc = NULL;
		struct picture *pic = canvas();
		struct au *au = NULL;

		CHECK(encoder_create(&enc, &conf) == 0);
		CHECK(encoder_encode(enc, pic, 0, false, &au) == 0);
		CHECK(memcmp(au->data, "\0\0\0\1\x67\x64", 6) == 0);
		CHECK(au->flags == (AU_KEY | AU_HIGH));
		au_put(au);
		CHECK(encoder_encode(enc, pic, 66667, false, &au) == 0);
		CHECK(au->flags == AU_HIGH);
		au_put(au);
		encoder_destroy(enc);
		picture_destroy(pic);
	}
}

/* SPS: profile 66 with constraint_set0 and 1, before each IDR, Annex B. */
static void is_constrained_baseline(void)
{
	struct encoder_conf conf = {.codec = CODEC_H264,
				    .w_px = W,
				    .h_px = H,
				    .fps = 15,
				    .bps = 200000,
				    .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = canvas();
	struct au *au = NULL;

	CHECK(encoder_create(&enc, &conf) == 0);
	CHECK(encoder_encode(enc, pic, 0, false, &au) == 0);
	au_put(au);
	CHECK(encoder_encode(enc, pic, 66667, true, &au) == 0);
	CHECK(memcmp(au->data, "\0\0\0\1\x67\x42", 6) == 0);
	CHECK((au->data[6] & 0xc0) == 0xc0);
	CHECK(au->flags == AU_KEY);
	au_put(au);
	CHECK(encoder_encode(enc, pic, 66667, false, &au) == -EINVAL);
	encoder_destroy(enc);
	picture_destroy(pic);
}

#define CONF(CODEC, W_PX, H_PX, FPS, BPS, VBV, EFFORT) \
	{ \
		.codec = CODEC, .w_px = W_PX, .h_px = H_PX, .fps = FPS, .bps = BPS, \
		.vbv_ms = VBV, .effort = EFFORT \
	}

static void bad_conf(void)
{
	static const struct encoder_conf list[] = {
		CONF(CODEC_VP9, W, H, 15, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, 0, H, 15, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, W, 181, 15, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, 1922, 1202, 15, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, W, H, 0, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, W, H, 61, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_VP8, W, H, 15, 0, 600, ENCODER_EVEN),
		CONF(CODEC_VP8, W, H, 15, 200000, 0, ENCODER_EVEN),
		CONF(CODEC_AV1, W, H, 0, 200000, 600, ENCODER_EVEN),
		CONF(CODEC_H264, W, H, 15, 200000, 600, (enum encoder_effort)3),
	};
	struct encoder *enc = NULL;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		CHECK(encoder_create(&enc, &list[i]) < 0 && !enc);
	encoder_destroy(NULL);
}

int main(void)
{
	round_trip(CODEC_H264);
	round_trip(CODEC_VP8);
	rate_holds(CODEC_H264, false);
	rate_holds(CODEC_H264, true);
	rate_holds(CODEC_VP8, false);
	rate_holds(CODEC_VP8, true);
	rate_holds(CODEC_AV1, false);
	rate_holds(CODEC_AV1, true);
	av1_round_trip(false);
	av1_round_trip(true);
	is_high();
	is_constrained_baseline();
	bad_conf();
	return 0;
}
