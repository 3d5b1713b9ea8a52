#include "plugins/plan.h"

#include <string.h>

static const char *const role_names[] = {
	[PLAN_PINNED] = "pinned",     [PLAN_SCREEN] = "screen",
	[PLAN_LECTURER] = "lecturer", [PLAN_PRESENTER] = "presenter",
	[PLAN_SPEAKER] = "speaker",   [PLAN_HAND] = "hand",
	[PLAN_GUEST] = "guest",       [PLAN_INTERPRETER] = "interpreter",
	[PLAN_STUDENT] = "student",   [PLAN_CAMERA] = "camera",
	[PLAN_ANY] = "any",           [PLAN_ROLES] = NULL,
};

const char *plan_role_name(enum plan_role role)
{
	return role_names[role];
}

/* ---- which variant ------------------------------------------------------------- */

struct class_now {
	uint32_t people;
	bool tall, screen, pinned, interpreter, guest;
	uint32_t screen_owner;
};

static void look(const struct aula_layout_in *in, struct class_now *now)
{
	memset(now, 0, sizeof(*now));
	now->tall = in->canvas_h_px > in->canvas_w_px;
	for (uint32_t i = 0; i < in->n_sources; i++) {
		const struct aula_source *s = in->sources[i];

		now->pinned |= (s->flags & AULA_SRC_PINNED) != 0;
		now->interpreter |= (s->flags & AULA_SRC_INTERPRETER) != 0;
		now->guest |= (s->flags & AULA_SRC_GUEST) != 0;
		if (!(s->flags & AULA_SRC_SCREEN)) {
			now->people++;
		} else if (!now->screen) {
			now->screen = true;
			now->screen_owner = s->owner;
		}
	}
}

static bool agrees(uint8_t wanted, bool is)
{
	return wanted == PLAN_EITHER || wanted == is;
}

static bool suits(const struct plan *plan, const struct plan_when *when,
		  const struct aula_layout_in *in, const struct class_now *now,
		  uint32_t keep)
{
	if (!agrees(when->tall, now->tall) || !agrees(when->screen, now->screen) ||
	    !agrees(when->pinned, now->pinned) || !agrees(when->guest, now->guest) ||
	    !agrees(when->interpreter, now->interpreter) ||
	    now->people + keep < when->min || now->people > when->max + keep)
		return false;
	for (uint32_t i = 0; i < plan->params.n; i++)
		if (when->words[i] &&
		    params_value(in, &plan->params.specs[i]) != when->words[i] - 1u)
			return false;
	return true;
}

/* They ask for the same but for the number of people. */
static bool alike(const struct plan_when *a, const struct plan_when *b)
{
	return a->tall == b->tall && a->screen == b->screen && a->pinned == b->pinned &&
	       a->interpreter == b->interpreter && a->guest == b->guest &&
	       memcmp(a->words, b->words, sizeof(a->words)) == 0;
}

/* The first that suits, or the last one while it is only a few people off. NULL:
 * there is none. */
static const struct plan_variant *choose(const struct plan *plan,
					 const struct aula_layout_in *in,
					 const struct class_now *now)
{
	uint32_t last = in->size >= sizeof(*in) ? in->last : 0, i = 0;
	const struct plan_when *when;

	while (i < plan->n_variants && !suits(plan, &plan->variants[i].when, in, now, 0))
		i++;
	if (i == plan->n_variants)
		return NULL;
	if (!plan->keep || last == 0 || last > plan->n_variants)
		return &plan->variants[i];
	when = &plan->variants[last - 1].when;
	return alike(when, &plan->variants[i].when) &&
			       suits(plan, when, in, now, plan->keep)
		       ? &plan->variants[last - 1]
		       : &plan->variants[i];
}

/* ---- who ----------------------------------------------------------------------- */

struct placing {
	const struct aula_layout_in *in;
	struct class_now now;
	bool names;
	uint32_t n;
	struct aula_cell cells[AULA_CELLS_MAX];
	int8_t z[AULA_CELLS_MAX];
};

static bool seen(const struct placing *p, uint32_t id)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->cells[i].source == id)
			return true;
	return false;
}

/* The less the sooner, in all that are let through. */
static uint32_t worth(const struct aula_source *s)
{
	uint32_t talk = s->talk_rank < 1000 ? s->talk_rank : 1000;

	if (s->flags & (AULA_SRC_SCREEN | AULA_SRC_PINNED))
		return s->flags & AULA_SRC_SCREEN ? 0 : 1;
	if (talk < 3)
		return 2 + talk;
	if (s->flags & AULA_SRC_LECTURER)
		return 5;
	if (s->flags & AULA_SRC_HAND)
		return 10 + talk;
	return (s->flags & AULA_SRC_VIDEO ? 2000 : 4000) + talk;
}

