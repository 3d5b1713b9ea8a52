#include "mixer/compose.h"

#include "base/clock.h"
#include "mixer/backdrop.h"
#include "mixer/label.h"
#include "mixer/overlay.h"
#include "mixer/paint.h"
#include "mixer/scale.h"
#include "mixer/vsource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* BT.601, limited range */
static const struct colour mark = {200, 128, 128};
static const struct colour frame = {168, 128, 128};
static const struct colour speaks = {176, 82, 54}; /* of #4ade80 */

/* What a cell shows on the canvas. */
struct drawn {
	struct rect_px at;
	uint32_t serial; /* of its source; 0: not drawn yet */
	enum vsource_look look;
};

struct compose {
	struct picture *canvas;
	struct scene *scene; /* NULL: only ground */
	struct backdrop ground;
	struct art_cut logo;
	struct drawn drawn[LIMIT_CELLS];
	struct overlays over;
	int64_t wall_ms; /* what time it was when now_us was 0 */
	bool anew;       /* draw the ground, then all cells */
};

static int make_canvas(struct picture **out, uint16_t w_px, uint16_t h_px)
{
	if (!w_px || !h_px || w_px % 2 || h_px % 2 ||
	    (uint32_t)w_px * h_px > LIMIT_PIXELS)
		return -EINVAL;
	return picture_create(out, w_px, h_px);
}

/* As large as it was placed. */
static void cut_logo(struct compose *c, struct art *logo)
{
	const struct overlay *last = c->over.n ? &c->over.list[c->over.n - 1] : NULL;

	if (last && last->kind == OVERLAY_LOGO)
		art_cut_set(
			&c->logo, logo,
			(struct rect_px){0, 0, logo->pixels->w_px, logo->pixels->h_px},
			last->at.w, last->at.h);
	else
		art_cut_fini(&c->logo);
}

/* Where the cells lie on this canvas; nothing is drawn yet. */
static void lay_out(struct compose *c)
{
	static const struct decor none = {.ground = DECOR_GROUND};
	const struct decor *decor = c->scene ? &c->scene->decor : &none;
	struct art *logo = c->scene ? c->scene->logo : NULL;

	c->anew = true;
	backdrop_set(&c->ground, c->scene ? c->scene->picture : NULL, decor->ground,
		     c->canvas->w_px, c->canvas->h_px);
	overlays_place(&c->over, decor, logo ? logo->pixels : NULL, c->canvas->w_px,
		       c->canvas->h_px);
	cut_logo(c, logo);
	for (uint32_t i = 0; c->scene && i < c->scene->n; i++)
		c->drawn[i] = (struct drawn){geom_to_px(c->scene->cells[i].at,
							c->canvas->w_px, c->canvas->h_px),
					     0, VSOURCE_NAME};
}

int compose_create(struct compose **out, uint16_t w_px, uint16_t h_px)
{
	struct compose *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	err = make_canvas(&c->canvas, w_px, h_px);
	if (!err)
		lay_out(c);
	if (err)
		compose_destroy(c);
	else
		*out = c;
	return err;
}

void compose_destroy(struct compose *c)
{
	if (!c)
		return;
	backdrop_fini(&c->ground);
	art_cut_fini(&c->logo);
	scene_put(c->scene);
	picture_destroy(c->canvas);
	free(c);
}

const struct picture *compose_canvas(const struct compose *c)
{
	return c->canvas;
}

const struct scene *compose_shows(const struct compose *c)
{
	return c->scene;
}

void compose_scene(struct compose *c, struct scene *scene)
{
	scene_put(c->scene);
	c->scene = scene;
	lay_out(c);
}

int compose_resize(struct compose *c, uint16_t w_px, uint16_t h_px)
{
	struct picture *canvas = NULL;
	int err = make_canvas(&canvas, w_px, h_px);

	if (err)
		return err;
	picture_destroy(c->canvas);
	c->canvas = canvas;
	lay_out(c);
	return 0;
}

/* ---- one cell ------------------------------------------------------------- */

/* `at` without `inside`, which it contains: the bars around a fitted picture. */
static void fill_around(struct compose *c, struct rect_px at, struct rect_px in)
{
	uint16_t bottom = (uint16_t)(in.y + in.h), right = (uint16_t)(in.x + in.w);
	const struct rect_px bars[] = {
		{at.x, at.y, at.w, (uint16_t)(in.y - at.y)},
		{at.x, bottom, at.w, (uint16_t)(at.y + at.h - bottom)},
		{at.x, in.y, (uint16_t)(in.x - at.x), in.h},
		{right, in.y, (uint16_t)(at.x + at.w - right), in.h},
	};

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		backdrop_draw(&c->ground, c->canvas, bars[i]);
}

