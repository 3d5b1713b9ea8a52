#include "mcu/tryout.h"

#include <string.h>

#include "base/limits.h"
#include "mcu/cast.h"
#include "mcu/views.h"

enum part { LEADS = 1, SPEAKS, PINNED, HAND, GUEST, INTERPRETER };
#define SPOKE 3 /* who speaks, and who spoke before */

uint32_t tryout_member(uint32_t source)
{
	return source > TRYOUT_SCREEN ? source - TRYOUT_SCREEN : 0;
}

/* ---- the class ------------------------------------------------------------------- */

struct imagined {
	uint32_t n;
	struct aula_source sources[CAST_WALL];
	const struct aula_source *list[CAST_WALL];
};

static uint32_t cast_of(const struct tryout_class *who)
{
	return who->wall ? CAST_WALL : CAST_MAX;
}

static void add(struct imagined *class, struct aula_source source)
{
	source.size = sizeof(source);
	class->sources[class->n] = source;
	class->list[class->n] = &class->sources[class->n];
	class->n++;
}

static bool has_part(const struct tryout_class *who, uint32_t member, enum part part)
{
	return member == (who->people < part ? who->people : part);
}

static uint32_t flags_of(const struct tryout_class *who, uint32_t member)
{
	uint32_t flags = AULA_SRC_VIDEO;

	if (member == LEADS)
		flags |= AULA_SRC_LECTURER;
	if (who->pinned && has_part(who, member, PINNED))
		flags |= AULA_SRC_PINNED;
	if (who->hand && has_part(who, member, HAND))
		flags |= AULA_SRC_HAND;
	if (who->guest && has_part(who, member, GUEST))
		flags |= AULA_SRC_GUEST;
	if (who->interpreter && has_part(who, member, INTERPRETER))
		flags |= AULA_SRC_INTERPRETER;
	return flags;
}

static uint32_t talk_rank(const struct tryout_class *who, uint32_t member)
{
	if (who->people == LEADS)
		return 0;
	return member >= SPEAKS && member < SPEAKS + SPOKE ? member - SPEAKS : UINT32_MAX;
}

/* As cast.h would choose: those with a part have the low numbers. */
static void imagine(struct imagined *class, const struct tryout_class *who, uint32_t most)
{
	uint32_t places = cast_of(who) - 1;
	uint32_t n = who->people < places ? who->people : places;

	class->n = 0;
	if (who->screen)
		add(class, (struct aula_source){.id = TRYOUT_SCREEN,
						.owner = LEADS,
						.flags = AULA_SRC_SCREEN | AULA_SRC_VIDEO,
						.talk_rank = UINT32_MAX,
						.w_px = 1280,
						.h_px = 720});
	most -= class->n;
	for (uint32_t member = 1; member <= n && member <= most; member++)
		add(class, (struct aula_source){.id = TRYOUT_SCREEN + member,
						.owner = member,
						.flags = flags_of(who, member),
						.talk_rank = talk_rank(who, member),
						.w_px = 640,
						.h_px = 360});
}

static int arrange(const struct plugin *layout, const struct tryout_class *who,
		   uint32_t most, struct aula_cell *cells, uint32_t *n, uint32_t *mark)
	RUNS_ON(on_ctl)
{
	struct aula_layout_in in = {.size = sizeof(in)};
	struct imagined class;

	imagine(&class, who, most);
	in.n_sources = class.n;
	in.sources = class.list;
	views_frame(who->tall ? SHAPE_TALL : SHAPE_WIDE, &in.canvas_w_px,
		    &in.canvas_h_px);
	if (who->params) {
		in.n_params = who->params->n;
		in.params = who->params->list;
	}
	return plugin_arrange(layout, &in, cells, AULA_CELLS_MAX, n, mark);
}

int tryout_arrange(const struct plugin *layout, const struct tryout_class *who,
		   struct aula_cell *cells, uint32_t *n, uint32_t *mark)
{
	return arrange(layout, who, cast_of(who), cells, n, mark);
}

/* ---- a rung ---------------------------------------------------------------------- */

struct least {
	uint32_t person, page; /* in AULA_UNIT; 0: there is none */
};

static struct least least_of(const struct aula_cell *cells, uint32_t n)
{
	struct least least = {0, 0};

	for (uint32_t i = 0; i < n; i++) {
		bool page = cells[i].source == TRYOUT_SCREEN;
		uint32_t *of = page ? &least.page : &least.person;

		if (cells[i].source && (!*of || cells[i].h < *of))
			*of = cells[i].h;
	}
	return least;
}

uint32_t tryout_least(const struct tryout_class *who)
{
	return who->wall ? VIEW_CELL_WALL : VIEW_CELL;
}

static bool too_small(const struct tryout_class *who, uint32_t n, uint32_t least,
		      uint32_t h_px)
{
	return n > 1 && least && least * h_px < tryout_least(who) * AULA_UNIT;
}

int tryout_rung(const struct plugin *layout, const struct tryout_class *who,
		const struct ladder *ladder, enum level level, struct tryout_rung *out)
{
	static const uint8_t usual[] = VIEW_TRIES, walls[] = VIEW_TRIES_WALL;
	const uint8_t *tries = who->wall ? walls : usual;
	size_t n_tries = who->wall ? sizeof(walls) : sizeof(usual);
	struct aula_cell cells[AULA_CELLS_MAX];
	const struct ladder_spec *spec;
	struct tryout_rung rung;
	struct least least;
	uint32_t n = 0, h_px;
	int err = arrange(layout, who, cast_of(who), cells, &n, NULL);

	if (err)
		return err;
	least = least_of(cells, n);
	spec = &ladder->video[level][least.page ? CONTENT_SLIDES : CONTENT_PEOPLE];
	h_px = who->tall ? spec->w_px : spec->h_px;
	rung = (struct tryout_rung){
		.w_px = who->tall ? spec->h_px : spec->w_px,
		.h_px = (uint16_t)h_px,
		.least_px = (uint16_t)(least.person * h_px / AULA_UNIT),
		.page_px = (uint16_t)(least.page * h_px / AULA_UNIT),
	};
	/* the largest rung shows all, however small */
	for (size_t i = 0;
	     i < n_tries && level < LEVEL_HIGH && too_small(who, n, least.person, h_px);
	     i++) {
		err = arrange(layout, who, tries[i], cells, &n, NULL);
		if (err)
			return err;
		least = least_of(cells, n);
	}
	rung.n = n;
	rung.thin_px = (uint16_t)(least.person * h_px / AULA_UNIT);
	*out = rung;
	return 0;
}
