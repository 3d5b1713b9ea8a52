/* What a canvas shows, and that nothing is drawn in vain. */
#include "mixer/compose.h"

#include "base/clock.h"
#include "mixer/encoder.h"
#include "mixer/overlay.h"
#include "mixer/paint.h"
#include "mixer/scale.h"
#include "mixer/vsource.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	scene->cells[0] = (struct scene_cell){
		.source = 1, .at = {0, 0, 5040, 10080}, .fill = true, .name = "one"};
	scene->cells[1] = (struct scene_cell){
		.source = 2, .at = {5040, 0, 5040, 10080}, .name = "two"};
	scene->cells[2] = (struct scene_cell){
		.source = 9, .at = {0, 0, 2520, 2520}, .fill = true, .name = "gone"};
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

/* The darkest and the brightest luma of a part of the canvas. */
static void luma(const struct bench *b, struct rect_px at, uint8_t *least, uint8_t *most)
	RUNS_ON(on_mix)
{
	const struct picture *pic = compose_canvas(b->c);

	*least = 255;
	*most = 0;
	for (int y = at.y; y < at.y + at.h; y++)
		for (int x = at.x; x < at.x + at.w; x++) {
			uint8_t v = pic->y[y * pic->y_stride + x];

			*least = v < *least ? v : *least;
			*most = v > *most ? v : *most;
		}
}

static struct scene *decorated(void)
{
	struct scene *scene = three();

	scene->n = 2;
	scene->decor.ground = 0x204060;
	scene->cells[0].face = scene->cells[0].label = scene->cells[1].label = true;
	scene->cells[0].talks = true;
	scene->cells[1].at.w = 4032;
	snprintf(scene->cells[0].name, sizeof(scene->cells[0].name), "%s",
		 "\xd8\xa7\xd8\xad\xd9\x85\xd8\xaf \xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7");
	return scene;
}

/* The ground's colour, around pictures too; names over pictures, the same each time;
 * the frame of who speaks, which moves nothing. */
static void decorates(struct bench *b) RUNS_ON(on_mix)
{
	const struct colour blue = paint_colour(0x204060), green = {176, 82, 54};
	const struct rect_px name = {4, 326, 60, 24}, beside = {240, 326, 70, 24};
	uint8_t least, most, again[2];

	compose_scene(b->c, decorated());
	CHECK(show(b, 0, white, 0) == 0 && show(b, 1, white, 0) == VSOURCE_RESIZED);
	CHECK(draw(b));
	CHECK(at(b, 620, 180, blue) && at(b, 480, 4, blue));
	CHECK(at(b, 0, 0, green) && at(b, 319, 358, green) && at(b, 3, 3, white));
	luma(b, name, &least, &most);
	CHECK(least < 80 && most > 190);
	luma(b, beside, again, again + 1);
	CHECK(abs(again[0] - white.y) <= 4 && abs(again[1] - white.y) <= 4);
	/* with the next picture it is drawn anew, not a second time over the first */
	CHECK(show(b, 0, white, 0) == 0 && draw(b));
	luma(b, name, again, again + 1);
	CHECK(abs(again[0] - least) <= 1 && abs(again[1] - most) <= 1);
	CHECK(!draw(b));
	/* where the camera is off the tile has the name, once */
	CHECK(vsource_off(b->s[0], true, b->now) == VSOURCE_RESIZED && draw(b));
	luma(b, beside, again, again + 1);
	CHECK(again[1] < 80);
}

/* A banner above, a clock beside it; they lie over a picture, which goes on below. */
static void overlays(struct bench *b) RUNS_ON(on_mix)
{
	const struct rect_px banner = {230, 0, 180, 26}, clock = {574, 26, 66, 26};
	struct scene *scene = three();
	uint8_t least, most, again[2];

	scene->n = 1;
	scene->cells[0].at.w = GEOM_UNIT;
	scene->decor.clock = DECOR_TOP_RIGHT;
	snprintf(scene->decor.banner, sizeof(scene->decor.banner), "Exam, room 12");
	compose_scene(b->c, scene);
	b->now += SEC_US;
	(void)vsource_off(b->s[0], false, b->now);
	(void)show(b, 0, white, 0);
	CHECK(draw(b));
	CHECK(at(b, 300, 200, white) && !at(b, 300, 2, white) && !at(b, 630, 30, white));
	CHECK(at(b, 568, 30, white)); /* the clock is no row */
	for (int i = 0; i < 3; i++) {
		luma(b, banner, &least, &most);
		CHECK(least > 30 && least < 80 && most > 190);
		luma(b, clock, again, again + 1);
		CHECK(again[0] > 30 && again[0] < 80 && again[1] > 190);
		CHECK(show(b, 0, white, 0) == 0 && draw(b) && !draw(b));
	}
}

