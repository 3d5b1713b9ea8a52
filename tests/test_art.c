/* Pictures that can be seen through: what is drawn of them is exact where they cover all
 * or nothing, and near enough between; what is kept of them is made once.
 */
#include "mixer/art.h"

#include "mixer/backdrop.h"
#include "mixer/paint.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define SIDE 64

static const struct colour grey = {100, 90, 160}, red = {81, 90, 240};

static struct picture *plain(uint16_t w, uint16_t h, struct colour c)
{
	struct picture *pic = NULL;

	CHECK(picture_create(&pic, w, h) == 0);
	/* odd sizes too */
	for (int y = 0; y < h; y++)
		memset(pic->y + (ptrdiff_t)y * pic->y_stride, c.y, w);
	for (int y = 0; y < (h + 1) / 2; y++) {
		memset(pic->u + (ptrdiff_t)y * pic->u_stride, c.u, (w + 1u) / 2);
		memset(pic->v + (ptrdiff_t)y * pic->v_stride, c.v, (w + 1u) / 2);
	}
	return pic;
}

static uint8_t over_black(int v, int zero, int a)
{
	return (uint8_t)(zero + ((v - zero) * a + (v > zero ? 127 : -127)) / 255);
}

/* One of the same alpha everywhere. */
static struct art *veil(struct colour c, uint8_t a)
{
	const struct colour dark = {over_black(c.y, 16, a), over_black(c.u, 128, a),
				    over_black(c.v, 128, a)};
	uint8_t alpha[SIDE * SIDE];
	struct art *art = NULL;

	memset(alpha, a, sizeof(alpha));
	CHECK(art_create(&art, plain(SIDE, SIDE, dark), alpha, SIDE) == 0);
	return art;
}

static void near(int got, int below, int above, int a)
{
	int want = (below * (255 - a) + above * a + 127) / 255;

	CHECK(abs(got - want) <= (a == 0 || a == 255 ? 0 : 2));
}

static void every_alpha(void)
{
	struct art_cut cut = {.of = NULL};

	for (int a = 0; a < 256; a++) {
		struct art *art = veil(red, (uint8_t)a);
		struct picture *canvas = plain(SIDE, SIDE, grey);

		art_cut_set(&cut, art, (struct rect_px){0, 0, SIDE, SIDE}, SIDE, SIDE);
		art_put(art); /* the cut has its own */
		art_cut_draw(&cut, canvas, 0, 0);
		for (int i = 0; i < SIDE; i++) {
			near(canvas->y[i * canvas->y_stride + i], grey.y, red.y, a);
			near(canvas->u[i / 2 * canvas->u_stride + i / 2], grey.u, red.u,
			     a);
			near(canvas->v[i / 2 * canvas->v_stride + i / 2], grey.v, red.v,
			     a);
		}
		picture_destroy(canvas);
	}
	art_cut_fini(&cut);
	art_cut_fini(&cut);
}

/* The brightest and the darkest there are do not turn around. */
static void extremes(void)
{
	const struct colour bright = {255, 255, 255}, dark = {0, 0, 0};
	struct art_cut cut = {.of = NULL};
	struct art *art = NULL;
	uint8_t alpha[SIDE * SIDE];
	struct picture *canvas = plain(SIDE, SIDE, bright);

	memset(alpha, 10, sizeof(alpha)); /* pixels that no decoder would give us */
	CHECK(art_create(&art, plain(SIDE, SIDE, bright), alpha, SIDE) == 0);
	art_cut_set(&cut, art, (struct rect_px){0, 0, SIDE, SIDE}, SIDE, SIDE);
	art_cut_draw(&cut, canvas, 0, 0);
	CHECK(canvas->y[0] == 255 && canvas->u[0] == 255);
	art_put(art);
	picture_destroy(canvas);
	canvas = plain(SIDE, SIDE, dark);
	CHECK(art_create(&art, plain(SIDE, SIDE, dark), alpha, SIDE) == 0);
	art_cut_set(&cut, art, (struct rect_px){0, 0, SIDE, SIDE}, SIDE, SIDE);
	art_cut_draw(&cut, canvas, 0, 0);
	CHECK(canvas->y[0] == 0 && canvas->v[0] == 0);
	art_put(art);
	art_cut_fini(&cut);
	picture_destroy(canvas);
}