/* What a role asks for; 0: more than a flag. */
static uint32_t flag_of(enum plan_role role)
{
	switch (role) {
	case PLAN_PINNED:
		return AULA_SRC_PINNED;
	case PLAN_SCREEN:
		return AULA_SRC_SCREEN;
	case PLAN_LECTURER:
		return AULA_SRC_LECTURER;
	case PLAN_HAND:
		return AULA_SRC_HAND;
	case PLAN_INTERPRETER:
		return AULA_SRC_INTERPRETER;
	case PLAN_GUEST:
		return AULA_SRC_GUEST;
	case PLAN_CAMERA:
		return AULA_SRC_VIDEO;
	default:
		return 0;
	}
}

/* UINT32_MAX: not such a one. Those who lead are not ranked by who speaks, so that
 * they keep their places. */
static uint32_t rank(const struct placing *p, const struct aula_source *s,
		     enum plan_role role)
{
	uint32_t flag = flag_of(role);
	bool screen = (s->flags & AULA_SRC_SCREEN) != 0;

	if ((screen && role != PLAN_SCREEN && role != PLAN_PINNED) ||
	    (flag && !(s->flags & flag)))
		return UINT32_MAX;
	switch (role) {
	case PLAN_PINNED:
		return !screen;
	case PLAN_SCREEN:
	case PLAN_LECTURER:
		return !(s->flags & AULA_SRC_VIDEO);
	case PLAN_PRESENTER:
		return p->now.screen && s->owner && s->owner == p->now.screen_owner
			       ? 0
			       : UINT32_MAX;
	case PLAN_SPEAKER:
		return s->talk_rank;
	case PLAN_STUDENT:
		return s->flags & AULA_SRC_LECTURER ? UINT32_MAX : worth(s);
	default:
		return worth(s);
	}
}

/* A rest takes screens, too: nothing that is shared may vanish. */
static uint32_t rest_rank(const struct aula_source *s, const void *ctx)
{
	return seen(ctx, s->id) ? UINT32_MAX : worth(s);
}

struct wish {
	const struct placing *p;
	enum plan_role role;
};

static uint32_t wish_rank(const struct aula_source *s, const void *ctx)
{
	const struct wish *wish = ctx;

	return seen(wish->p, s->id) ? UINT32_MAX : rank(wish->p, s, wish->role);
}

/* ---- where --------------------------------------------------------------------- */

static uint32_t flags_for(const struct placing *p, const struct plan_cell *cell,
			  const struct aula_source *s)
{
	bool screen = s && s->flags & AULA_SRC_SCREEN;
	uint32_t flags = AULA_CELL_LABEL;

	if (cell->fit == PLAN_FILL)
		flags |= AULA_CELL_FILL;
	else if (cell->fit == PLAN_FACE || (cell->fit == PLAN_BY_KIND && !screen))
		flags |= AULA_CELL_FILL | AULA_CELL_FACE;
	if (cell->border)
		flags |= AULA_CELL_BORDER;
	if (cell->over)
		flags |= AULA_CELL_OVER;
	if (!s)
		return flags | AULA_CELL_VACANT;
	if (!screen && p->names)
		flags |= AULA_CELL_NAME;
	if (!screen && cell->talks && s->talk_rank == 0)
		flags |= AULA_CELL_TALKS;
	return flags;
}

static void put(struct placing *p, const struct plan_cell *cell, struct aula_rect at,
		const struct aula_source *s)
{
	if (p->n == AULA_CELLS_MAX)
		return; /* each variant can have more than a scene takes */
	p->z[p->n] = cell->z;
	p->cells[p->n++] = (struct aula_cell){
		.source = s ? s->id : 0,
		.x = (uint16_t)at.x,
		.y = (uint16_t)at.y,
		.w = (uint16_t)at.w,
		.h = (uint16_t)at.h,
		.flags = flags_for(p, cell, s),
		.text = s ? NULL : cell->text,
	};
}

/* Columns for `n` tiles: those that make them largest, or faces in them. */
static uint32_t columns(const struct placing *p, const struct plan_cell *cell, uint32_t n,
			struct aula_rect *size)
{
	uint32_t slim = cell->zoom ? 12 : cell->slim,
		 broad = cell->zoom ? 12 : cell->broad;
	uint32_t best = 1;
	uint64_t most = 0;

	for (uint32_t c = cell->cols ? cell->cols : 1; c <= (cell->cols ? cell->cols : n);
	     c++) {
		uint32_t rows = (n + c - 1) / c;
		struct aula_rect one = aula_cell_size(p->in, cell->at, c, rows, slim,
						      broad);

		if ((uint64_t)one.w * one.h <= most)
			continue;
		most = (uint64_t)one.w * one.h;
		best = c;
		*size = one;
	}
	return best;
}

static void put_zoomed(struct placing *p, const struct plan_cell *cell,
		       const struct aula_source *const *s, uint32_t n, uint32_t cols)
{
	uint32_t rows = (n + cols - 1) / cols;
	struct aula_rect a = cell->at, at;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = i / cols, col = i % cols;
		uint32_t in_row = row < rows - 1 ? cols : n - row * cols;

		/* what remains goes to the last ones, so that no gap is left; but faces
		 * are not cut off above and below for that */
		if (in_row < cols)
			a.w = aula_cell_size(
				      p->in,
				      (struct aula_rect){0, 0, cell->at.w,
							 cell->at.h / rows * in_row},
				      in_row, in_row, 1, 18)
				      .w *
			      in_row;
		a.x = cell->at.x + (cell->at.w - a.w) / 2;
		at.x = a.x + a.w * col / in_row;
		at.w = a.x + a.w * (col + 1) / in_row - at.x;
		at.y = a.y + a.h * row / rows;
		at.h = a.y + a.h * (row + 1) / rows - at.y;
		put(p, cell, at, s[i]);
	}
}

