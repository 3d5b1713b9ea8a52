#include "bench/footage.h"

#include <math.h>
#include <string.h>

#include "mixer/encoder.h"
#include "tests/test.h"

#define FRAME_US 66667

static void paint(struct picture *pic, unsigned i, unsigned who)
{
	uint32_t seed = 1234 + i * 77 + who;
	double scale = (double)FOOTAGE_H_PX / pic->h_px;

	for (unsigned y = 0; y < pic->h_px; y++)
		for (unsigned x = 0; x < pic->w_px; x++) {
			/* the same face at any size */
			double dx = x * scale - 320 - 60 * sin(i * 0.42 + who);
			double dy = y * scale - 180.0;
			double head = 90 * exp(-(dx * dx + dy * dy) / 12000);

			seed = seed * 1664525u + 1013904223u;
			pic->y[y * (unsigned)pic->y_stride + x] =
				(uint8_t)(60 + head + (x + y) % 64 * 0.5 + (seed >> 29));
		}
	memset(pic->u, (int)(110 + who), (size_t)pic->u_stride * (pic->h_px / 2u));
	memset(pic->v, 130, (size_t)pic->v_stride * (pic->h_px / 2u));
}

void footage_sized(struct au *units[FOOTAGE_FRAMES], unsigned who, uint16_t w_px,
		   uint16_t h_px, uint32_t bps)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = w_px,
					  .h_px = h_px,
					  .fps = FOOTAGE_FPS,
					  .bps = bps,
					  .vbv_ms = 500};
	struct encoder *enc;
	struct picture *pic;

	CHECK(encoder_create(&enc, &conf) == 0);
	CHECK(picture_create(&pic, w_px, h_px) == 0);
	for (unsigned i = 0; i < FOOTAGE_FRAMES; i++) {
		paint(pic, i, who);
		CHECK(encoder_encode(enc, pic, 1000000 + i * FRAME_US, i == 0,
				     &units[i]) == 0);
	}
	picture_destroy(pic);
	encoder_destroy(enc);
}

void footage_create(struct au *units[FOOTAGE_FRAMES], unsigned who)
{
	footage_sized(units, who, FOOTAGE_W_PX, FOOTAGE_H_PX, FOOTAGE_BPS);
}