/* Into its place and nowhere else; only what is inside of odd edges counts. */
static void places(void)
{
	uint8_t alpha[33 * 17];
	struct art_cut cut = {.of = NULL};
	struct picture *canvas = plain(100, 80, grey);
	struct art *art = NULL;

	memset(alpha, 255, sizeof(alpha));
	CHECK(art_create(&art, plain(33, 17, red), alpha, 33) == 0);
	CHECK(art->alpha->u[8 * art->alpha->u_stride + 16] == 255);
	art_cut_set(&cut, art, (struct rect_px){0, 0, 32, 16}, 20, 10);
	art_cut_draw(&cut, canvas, 80, 70);
	for (int y = 0; y < 80; y++)
		for (int x = 0; x < 100; x++) {
			bool in = x >= 80 && y >= 70;

			CHECK(canvas->y[y * canvas->y_stride + x] ==
			      (in ? red.y : grey.y));
			CHECK(canvas->v[y / 2 * canvas->v_stride + x / 2] ==
			      (in ? red.v : grey.v));
		}
	art_put(art);
	art_cut_fini(&cut);
	art_cut_draw(&cut, canvas, 0, 0); /* there is nothing to draw */
	CHECK(canvas->y[0] == grey.y);
	picture_destroy(canvas);
}

/* The middle of a wide picture covers a tall canvas; nothing is scaled again that is
 * there. */
static void backdrops(void)
{
	struct backdrop b = {.whole = NULL};
	struct picture *wide = plain(300, 100, red), *canvas = plain(64, 128, grey);
	const struct colour blue = paint_colour(0x0000ff);
	const struct picture *kept;
	struct art *art = NULL;

	scale_fill(wide, (struct rect_px){0, 0, 100, 100}, grey);
	scale_fill(wide, (struct rect_px){200, 0, 100, 100}, grey);
	CHECK(art_create(&art, wide, NULL, 0) == 0);
	backdrop_set(&b, NULL, 0x0000ff, 64, 128);
	backdrop_draw(&b, canvas, (struct rect_px){0, 0, 64, 64});
	CHECK(canvas->y[0] == blue.y && canvas->y[100 * canvas->y_stride] == grey.y);
	backdrop_set(&b, art, 0x0000ff, 64, 128);
	kept = b.whole;
	CHECK(kept && kept->w_px == 64 && kept->h_px == 128);
	CHECK(kept->y[0] == red.y && kept->y[127 * kept->y_stride + 63] == red.y);
	backdrop_set(&b, art, 0x0000ff, 64, 128);
	CHECK(b.whole == kept);
	backdrop_draw(&b, canvas, (struct rect_px){2, 100, 4, 6});
	CHECK(canvas->y[100 * canvas->y_stride + 2] == red.y &&
	      canvas->y[106 * canvas->y_stride + 2] == grey.y &&
	      canvas->y[100 * canvas->y_stride + 6] == grey.y);
	backdrop_set(&b, art, 0x0000ff, 128, 64);
	CHECK(b.whole->w_px == 128);
	art_put(art); /* it is held */
	CHECK(b.whole->y[64] == red.y);
	backdrop_set(&b, NULL, 0x0000ff, 128, 64);
	CHECK(!b.whole && !b.art);
	art = veil(red, 0);
	backdrop_set(&b, art, 0x0000ff, 128, 64);
	CHECK(b.whole->y[0] == blue.y && b.whole->v[0] == blue.v);
	backdrop_set(&b, art, 0x00ff00, 128, 64); /* another colour below it */
	CHECK(b.whole->y[0] == paint_colour(0x00ff00).y);
	art_put(art);
	backdrop_fini(&b);
	picture_destroy(canvas);
}

int main(void)
{
	every_alpha();
	extremes();
	places();
	backdrops();
	return 0;
}
