/* Ranges, turning, scaling of bare pictures. */
#include "mixer/picture.h"

#include "mixer/scale.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void ranges(void)
{
	struct picture *pic = NULL, *full = NULL;

	CHECK(picture_create(&pic, 4, 2) == 0 && picture_create(&full, 4, 2) == 0);
	memcpy(pic->y, "\x10\xeb\x7e\x00", 4);
	memcpy(pic->y + pic->y_stride, "\xff\x10\x10\x10", 4);
	memcpy(pic->u, "\x80\x10", 2);
	memcpy(pic->v, "\xf0\x80", 2);
	picture_convert_range(full, pic, true);
	CHECK(full->full_range && full->y[0] == 0 && full->y[1] == 255);
	CHECK(abs(full->y[2] - 128) <= 1 && full->y[3] == 0);
	CHECK(full->y[full->y_stride] == 255);
	CHECK(abs(full->u[0] - 128) <= 1 && full->u[1] == 0 && full->v[0] == 255);
	picture_convert_range(full, full, false);
	CHECK(!full->full_range && full->y[0] == 16 && full->y[1] == 235);
	CHECK(abs(full->u[0] - 128) <= 1 && full->u[1] == 16 && full->v[0] == 240);
	picture_convert_range(pic, full, false); /* already: a plain copy */
	CHECK(pic->y[1] == 235);
	picture_destroy(pic);
	picture_destroy(full);
	picture_destroy(NULL);
}

/* A bright spot in the top left corner goes round with the clock. */
static void turns(uint16_t deg, int x, int y)
{
	struct picture *pic = NULL, *up = NULL;

	CHECK(picture_create(&pic, 64, 32) == 0);
	scale_fill(pic, (struct rect_px){0, 0, 64, 32}, (struct colour){50, 128, 128});
	scale_fill(pic, (struct rect_px){0, 0, 8, 8}, (struct colour){200, 90, 160});
	pic->rotation_deg = deg;
	CHECK(scale_upright(&up, pic) == 0);
	CHECK(up->w_px == (deg % 180 ? 32 : 64) && up->h_px == (deg % 180 ? 64 : 32));
	CHECK(!up->rotation_deg);
	CHECK(up->y[y * up->y_stride + x] == 200);
	CHECK(up->u[y / 2 * up->u_stride + x / 2] == 90);
	CHECK(up->y[16 * up->y_stride + 16] == 50);
	picture_destroy(pic);
	picture_destroy(up);
}

static void edges(void)
{
	struct picture *pic = NULL, *odd = NULL;

	CHECK(picture_create(&pic, 0, 10) == -EINVAL && !pic);
	CHECK(picture_create(&odd, 3, 5) == 0 && picture_create(&pic, 64, 64) == 0);
	memset(odd->y, 77, (size_t)odd->y_stride * 5);
	memset(odd->u, 88, (size_t)odd->u_stride * 3);
	memset(odd->v, 99, (size_t)odd->v_stride * 3);
	CHECK(scale_whole(odd, pic) == 0); /* odd sizes come from senders */
	CHECK(pic->y[63 * pic->y_stride + 63] == 77);
	CHECK(pic->v[31 * pic->v_stride + 31] == 99);
	CHECK(scale_rect(odd, (struct rect_px){0, 0, 3, 5}, pic,
			 (struct rect_px){0, 0, 0, 4}) == 0);
	CHECK(scale_rect(odd, (struct rect_px){0, 0, 0, 5}, pic,
			 (struct rect_px){0, 0, 4, 4}) == -EINVAL);
	picture_destroy(pic);
	picture_destroy(odd);
}

int main(void)
{
	ranges();
	turns(0, 3, 3);
	turns(90, 28, 3);
	turns(180, 60, 28);
	turns(270, 3, 60);
	edges();
	return 0;
}