static bool apart(struct rect_px a, struct rect_px b)
{
	return a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h ||
	       b.y >= a.y + a.h;
}

/* One case: a banner, a clock and a logo, each inside and none over another. */
static void logo_place(const struct decor *decor, uint16_t w, uint16_t h,
		       const struct picture *logo)
{
	bool right = decor->logo_at == DECOR_TOP_RIGHT ||
		     decor->logo_at == DECOR_BOTTOM_RIGHT;
	bool below = decor->logo_at >= DECOR_BOTTOM_LEFT;
	const struct overlay *last;
	struct overlays o;

	overlays_place(&o, decor, logo, w, h);
	CHECK(o.n > 0);
	last = &o.list[o.n - 1];
	CHECK(last->kind == OVERLAY_LOGO);
	for (uint32_t i = 0; i < o.n; i++) {
		struct rect_px at = o.list[i].at;

		CHECK((at.x | at.y | at.w | at.h) % 2 == 0);
		CHECK(at.w && at.h && at.x + at.w <= w && at.y + at.h <= h);
		for (uint32_t k = 0; k < i; k++)
			CHECK(apart(at, o.list[k].at));
	}
	CHECK(last->at.h <= h * decor->logo_permille / 1000 && last->at.w <= w * 2 / 5);
	CHECK((last->at.x > w / 2) == right);
	CHECK(below ? last->at.y + last->at.h > h / 2 : last->at.y < h / 2);
}

static void logo_places(void)
{
	static const uint16_t sides[][2] = {{1280, 720}, {720, 1280}, {320, 180},
					    {1920, 400}, {180, 320},  {640, 640}};
	static const struct picture shapes[] = {{.w_px = 400, .h_px = 100},
						{.w_px = 100, .h_px = 300}};
	struct decor decor = {.logo_permille = 300};
	struct overlays o;

	for (int k = 0; k < 4 * DECOR_CORNERS * DECOR_CORNERS; k++) {
		decor.banner[0] = k & 1 ? 'x' : '\0';
		decor.banner_below = k & 2;
		decor.clock = (enum decor_corner)(k / 4 % DECOR_CORNERS);
		decor.logo_at = (enum decor_corner)(k / 4 / DECOR_CORNERS);
		if (decor.logo_at == DECOR_NOWHERE)
			continue;
		for (size_t i = 0; i < 12; i++)
			logo_place(&decor, sides[i / 2][0], sides[i / 2][1],
				   &shapes[i % 2]);
	}
	decor.logo_permille = 20; /* too small to be seen */
	overlays_place(&o, &decor, &shapes[0], 320, 180);
	CHECK(!o.n || o.list[o.n - 1].kind != OVERLAY_LOGO);
}

/* The time is never cut off, and nothing lies outside or over each other. */
static void places(struct bench *b)
{
	static const uint16_t sides[][2] = {{1280, 720}, {720, 1280}, {640, 360},
					    {320, 180},  {180, 320},  {178, 178},
					    {64, 64}};
	struct decor decor = {.banner = "Exam"};
	struct overlays o;
	uint16_t whole;

	logo_places();
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
		for (int k = 0; k < 2 * DECOR_CORNERS; k++) {
			uint16_t w = sides[i][0], h = sides[i][1];
			const struct rect_px *c = &o.list[1].at, *t = &o.list[0].at;

			decor.clock = (enum decor_corner)(k / 2);
			decor.banner_below = k % 2;
			overlays_place(&o, &decor, NULL, w, h);
			CHECK(o.n == (w < 100 ? 0 : decor.clock ? 2 : 1));
			for (uint32_t n = 0; n < o.n; n++) {
				const struct rect_px *at = &o.list[n].at;

				CHECK((at->x | at->y | at->w | at->h) % 2 == 0);
				CHECK(at->x + at->w <= w && at->y + at->h <= h);
			}
			if (o.n < 2)
				continue;
			CHECK(c->y >= t->y + t->h || c->y + c->h <= t->y);
			whole = tiles_line(b->tiles, "00:00", o.size_px, 400)->w_px;
			CHECK(tiles_line(b->tiles, "00:00", o.size_px,
					 (uint16_t)(c->w - o.size_px))
				      ->w_px == whole);
		}
}

