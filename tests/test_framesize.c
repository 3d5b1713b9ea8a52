/* Sizes by headers alone: those that encoders write, and damaged ones. */
#include "mixer/framesize.h"

#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

static void encoded(enum codec codec, bool high, uint16_t w, uint16_t h)
{
	const struct encoder_conf conf = {.codec = codec,
					  .w_px = w,
					  .h_px = h,
					  .fps = 15,
					  .bps = 200000,
					  .vbv_ms = 600,
					  .high = high};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	struct au *au = NULL;
	uint16_t got_w = 0, got_h = 0;

	CHECK(encoder_create(&enc, &conf) == 0 && picture_create(&pic, w, h) == 0);
	scale_fill(pic, (struct rect_px){0, 0, w, h}, (struct colour){90, 100, 150});
	CHECK(encoder_encode(enc, pic, 0, true, &au) == 0);
	CHECK(framesize_read(au, &got_w, &got_h) == 0 && got_w == w && got_h == h);
	au_put(au);
	CHECK(encoder_encode(enc, pic, 66667, false, &au) == 0);
	CHECK(framesize_read(au, &got_w, &got_h) == -ENOENT && got_w == w);
	au_put(au);
	picture_destroy(pic);
	encoder_destroy(enc);
}

/* Sequence parameter sets: constrained baseline 640x360; high 1920x1080 of fields;
 * 638x358 of full chroma; and one with scaling lists and picture order of type 1. */
#define SPS_PLAIN \
	"\x00\x00\x00\x01\x67\x42\xc0\x16\xd9\x00\xa0\x2f\xf9\x70\x11\x00\x00\x03" \
	"\x00\x01\x00\x00\x03\x00\x1e\x0f\x16\x2e\x48"
#define SPS_FIELDS \
	"\x00\x00\x00\x01\x67\x64\x00\x28\xac\xd9\x40\x78\x04\x4f\xde\x02\x20\x00" \
	"\x00\x03\x00\x20\x00\x00\x03\x03\xc3\xe2\xc5\xb2\xc0"
#define SPS_444 \
	"\x00\x00\x00\x01\x67\xf4\x00\x16\x91\x9b\x28\x14\x05\xfd\xc5\xe0\x22\x00" \
	"\x00\x03\x00\x02\x00\x00\x03\x00\x3c\x1e\x2c\x5b\x2c"
#define SPS_LISTS \
	"\x00\x00\x01\x67\x64\x00\x28\xad\x8a\x3c\x06\x40\x0b\x51\x47\x80\xc8\x01" \
	"\x6a\x28\xf0\x19\x00\x2d\x45\x02\x11\xb4\xd3\x4d\x34\xd3\x4d\x34\xd3\x4d" \
	"\x34\xd3\x4d\x34\xd3\x4d\x34\xd3\x4d\x34\xd3\x4d\x34\xd3\x4d\x50\xe2\x18" \
	"\xe1\xe5\x01\xe0\x11\x3f\x68"

static const struct {
	enum codec codec;
	const char *data;
	size_t len;
	int err;
	uint16_t w, h;
} list[] = {
	{CODEC_H264, SPS_PLAIN, sizeof(SPS_PLAIN) - 1, 0, 640, 360},
	{CODEC_H264, SPS_FIELDS, sizeof(SPS_FIELDS) - 1, 0, 1920, 1080},
	{CODEC_H264, SPS_444, sizeof(SPS_444) - 1, 0, 638, 358},
	{CODEC_H264, SPS_LISTS, sizeof(SPS_LISTS) - 1, 0, 1920, 1080},
	{CODEC_H264, SPS_LISTS, 40, -EBADMSG, 0, 0}, /* cut off */
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\x80\x02\x68\x01", 10, 0, 640, 360},
	/* with scaling hints, which the decoder ignores, too */
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\x80\x42\x68\x81", 10, 0, 640, 360},
	/* profile 0, 352x288 */
	{CODEC_VP9, "\x82\x49\x83\x42\0\x15\xf0\x11\xf6", 9, 0, 352, 288},
	{CODEC_H264, "", 0, -ENOENT, 0, 0},
	{CODEC_H264, "\0\0\0\1", 4, -ENOENT, 0, 0},
	{CODEC_H264, "\0\0\0\1\x67", 5, -EBADMSG, 0, 0},
	{CODEC_H264, "\0\0\0\1\x67\x42\xc0\x1e", 8, -EBADMSG, 0, 0},
	{CODEC_H264, "\0\0\0\1\x67\x42\xc0\x1e\0\0\0\0\0\0", 14, -EBADMSG, 0, 0},
	{CODEC_H264, "\0\0\0\1\x67\xff\xff\xff\xff\xff\xff\xff", 12, 0, 16, 16},
	{CODEC_H264, "\0\0\0\1\x65\x88\x84\x21\x43", 9, -ENOENT, 0, 0},
	{CODEC_H264, "no start code at all", 20, -ENOENT, 0, 0},
	{CODEC_VP8, "", 0, -ENOENT, 0, 0},
	{CODEC_VP8, "\x11\0\0\x9d\x01\x2a\x80\x02\x68\x01", 10, -ENOENT, 0, 0},
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\x80\x02\x68", 9, -EBADMSG, 0, 0},
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2b\x80\x02\x68\x01", 10, -EBADMSG, 0, 0},
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\0\0\x68\x01", 10, -EBADMSG, 0, 0},
	{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f", 10, -EBADMSG, 0, 0},
	{CODEC_VP9, "", 0, -EBADMSG, 0, 0},
	{CODEC_VP9, "\x82", 1, -EBADMSG, 0, 0},
	{CODEC_VP9, "\x82\x49\x83\x42\x20\x15\xf0", 7, -EBADMSG, 0, 0},
	{CODEC_VP9, "\x86", 1, -ENOENT, 0, 0},
	{CODEC_AV1, "\x0a\x0b", 2, -ENOTSUP, 0, 0},
};

static void known(void)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		uint16_t w = 7, h = 7;
		struct au *au = NULL;
		int err;

		CHECK(au_create(&au, list[i].data, list[i].len) == 0);
		au->codec = list[i].codec;
		err = framesize_read(au, &w, &h);
		if (err != list[i].err ||
		    (list[i].w && (w != list[i].w || h != list[i].h)))
			fprintf(stderr, "case %zu: err=%d %ux%u\n", i, err, w, h);
		CHECK(err == list[i].err);
		CHECK(!err || (w == 7 && h == 7));
		CHECK(!list[i].w || (w == list[i].w && h == list[i].h));
		au_put(au);
	}
}

int main(void)
{
	static const uint16_t sizes[][2] = {{64, 48},   {320, 180}, {640, 360},
					    {360, 640}, {426, 240}, {1280, 720}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		encoded(CODEC_H264, false, sizes[i][0], sizes[i][1]);
		encoded(CODEC_H264, true, sizes[i][0], sizes[i][1]);
		encoded(CODEC_VP8, false, sizes[i][0], sizes[i][1]);
	}
	known();
	return 0;
}
