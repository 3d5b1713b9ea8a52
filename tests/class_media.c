/* class_media.c - one second of a grey picture with a moving bar and of a tone. */
#include "tests/class_media.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mixer/aenc.h"
#include "mixer/encoder.h"
#include "tests/test.h"

static void paint(struct picture *pic, uint8_t luma, unsigned i)
{
	memset(pic->y, luma, (size_t)pic->y_stride * pic->h_px);
	memset(pic->u, 128, (size_t)pic->u_stride * (pic->h_px / 2u));
	memset(pic->v, 128, (size_t)pic->v_stride * (pic->h_px / 2u));
	for (unsigned y = 40; y < 60; y++)
		memset(pic->y + y * (unsigned)pic->y_stride + i * 16, 30, 24);
}

static void make_video(struct class_media *m, bool vp8, uint8_t luma)
{
	const struct encoder_conf conf = {.codec = vp8 ? CODEC_VP8 : CODEC_H264,
					  .w_px = 320,
					  .h_px = 180,
					  .fps = 15,
					  .bps = 120000,
					  .vbv_ms = 1000};
	struct encoder *enc;
	struct picture *pic;

	CHECK(encoder_create(&enc, &conf) == 0);
	CHECK(picture_create(&pic, 320, 180) == 0);
	for (unsigned i = 0; i < CLASS_FPS; i++) {
		struct au *au;

		paint(pic, luma, i);
		CHECK(encoder_encode(enc, pic, 1000000 + i * 66667, i == 0, &au) == 0);
		CHECK(blob_create(&m->video[i], au, 1100, i) == 0);
		au_put(au);
	}
	picture_destroy(pic);
	encoder_destroy(enc);
}

static void make_audio(struct class_media *m, unsigned tone_hz)
{
	struct aenc *enc;
	float pcm[960];

	CHECK(aenc_create(&enc, 32000) == 0);
	for (unsigned i = 0; i < 50; i++) {
		uint8_t out[AENC_BYTES];
		struct au *au;
		int n;

		for (unsigned k = 0; k < 960; k++)
			pcm[k] = 0.25f * sinf(6.2831853f * (float)tone_hz *
					      (float)(i * 960 + k) / 48000.0f);
		n = aenc_encode(enc, pcm, out);
		CHECK(n > 0 && au_create(&au, out, (size_t)n) == 0);
		au->codec = CODEC_OPUS;
		CHECK(blob_create(&m->audio[i], au, 1100, 0) == 0);
		au_put(au);
	}
	aenc_destroy(enc);
}

struct class_media *class_media_create(bool vp8, uint8_t luma, unsigned tone_hz)
{
	struct class_media *m = calloc(1, sizeof(*m));

	CHECK(m);
	m->vp8 = vp8;
	make_video(m, vp8, luma);
	make_audio(m, tone_hz);
	return m;
}

void class_media_destroy(struct class_media *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < CLASS_FPS; i++)
		blob_put(m->video[i]);
	for (unsigned i = 0; i < 50; i++)
		blob_put(m->audio[i]);
	free(m);
}