static void put_tiles(struct placing *p, const struct plan_cell *cell,
		      const struct aula_source *const *s, uint32_t n)
{
	struct aula_rect a = cell->at, size = {0, 0, 0, 0}, at;
	uint32_t cols = columns(p, cell, n, &size), rows = (n + cols - 1) / cols;

	if (cell->zoom) {
		put_zoomed(p, cell, s, n, cols);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t in_row = i / cols < rows - 1 ? cols : n - (rows - 1) * cols;

		at.x = a.x + (a.w - in_row * size.w) / 2 + i % cols * size.w;
		at.y = a.y + (a.h - rows * size.h) / 2 + i / cols * size.h;
		at.w = size.w;
		at.h = size.h;
		put(p, cell, at, s[i]);
	}
}

static void put_rest(struct placing *p, const struct plan *plan,
		     const struct plan_cell *cell)
{
	const struct aula_source *s[AULA_CELLS_MAX];
	uint32_t most = cell->most, n;

	if (cell->most_param)
		most = params_value(p->in, &plan->params.specs[cell->most_param - 1]);
	if (most > AULA_CELLS_MAX - p->n)
		most = AULA_CELLS_MAX - p->n;
	n = aula_pick(p->in, p, rest_rank, s, most);
	if (n)
		put_tiles(p, cell, s, n);
}

static bool same_wish(const struct plan_cell *a, const struct plan_cell *b)
{
	return !b->rest && a->n_who == b->n_who && memcmp(a->who, b->who, a->n_who) == 0;
}

/* Cells of the same wish share who is found in the order of joining, so that faces
 * stay where they are when ranks change. */
static void put_group(struct placing *p, const struct plan_cell *cells, uint32_t n)
{
	uint32_t left = n, done = 0;

	for (uint32_t w = 0; w < cells->n_who && left; w++) {
		const struct aula_source *s[AULA_CELLS_MAX];
		struct wish wish = {p, cells->who[w]};
		uint32_t found = aula_pick(p->in, &wish, wish_rank, s, left);

		for (uint32_t i = 0; i < found; i++)
			put(p, &cells[done + i], cells[done + i].at, s[i]);
		done += found;
		left -= found;
	}
	for (; done < n; done++)
		if (cells[done].text[0])
			put(p, &cells[done], cells[done].at, NULL);
}

/* The lower first; equals as they came. */
static void sort(struct placing *p)
{
	for (uint32_t i = 1; i < p->n; i++)
		for (uint32_t k = i; k && p->z[k - 1] > p->z[k]; k--) {
			struct aula_cell cell = p->cells[k];
			int8_t z = p->z[k];

			p->cells[k] = p->cells[k - 1];
			p->cells[k - 1] = cell;
			p->z[k] = p->z[k - 1];
			p->z[k - 1] = z;
		}
}

static bool with_names(const struct plan *plan, const struct aula_layout_in *in)
{
	uint8_t place = plan->names_param;

	return place ? params_value(in, &plan->params.specs[place - 1]) ==
			       plan->names_word
		     : plan->names;
}

int plan_arrange(const struct plan *plan, const struct aula_layout_in *in,
		 struct aula_layout_out *out)
{
	struct placing p = {.in = in};
	const struct plan_variant *v;
	const struct plan_cell *cells;
	uint32_t n;
	int err = 0;

	look(in, &p.now);
	p.names = with_names(plan, in);
	v = choose(plan, in, &p.now);
	if (!v)
		return 0;
	cells = &plan->cells[v->first];
	for (uint32_t i = 0; i < v->n; i += n) {
		n = 1;
		if (cells[i].rest) {
			put_rest(&p, plan, &cells[i]);
			continue;
		}
		while (i + n < v->n && same_wish(&cells[i], &cells[i + n]))
			n++;
		put_group(&p, &cells[i], n);
	}
	sort(&p);
	for (uint32_t i = 0; i < p.n && !err; i++)
		err = aula_put(out, p.cells[i]);
	if (out->size >= sizeof(*out))
		out->mark = (uint32_t)(v - plan->variants) + 1;
	return err;
}

static bool meet(const struct aula_rect *a, const struct aula_rect *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h &&
	       b->y < a->y + a->h;
}

bool plan_overlap(const struct plan *plan, const struct plan_variant *variant,
		  uint32_t *one, uint32_t *other)
{
	const struct plan_cell *c = &plan->cells[variant->first];

	for (uint32_t i = 0; i < variant->n; i++)
		for (uint32_t k = i + 1; k < variant->n; k++)
			if (!c[i].over && !c[k].over && meet(&c[i].at, &c[k].at)) {
				*one = i;
				*other = k;
				return true;
			}
	return false;
}