/* Of a still scene there is a new picture once a minute, and not one more. */
static void once_a_minute(struct bench *b) RUNS_ON(on_mix)
{
	struct scene *scene = three();
	uint32_t n = 0;

	scene->cells[0] = scene->cells[2];
	scene->n = 1;
	scene->decor.clock = DECOR_BOTTOM_LEFT;
	scene->decor.banner_below = true;
	snprintf(scene->decor.banner, sizeof(scene->decor.banner), "a");
	compose_scene(b->c, scene);
	CHECK(draw(b));
	for (int i = 0; i < 180; i++) {
		b->now += SEC_US;
		n += draw(b);
	}
	CHECK(n == 3);
	CHECK(compose_resize(b->c, 120, 68) == 0); /* too small to read */
	CHECK(draw(b) && at(b, 100, 66, paint_colour(DECOR_GROUND)));
	b->now += 60 * SEC_US;
	CHECK(!draw(b));
}

/* A picture in one colour; its right half can be seen through if `half`. */
static struct art *art(uint16_t w, uint16_t h, struct colour c, bool half)
{
	uint8_t *alpha = malloc((size_t)w * h);
	struct picture *pic = NULL;
	struct art *made = NULL;

	CHECK(alpha && picture_create(&pic, w, h) == 0);
	scale_fill(pic, (struct rect_px){0, 0, w, h}, c);
	for (int i = 0; i < w * h; i++)
		alpha[i] = i % w < w / 2 ? 255 : 0;
	if (half) /* over black: nothing is added there */
		scale_fill(pic, (struct rect_px){(uint16_t)(w / 2), 0, w / 2, h},
			   (struct colour){16, 128, 128});
	CHECK(art_create(&made, pic, half ? alpha : NULL, w) == 0);
	free(alpha);
	return made;
}

/* A picture where no cell is, around one that does not fill its cell too; a logo over a
 * cell, through which it is seen, drawn anew with it and not over itself. */
static void pictures(struct bench *b) RUNS_ON(on_mix)
{
	const struct colour blue = {41, 240, 110}, green = {145, 54, 34};
	const struct colour black = {16, 128, 128};
	struct scene *scene = three();
	struct scene *same;

	CHECK(compose_resize(b->c, 640, 360) == 0);
	scene->n = 2;
	scene->cells[1].at.w = 4032; /* to x = 576 */
	scene->decor.ground = 0x000000;
	scene->decor.logo_at = DECOR_TOP_LEFT;
	scene->decor.logo_permille = 200;
	scene->picture = art(300, 300, green, true);
	scene->logo = art(200, 100, blue, true);
	compose_scene(b->c, scene);
	b->now += SEC_US;
	(void)vsource_off(b->s[0], false, b->now);
	(void)vsource_off(b->s[1], false, b->now);
	(void)show(b, 0, white, 0);
	(void)show(b, 1, white, 0);
	CHECK(draw(b));
	/* the right half of the background is black through the picture */
	CHECK(at(b, 600, 100, black) && at(b, 638, 358, black));
	CHECK(at(b, 480, 180, white) && at(b, 480, 4, black));
	/* 8 px from the corner, 144 x 72: half of it is there */
	for (int i = 0; i < 3; i++) {
		CHECK(at(b, 10, 10, blue) && at(b, 76, 76, blue) && at(b, 84, 20, white));
		CHECK(at(b, 4, 20, white) && at(b, 20, 84, white) &&
		      at(b, 150, 20, white));
		CHECK(show(b, 0, white, 0) == 0 && draw(b) && !draw(b));
	}
	/* another scene with the same picture, in whose left half it can be seen */
	same = three();
	same->n = 1;
	same->cells[0].at.x = 5040;
	same->picture = art_get(scene->picture);
	compose_scene(b->c, same);
	CHECK(draw(b) && at(b, 10, 10, green) && at(b, 300, 350, green));
	CHECK(at(b, 600, 100, white));
	CHECK(compose_resize(b->c, 320, 640) == 0 && draw(b) && at(b, 100, 600, green));
	compose_scene(b->c, three());
	CHECK(draw(b));
}

int main(void)
{
	struct bench b = {.now = 5 * SEC_US};

	thread_enter(&on_mix);
	thread_claim(&on_mix);
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
	decorates(&b);
	overlays(&b);
	places(&b);
	once_a_minute(&b);
	pictures(&b);
	vsource_destroy(b.s[0]);
	vsource_destroy(b.s[1]);
	idmap_fini(&b.sources);
	compose_destroy(b.c);
	compose_destroy(NULL);
	tiles_destroy(b.tiles);
	return 0;
}
