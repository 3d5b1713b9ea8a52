#include "mixer/compose.h"

#include "mixer/scale.h"
#include "mixer/vsource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* BT.601, limited range, of #14181e */
static const struct colour ground = {36, 130, 127};
static const struct colour mark = {200, 128, 128};
static const struct colour frame = {168, 128, 128};

/* What a cell shows on the canvas. */
struct drawn {
	struct rect_px at;
	uint32_t serial; /* of its source; 0: not drawn yet */
	enum vsource_look look;
};

struct compose {
	struct picture *canvas;
	struct scene *scene; /* NULL: only ground */
	struct drawn drawn[LIMIT_CELLS];
	bool anew; /* draw the ground, then all cells */
};

static int make_canvas(struct picture **out, uint16_t w_px, uint16_t h_px)
{
	if (!w_px || !h_px || w_px % 2 || h_px % 2 ||
	    (uint32_t)w_px * h_px > LIMIT_PIXELS)
		return -EINVAL;
	return picture_create(out, w_px, h_px);
}

int compose_create(struct compose **out, uint16_t w_px, uint16_t h_px)
{
	struct compose *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->anew = true;
	err = make_canvas(&c->canvas, w_px, h_px);
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

/* Where the cells lie on this canvas; nothing is drawn yet. */
static void lay_out(struct compose *c)
{
	c->anew = true;
	for (uint32_t i = 0; c->scene && i < c->scene->n; i++)
		c->drawn[i] = (struct drawn){geom_to_px(c->scene->cells[i].at,
							c->canvas->w_px, c->canvas->h_px),
					     0, VSOURCE_NAME};
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

static uint16_t even(uint32_t v, uint16_t max)
{
	uint32_t e = v / 2 * 2;

	return (uint16_t)(e < 2 ? 2 : e > max ? max / 2 * 2 : e);
}

struct rect_px compose_crop(uint16_t w_px, uint16_t h_px, struct rect_px cell)
{
	uint32_t across = (uint32_t)w_px * cell.h, down = (uint32_t)h_px * cell.w;
	struct rect_px r = {0, 0, w_px, h_px};

	if (!cell.w || !cell.h || w_px < 4 || h_px < 4)
		return r;
	if (across > down)
		r.w = even((down + cell.h / 2) / cell.h, w_px);
	else if (across < down)
		r.h = even((across + cell.w / 2) / cell.w, h_px);
	r.x = (uint16_t)((w_px - r.w) / 4 * 2);
	r.y = (uint16_t)((h_px - r.h) / 4 * 2);
	return r;
}

struct rect_px compose_fit(uint16_t w_px, uint16_t h_px, struct rect_px cell)
{
	uint32_t across = (uint32_t)w_px * cell.h, down = (uint32_t)h_px * cell.w;
	struct rect_px r = cell;

	if (!cell.w || !cell.h || !w_px || !h_px)
		return r;
	if (across > down)
		r.h = even(((uint32_t)cell.w * h_px + w_px / 2) / w_px, cell.h);
	else if (across < down)
		r.w = even(((uint32_t)cell.h * w_px + h_px / 2) / h_px, cell.w);
	r.x = (uint16_t)(cell.x + (cell.w - r.w) / 4 * 2);
	r.y = (uint16_t)(cell.y + (cell.h - r.h) / 4 * 2);
	return r;
}

/* ---- one cell ------------------------------------------------------------- */

/* `at` without `inside`, which it contains: the bars around a fitted picture. */
static void fill_around(struct picture *canvas, struct rect_px at, struct rect_px in)
{
	uint16_t bottom = (uint16_t)(in.y + in.h), right = (uint16_t)(in.x + in.w);

	scale_fill(canvas, (struct rect_px){at.x, at.y, at.w, (uint16_t)(in.y - at.y)},
		   ground);
	scale_fill(canvas,
		   (struct rect_px){at.x, bottom, at.w, (uint16_t)(at.y + at.h - bottom)},
		   ground);
	scale_fill(canvas, (struct rect_px){at.x, in.y, (uint16_t)(in.x - at.x), in.h},
		   ground);
	scale_fill(canvas,
		   (struct rect_px){right, in.y, (uint16_t)(at.x + at.w - right), in.h},
		   ground);
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

static void draw_name(struct picture *canvas, struct rect_px at, const char *name,
		      struct tiles *tiles)
{
	const struct picture *tile = tiles_get(tiles, name, at.w, at.h);

	if (!tile || scale_rect(tile, (struct rect_px){0, 0, at.w, at.h}, canvas, at))
		scale_fill(canvas, at, ground);
}

static void draw_picture(struct picture *canvas, struct rect_px at,
			 const struct picture *pic, bool fill)
{
	struct rect_px from = {0, 0, pic->w_px, pic->h_px}, to = at;

	if (fill)
		from = compose_crop(pic->w_px, pic->h_px, at);
	else
		to = compose_fit(pic->w_px, pic->h_px, at);
	fill_around(canvas, at, to);
	if (scale_rect(pic, from, canvas, to))
		scale_fill(canvas, to, ground);
}

/* As thick as can be seen on a small rung, and no thicker. */
static uint16_t frame_px(const struct picture *canvas)
{
	uint16_t side = canvas->w_px < canvas->h_px ? canvas->w_px : canvas->h_px;

	return side >= 540 ? 4 : 2;
}

/* Draws a frame, and takes it off `at`. */
static void draw_frame(struct picture *canvas, struct rect_px *at)
{
	uint16_t d = frame_px(canvas);

	if (at->w <= 8 * d || at->h <= 8 * d)
		return;
	scale_fill(canvas, (struct rect_px){at->x, at->y, at->w, d}, frame);
	scale_fill(canvas,
		   (struct rect_px){at->x, (uint16_t)(at->y + at->h - d), at->w, d},
		   frame);
	scale_fill(canvas, (struct rect_px){at->x, at->y, d, at->h}, frame);
	scale_fill(canvas,
		   (struct rect_px){(uint16_t)(at->x + at->w - d), at->y, d, at->h},
		   frame);
	*at = (struct rect_px){(uint16_t)(at->x + d), (uint16_t)(at->y + d),
			       (uint16_t)(at->w - 2 * d), (uint16_t)(at->h - 2 * d)};
}

static void draw_cell(struct compose *c, uint32_t i, struct vsource *source,
		      struct tiles *tiles) RUNS_ON(on_mix)
{
	const struct scene_cell *cell = &c->scene->cells[i];
	const struct drawn *drawn = &c->drawn[i];
	const struct picture *pic = NULL;
	struct rect_px at = drawn->at;

	if (!at.w || !at.h)
		return;
	if (cell->border)
		draw_frame(c->canvas, &at);
	if (source && drawn->look != VSOURCE_NAME)
		pic = vsource_picture(source);
	if (!pic) {
		draw_name(c->canvas, at, cell->name, tiles);
		return;
	}
	draw_picture(c->canvas, at, pic, cell->fill);
	if (drawn->look == VSOURCE_FROZEN)
		dim(c->canvas, at);
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

bool compose_draw(struct compose *c, const struct idmap *sources, struct tiles *tiles,
		  int64_t now_us)
{
	bool stale[LIMIT_CELLS] = {false}, any = c->anew;
	uint32_t n = c->scene ? c->scene->n : 0;

	if (c->anew)
		scale_fill(c->canvas,
			   (struct rect_px){0, 0, c->canvas->w_px, c->canvas->h_px},
			   ground);
	for (uint32_t i = 0; i < n; i++) {
		struct vsource *source = idmap_get(sources, c->scene->cells[i].source);

		if (look_at(&c->drawn[i], source, now_us) || c->anew)
			stale[i] = true;
		/* what lies over something that is drawn is drawn again */
		for (uint32_t k = 0; !stale[i] && k < i; k++)
			stale[i] = stale[k] && meet(c->drawn[k].at, c->drawn[i].at);
		if (!stale[i])
			continue;
		draw_cell(c, i, source, tiles);
		any = true;
	}
	c->anew = false;
	return any;
}