static void dim_plane(uint8_t *p, int stride, uint16_t w, uint16_t h, int zero)
{
	for (uint16_t row = 0; row < h; row++, p += stride)
		for (uint16_t x = 0; x < w; x++)
			p[x] = (uint8_t)(zero + (p[x] - zero) / 2);
}

/* Half as bright and half as colourful, with three dots in the corner. */
static void dim(struct picture *canvas, struct rect_px at)
{
	uint16_t dot = (uint16_t)((at.w < at.h ? at.w : at.h) / 24 / 2 * 2);
	ptrdiff_t luma = (ptrdiff_t)at.y * canvas->y_stride + at.x;
	ptrdiff_t u = (ptrdiff_t)(at.y / 2) * canvas->u_stride + at.x / 2;
	ptrdiff_t v = (ptrdiff_t)(at.y / 2) * canvas->v_stride + at.x / 2;

	dim_plane(canvas->y + luma, canvas->y_stride, at.w, at.h, 16);
	dim_plane(canvas->u + u, canvas->u_stride, at.w / 2, at.h / 2, 128);
	dim_plane(canvas->v + v, canvas->v_stride, at.w / 2, at.h / 2, 128);
	if (dot < 2)
		dot = 2;
	if (at.w < 8 * dot || at.h < 4 * dot)
		return;
	for (uint16_t i = 0; i < 3; i++)
		scale_fill(canvas,
			   (struct rect_px){(uint16_t)(at.x + dot * (1 + 2 * i)),
					    (uint16_t)(at.y + dot), dot, dot},
			   mark);
}

static void draw_name(struct compose *c, struct rect_px at, const char *name,
		      struct tiles *tiles) RUNS_ON(on_mix)
{
	const struct picture *tile = tiles_get(tiles, name, at.w, at.h);

	if (!tile || scale_rect(tile, (struct rect_px){0, 0, at.w, at.h}, c->canvas, at))
		backdrop_draw(&c->ground, c->canvas, at);
}

static void draw_picture(struct compose *c, struct rect_px at, const struct picture *pic,
			 const struct scene_cell *cell) RUNS_ON(on_mix)
{
	struct rect_px from = {0, 0, pic->w_px, pic->h_px}, to = at;

	if (cell->fill)
		from = geom_crop(pic->w_px, pic->h_px, at, cell->face);
	else
		to = geom_fit(pic->w_px, pic->h_px, at);
	fill_around(c, at, to);
	if (scale_rect(pic, from, c->canvas, to))
		backdrop_draw(&c->ground, c->canvas, to);
}

/* As thick as can be seen on a small rung, and no thicker. 0: the cell is too small. */
static uint16_t frame_px(const struct picture *canvas, struct rect_px at)
{
	uint16_t side = canvas->w_px < canvas->h_px ? canvas->w_px : canvas->h_px;
	uint16_t d = side >= 540 ? 4 : 2;

	return at.w <= 8 * d || at.h <= 8 * d ? 0 : d;
}

static void draw_frame(struct picture *canvas, struct rect_px at, struct colour colour)
{
	uint16_t d = frame_px(canvas, at);
	uint16_t bottom = (uint16_t)(at.y + at.h - d),
		 right = (uint16_t)(at.x + at.w - d);

	if (!d)
		return;
	scale_fill(canvas, (struct rect_px){at.x, at.y, at.w, d}, colour);
	scale_fill(canvas, (struct rect_px){at.x, bottom, at.w, d}, colour);
	scale_fill(canvas, (struct rect_px){at.x, at.y, d, at.h}, colour);
	scale_fill(canvas, (struct rect_px){right, at.y, d, at.h}, colour);
}

static struct rect_px inside(struct rect_px at, uint16_t d)
{
	return (struct rect_px){(uint16_t)(at.x + d), (uint16_t)(at.y + d),
				(uint16_t)(at.w - 2 * d), (uint16_t)(at.h - 2 * d)};
}

static void draw_inside(struct compose *c, uint32_t i, struct rect_px at,
			struct vsource *source, struct tiles *tiles) RUNS_ON(on_mix)
{
	const struct scene_cell *cell = &c->scene->cells[i];
	const struct drawn *drawn = &c->drawn[i];
	const struct picture *pic = NULL;

	if (source && drawn->look != VSOURCE_NAME)
		pic = vsource_picture(source);
	if (!pic) {
		draw_name(c, at, cell->name, tiles);
		return;
	}
	draw_picture(c, at, pic, cell);
	if (drawn->look == VSOURCE_FROZEN)
		dim(c->canvas, at);
	if (cell->label)
		label_name(c->canvas, at, cell->name, tiles);
}

