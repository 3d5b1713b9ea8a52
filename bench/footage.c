#include "bench/footage.h"

#include <math.h>
#include <string.h>

#include "mixer/encoder.h"
#include "tests/test.h"

#define BPS      400000
#define FRAME_US 66667

static void paint(struct picture *pic, unsigned i, unsigned who)
{
	uint32_t seed = 1234 + i * 77 + who;

	for (unsigned y = 0; y < pic->h_px; y++)
		for (unsigned x = 0; x < pic->w_px; x++) {
			double dx = x - 320 - 60 * sin(i * 0.42 + who), dy = y - 180.0;
			double head = 90 * exp(-(dx * dx + dy * dy) / 12000);

			seed = seed * 1664525u + 1013904223u;
			pic->y[y * (unsigned)pic->y_stride + x] =
				(uint8_t)(60 + head + (x + y) % 64 * 0.5 + (seed >> 29));
		}
	memset(pic->u, (int)(110 + who), (size_t)pic->u_stride * (pic->h_px / 2u));
	memset(pic->v, 130, (size_t)pic->v_stride * (pic->h_px / 2u));
}

void footage_create(struct au *units[FOOTAGE_FRAMES], unsigned who)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = FOOTAGE_W_PX,
					  .h_px = FOOTAGE_H_PX,
					  .fps = FOOTAGE_FPS,
					  .bps = BPS,
					  .vbv_ms = 500};
	struct encoder *enc;
	struct picture *pic;

	CHECK(encoder_create(&enc, &conf) == 0);
	CHECK(picture_create(&pic, FOOTAGE_W_PX, FOOTAGE_H_PX) == 0);
	for (unsigned i = 0; i < FOOTAGE_FRAMES; i++) {
		paint(pic, i, who);
		CHECK(encoder_encode(enc, pic, 1000000 + i * FRAME_US, i == 0,
				     &units[i]) == 0);
	}
	picture_destroy(pic);
	encoder_destroy(enc);
}
