/* From one picture to another: the shares, that the first frame is mixed already, and
 * that the end is the new picture itself.
 */
#include "mixer/fade.h"

#include "base/clock.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define TICK   INT64_C(66666)
#define LENGTH INT64_C(250000)
#define START  INT64_C(7000000)

static struct picture *plain(uint16_t w, uint16_t h, uint8_t y)
{
	struct picture *pic = NULL;

	CHECK(picture_create(&pic, w, h) == 0);
	scale_fill(pic, (struct rect_px){0, 0, w, h},
		   (struct colour){y, y, (uint8_t)(255 - y)});
	return pic;
}

/* All of it is this mixture, near enough. */
static void is(const struct picture *pic, int y)
{
	for (int row = 0; row < pic->h_px; row++)
		for (int x = 0; x < pic->w_px; x++)
			CHECK(abs(pic->y[row * pic->y_stride + x] - y) <= 1);
	CHECK(abs(pic->u[0] - y) <= 1 && abs(pic->v[0] - (255 - y)) <= 1);
}

static void goes_over(void)
{
	struct picture *was = plain(66, 34, 40), *now = plain(66, 34, 200);
	struct fade f = {.from = NULL};
	const struct picture *seen;
	uint32_t part, before = 0;
	int frames = 0;

	CHECK(!fade_runs(&f) && fade_mix(&f, now, START) == now);
	fade_start(&f, was, START, TICK, LENGTH);
	scale_fill(was, (struct rect_px){0, 0, 66, 34},
		   (struct colour){1, 1, 1}); /* the canvas is drawn over */
	for (int64_t t = START; fade_runs(&f); t += TICK, frames++) {
		part = fade_part(&f, t);
		CHECK(part > before && part <= 256);
		before = part;
		seen = fade_mix(&f, now, t);
		if (part == 256)
			CHECK(seen == now && !fade_runs(&f));
		else
			is(seen, 40 + (int)(160 * part / 256));
	}
	CHECK(frames == 4); /* 27, 53, 80 and 100 percent */
	CHECK(fade_mix(&f, now, START) == now && now->y[0] == 200);
	picture_destroy(was);
	picture_destroy(now);
}

/* A second one goes on from what is seen, not from what would have been. */
static void again(void)
{
	struct picture *was = plain(32, 32, 40), *now = plain(32, 32, 200);
	struct picture *third = plain(32, 32, 100);
	struct fade f = {.from = NULL};
	int seen;

	fade_start(&f, was, START, TICK, LENGTH);
	seen = fade_mix(&f, now, START)->y[0];
	CHECK(seen > 70 && seen < 100);
	fade_start(&f, now, START + TICK, TICK, LENGTH);
	is(fade_mix(&f, third, START + TICK), seen + (100 - seen) * 4 / 15);
	fade_stop(&f);
	CHECK(!fade_runs(&f));
	picture_destroy(was);
	picture_destroy(now);
	picture_destroy(third);
}

static void none(void)
{
	struct picture *was = plain(32, 32, 40), *now = plain(64, 32, 200);
	struct fade f = {.from = NULL};

	fade_start(&f, was, START, LENGTH, LENGTH); /* one frame is all of it */
	CHECK(!fade_runs(&f));
	fade_start(&f, was, START, TICK, LENGTH);
	CHECK(fade_mix(&f, now, START) == now && !fade_runs(&f)); /* another canvas */
	fade_start(&f, was, START, TICK, LENGTH);
	CHECK(fade_mix(&f, was, START + SEC_US) == was && !fade_runs(&f));
	fade_stop(&f);
	picture_destroy(was);
	picture_destroy(now);
}

int main(void)
{
	goes_over();
	again();
	none();
	return 0;
}