/* A frame of its own makes the picture smaller; that of who speaks, which comes and
 * goes, lies over it, so that the picture stays where it is. */
static void draw_cell(struct compose *c, uint32_t i, struct vsource *source,
		      struct tiles *tiles) RUNS_ON(on_mix)
{
	const struct scene_cell *cell = &c->scene->cells[i];
	struct rect_px at = c->drawn[i].at;

	if (!at.w || !at.h)
		return;
	draw_inside(c, i, cell->border ? inside(at, frame_px(c->canvas, at)) : at, source,
		    tiles);
	if (cell->border || cell->talks)
		draw_frame(c->canvas, at, cell->talks ? speaks : frame);
}

/* ---- all cells ------------------------------------------------------------ */

static bool meet(struct rect_px a, struct rect_px b)
{
	return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* Notes what the cell is to show. True when that is not what it shows. */
static bool look_at(struct drawn *drawn, struct vsource *source, int64_t now_us)
	RUNS_ON(on_mix)
{
	enum vsource_look look = source ? vsource_look(source, now_us) : VSOURCE_NAME;
	/* a name tile does not change with the serial */
	uint32_t serial = look == VSOURCE_NAME ? 1 : vsource_serial(source);
	bool same = drawn->serial == serial && drawn->look == look;

	drawn->serial = serial;
	drawn->look = look;
	return !same;
}

/* The clock needs a time of day; that it may be put right only counts from the next
 * scene on. */
static void tell_time(struct compose *c, int64_t now_us)
{
	if (c->anew)
		c->wall_ms = clock_wall_ms() - now_us / MS_US;
	overlays_time(&c->over, c->wall_ms + now_us / MS_US);
}

/* An overlay is drawn over cells that are new, and over all of them: its veil must not
 * lie over itself. True when anything more is stale now. */
static bool spread_over(struct compose *c, struct overlay *over, uint32_t n, bool *stale)
{
	bool more = false;

	for (uint32_t i = 0; i < n; i++) {
		if (stale[i] == over->stale || !meet(over->at, c->drawn[i].at))
			continue;
		stale[i] = over->stale = more = true;
	}
	return more;
}

/* What lies over something that is drawn is drawn again. */
static void spread(struct compose *c, uint32_t n, bool *stale)
{
	bool more;

	do {
		more = false;
		for (uint32_t i = 1; i < n; i++)
			for (uint32_t k = 0; !stale[i] && k < i; k++)
				stale[i] = stale[k] &&
					   meet(c->drawn[k].at, c->drawn[i].at);
		for (uint32_t i = 0; i < c->over.n; i++)
			more |= spread_over(c, &c->over.list[i], n, stale);
	} while (more);
}

static void clear(struct compose *c)
{
	if (c->anew)
		backdrop_draw(&c->ground, c->canvas,
			      (struct rect_px){0, 0, c->canvas->w_px, c->canvas->h_px});
	for (uint32_t i = 0; !c->anew && i < c->over.n; i++)
		if (c->over.list[i].stale)
			backdrop_draw(&c->ground, c->canvas, c->over.list[i].at);
}

static bool draw_over(struct compose *c, struct tiles *tiles)
{
	bool any = false;

	for (uint32_t i = 0; i < c->over.n; i++) {
		struct overlay *one = &c->over.list[i];

		if (!one->stale)
			continue;
		any = true;
		if (one->kind != OVERLAY_LOGO) {
			overlay_draw(&c->over, i, c->canvas, &c->scene->decor, tiles);
			continue;
		}
		art_cut_draw(&c->logo, c->canvas, one->at.x, one->at.y);
		one->stale = false;
	}
	return any;
}

bool compose_draw(struct compose *c, const struct idmap *sources, struct tiles *tiles,
		  int64_t now_us)
{
	bool stale[LIMIT_CELLS] = {false}, any = c->anew;
	uint32_t n = c->scene ? c->scene->n : 0;

	tell_time(c, now_us);
	for (uint32_t i = 0; i < n; i++)
		stale[i] = look_at(&c->drawn[i],
				   idmap_get(sources, c->scene->cells[i].source),
				   now_us) ||
			   c->anew;
	spread(c, n, stale);
	clear(c);
	for (uint32_t i = 0; i < n; i++) {
		any |= stale[i];
		if (stale[i])
			draw_cell(c, i, idmap_get(sources, c->scene->cells[i].source),
				  tiles);
	}
	any |= draw_over(c, tiles);
	c->anew = false;
	return any;
}
