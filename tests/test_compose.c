/* Where pictures lie in their cells, and that nothing is drawn in vain. */
#include "mixer/compose.h"

#include "base/clock.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "mixer/vsource.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same(struct rect_px a, uint16_t x, uint16_t y, uint16_t w, uint16_t h)
{
	return a.x == x && a.y == y && a.w == w && a.h == h;
}

static void shapes(void)
{
	const struct rect_px wide = {100, 50, 320, 180}, tall = {0, 0, 180, 320};

	CHECK(same(compose_crop(640, 360, wide), 0, 0, 640, 360));
	CHECK(same(compose_crop(640, 480, wide), 0, 60, 640, 360));
	CHECK(same(compose_crop(360, 640, wide), 0, 218, 360, 202));
	CHECK(same(compose_crop(640, 360, tall), 218, 0, 202, 360));
	CHECK(same(compose_crop(2, 2, wide), 0, 0, 2, 2));
	CHECK(same(compose_fit(640, 360, wide), 100, 50, 320, 180));
	CHECK(same(compose_fit(640, 480, wide), 140, 50, 240, 180));
	CHECK(same(compose_fit(180, 320, wide), 210, 50, 100, 180));
	CHECK(same(compose_fit(1920, 2, wide), 100, 138, 320, 2));
	for (uint16_t w = 1; w < 2000; w = (uint16_t)(w + 37))
		for (uint16_t h = 1; h < 1200; h = (uint16_t)(h + 41)) {
			struct rect_px c = compose_crop(w, h, wide);
			struct rect_px f = compose_fit(w, h, wide);

			CHECK(c.w && c.h && c.x + c.w <= w && c.y + c.h <= h);
			CHECK(c.x % 2 == 0 && c.y % 2 == 0);
			CHECK(f.w && f.h && f.x >= wide.x && f.y >= wide.y);
			CHECK(f.x + f.w <= wide.x + wide.w &&
			      f.y + f.h <= wide.y + wide.h);
			CHECK((f.x | f.y | f.w | f.h) % 2 == 0);
		}
}

/* ---- with sources ---------------------------------------------------------- */

struct bench {
	struct compose *c;
	struct tiles *tiles;
	struct idmap sources;
	struct vsource *s[2];
	int64_t now;
};

static const struct colour red = {81, 90, 240}, white = {200, 128, 128};

static uint32_t show(struct bench *b, int i, struct colour colour, uint16_t rotation)
	RUNS_ON(on_mix)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = 160,
					  .h_px = 90,
					  .fps = 15,
					  .bps = 400000,
					  .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	struct au *au = NULL;
	uint32_t told;

	CHECK(encoder_create(&enc, &conf) == 0 && picture_create(&pic, 160, 90) == 0);
	scale_fill(pic, (struct rect_px){0, 0, 160, 90}, colour);
	CHECK(encoder_encode(enc, pic, 0, true, &au) == 0);
	au->rotation_deg = rotation;
	told = vsource_unit(b->s[i], au, b->now);
	au_put(au);
	picture_destroy(pic);
	encoder_destroy(enc);
	return told;
}

static bool at(const struct bench *b, int x, int y, struct colour c) RUNS_ON(on_mix)
{
	const struct picture *pic = compose_canvas(b->c);

	return abs(pic->y[y * pic->y_stride + x] - c.y) <= 4 &&
	       abs(pic->u[y / 2 * pic->u_stride + x / 2] - c.u) <= 4 &&
	       abs(pic->v[y / 2 * pic->v_stride + x / 2] - c.v) <= 4;
}

static bool draw(struct bench *b) RUNS_ON(on_mix)
{
	return compose_draw(b->c, &b->sources, b->tiles, b->now);
}

/* The left half fills; the right half fits; the small one lies over the left. */
static struct scene *three(void)
{
	struct scene *scene = NULL;

