/* Scaling at all ratios: the picture stays where it is, and detail is averaged, not
 * picked at random.
 */
#include "mixer/scale.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

/* Dark to bright from left to right, blue to yellow from top to bottom. */
static struct picture *ramp(uint16_t w, uint16_t h)
{
	struct picture *pic = NULL;

	CHECK(picture_create(&pic, w, h) == 0);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			pic->y[y * pic->y_stride + x] = (uint8_t)(16 + 200 * x / w);
	for (int y = 0; y < (h + 1) / 2; y++) {
		memset(pic->u + y * pic->u_stride, 20 + 200 * 2 * y / h, (w + 1u) / 2);
		memset(pic->v + y * pic->v_stride, 220 - 200 * 2 * y / h, (w + 1u) / 2);
	}
	return pic;
}

static void near(int a, int b, int slack, const char *what)
{
	if (abs(a - b) > slack)
		fprintf(stderr, "%s: %d, not %d\n", what, a, b);
	CHECK(abs(a - b) <= slack);
}

static void keeps_its_place(uint16_t w, uint16_t h, uint16_t to_w, uint16_t to_h)
{
	struct picture *src = ramp(w, h), *dst = NULL;
	/* a step of either picture */
	int slack = 3 + 400 / to_w + 400 / to_h + 400 / w + 400 / h;

	CHECK(picture_create(&dst, to_w, to_h) == 0);
	CHECK(scale_whole(src, dst) == 0);
	for (int i = 0; i < 8; i++) {
		int x = (2 * i + 1) * to_w / 16, y = (2 * i + 1) * (to_h / 2) / 16;

		near(dst->y[(to_h - 1) * dst->y_stride + x], 16 + 200 * x / to_w, slack,
		     "luma");
		near(dst->u[y * dst->u_stride], 20 + 400 * y / to_h, slack, "u");
		near(dst->v[y * dst->v_stride + to_w / 2 - 1], 220 - 400 * y / to_h,
		     slack, "v");
	}
	picture_destroy(src);
	picture_destroy(dst);
}

/* A fine chequer turns grey when it is made much smaller. */
static void averages(uint16_t to_w, uint16_t to_h)
{
	struct picture *src = ramp(640, 360), *dst = NULL;

	for (int y = 0; y < 360; y++)
		for (int x = 0; x < 640; x++)
			src->y[y * src->y_stride + x] = (x + y) % 2 ? 216 : 16;
	CHECK(picture_create(&dst, to_w, to_h) == 0);
	CHECK(scale_whole(src, dst) == 0);
	for (int y = 0; y < to_h; y++)
		for (int x = 0; x < to_w; x++)
			near(dst->y[y * dst->y_stride + x], 116, 4, "grey");
	picture_destroy(src);
	picture_destroy(dst);
}

/* Only the part asked for is read and written. */
static void parts(void)
{
	struct picture *src = ramp(640, 360), *dst = NULL;

	CHECK(picture_create(&dst, 320, 180) == 0);
	scale_fill(dst, (struct rect_px){0, 0, 320, 180}, (struct colour){7, 7, 7});
	CHECK(scale_rect(src, (struct rect_px){320, 0, 318, 360}, dst,
			 (struct rect_px){100, 40, 64, 72}) == 0);
	for (int y = 0; y < 180; y++)
		for (int x = 0; x < 320; x++) {
			bool in = x >= 100 && x < 164 && y >= 40 && y < 112;

			CHECK(in == (dst->y[y * dst->y_stride + x] != 7));
		}
	near(dst->y[80 * dst->y_stride + 100], 116, 4, "left edge");
	CHECK(scale_rect(src, (struct rect_px){0, 0, 0, 4}, dst,
			 (struct rect_px){0, 0, 4, 4}) < 0);
	CHECK(scale_rect(src, (struct rect_px){0, 0, 4, 4}, dst,
			 (struct rect_px){0, 0, 0, 4}) == 0);
	picture_destroy(src);
	picture_destroy(dst);
}

int main(void)
{
	static const uint16_t sizes[][2] = {{1280, 720}, {640, 360}, {360, 640},
					    {720, 1280}, {176, 144}, {65, 49},
					    {1920, 1200}};
	static const uint16_t to[][2] = {{1280, 720}, {960, 540}, {640, 360}, {480, 270},
					 {320, 180},  {426, 240}, {256, 144}, {128, 72},
					 {72, 128},   {360, 640}, {64, 36},   {20, 12}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizeof(to) / sizeof(to[0]); k++)
			keeps_its_place(sizes[i][0], sizes[i][1], to[k][0], to[k][1]);
	averages(212, 120);
	averages(128, 72);
	averages(160, 90);
	averages(240, 136);
	averages(90, 50);
	averages(50, 30);
	parts();
	return 0;
}