	CHECK(scene_create(&scene) == 0);
	scene->n = 3;
	scene->cells[0] = (struct scene_cell){1, {0, 0, 5040, 10080}, true, "one", false};
	scene->cells[1] = (struct scene_cell){
		2, {5040, 0, 5040, 10080}, false, "two", false};
	scene->cells[2] = (struct scene_cell){9, {0, 0, 2520, 2520}, true, "gone", false};
	return scene;
}

static void damage(struct bench *b) RUNS_ON(on_mix)
{
	struct colour corner;

	CHECK(draw(b) && at(b, 10, 10, (struct colour){36, 130, 127}));
	CHECK(!draw(b));
	compose_scene(b->c, three());
	CHECK(draw(b) && !draw(b)); /* three name tiles */
	CHECK(show(b, 0, red, 0) == VSOURCE_RESIZED);
	corner = (struct colour){compose_canvas(b->c)->y[0], 130, 127};
	CHECK(draw(b) && !draw(b));
	CHECK(at(b, 200, 300, red) && !at(b, 500, 180, red));
	CHECK(at(b, 0, 0, corner)); /* the one above was drawn again */
	CHECK(show(b, 1, white, 0) == VSOURCE_RESIZED);
	CHECK(draw(b));
	CHECK(at(b, 480, 180, white) && at(b, 480, 20, (struct colour){36, 130, 127}));
	CHECK(show(b, 1, white, 0) == 0 && draw(b)); /* a new picture, the same size */
}

static void freezes_and_thaws(struct bench *b) RUNS_ON(on_mix)
{
	struct colour half = {16 + (81 - 16) / 2, 128 - 19, 128 + 56};

	b->now += VSOURCE_FROZEN_US - 1;
	CHECK(!draw(b));
	b->now += 1;
	CHECK(draw(b) && !draw(b));
	CHECK(at(b, 200, 300, half));
	CHECK(show(b, 0, red, 0) == 0 && draw(b) && at(b, 200, 300, red));
}

static void turns(struct bench *b) RUNS_ON(on_mix)
{
	uint16_t w, h;

	CHECK(show(b, 1, white, 90) == VSOURCE_RESIZED);
	vsource_size(b->s[1], &w, &h);
	CHECK(w == 90 && h == 160);
	CHECK(draw(b));
	/* 320x360 of 90x160: 202 wide, bars at its sides */
	CHECK(at(b, 480, 20, white) && at(b, 330, 180, (struct colour){36, 130, 127}));
}

static void goes_off(struct bench *b) RUNS_ON(on_mix)
{
	uint16_t w, h;

	CHECK(vsource_off(b->s[0], true, b->now) == VSOURCE_RESIZED);
	vsource_size(b->s[0], &w, &h);
	CHECK(!w && !h);
	CHECK(draw(b) && !draw(b) && !at(b, 200, 300, red));
	CHECK(show(b, 0, red, 0) == 0 && !draw(b)); /* not decoded while off */
	CHECK(vsource_off(b->s[0], false, b->now) == VSOURCE_KEY_WANTED);
	CHECK(show(b, 0, red, 0) == VSOURCE_RESIZED && draw(b));
	CHECK(at(b, 200, 300, red));
}

int main(void)
{
	struct bench b = {.now = 5 * SEC_US};

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	shapes();
	CHECK(compose_create(&b.c, 641, 360) == -EINVAL);
	CHECK(compose_create(&b.c, 0, 360) == -EINVAL);
	CHECK(compose_create(&b.c, 640, 360) == 0);
	CHECK(tiles_create(&b.tiles) == 0);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK(vsource_create(&b.s[i], i + 1) == 0);
		CHECK(vsource_seen(b.s[i], true, b.now) == 0);
		CHECK(idmap_put(&b.sources, i + 1, b.s[i]) == 0);
	}
	damage(&b);
	freezes_and_thaws(&b);
	turns(&b);
	goes_off(&b);
	vsource_destroy(b.s[0]);
	vsource_destroy(b.s[1]);
	idmap_fini(&b.sources);
	compose_destroy(b.c);
	compose_destroy(NULL);
	tiles_destroy(b.tiles);
	return 0;
}
