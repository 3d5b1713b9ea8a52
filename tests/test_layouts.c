/* The shipped layouts: proportions, who is large, who is left out. */
#include "base/limits.h"
#include "plugins/set.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

#define SOURCES_MAX 200

static struct plugin_set *set;

static struct aula_source s[SOURCES_MAX];
static const struct aula_source *list[SOURCES_MAX];
static struct aula_cell cells[AULA_CELLS_MAX];
static uint32_t n_cells;

/* `n` cameras with a picture that have not spoken, ids from 1. */
static struct aula_layout_in cast(uint32_t n, uint16_t w_px, uint16_t h_px)
{
	for (uint32_t i = 0; i < n; i++) {
		s[i] = (struct aula_source){.size = sizeof(s[i]),
					    .id = i + 1,
					    .flags = AULA_SRC_VIDEO,
					    .talk_rank = UINT32_MAX,
					    .w_px = 640,
					    .h_px = 360,
					    .owner = i + 1};
		list[i] = &s[i];
	}
	return (struct aula_layout_in){.size = sizeof(struct aula_layout_in),
				       .n_sources = n,
				       .sources = list,
				       .canvas_w_px = w_px,
				       .canvas_h_px = h_px};
}

static void run(const char *name, const struct aula_layout_in *in) RUNS_ON(on_ctl)
{
	n_cells = 77;
	CHECK(plugin_set_arrange(set, name, in, cells, &n_cells) == 0);
}

static const struct aula_cell *cell_of(uint32_t id)
{
	for (uint32_t i = 0; i < n_cells; i++)
		if (cells[i].source == id)
			return &cells[i];
	return NULL;
}

static bool overlap(const struct aula_cell *a, const struct aula_cell *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h &&
	       b->y < a->y + a->h;
}

/* Nobody twice, nothing covered, no camera squeezed. */
static void sane(const struct aula_layout_in *in)
{
	for (uint32_t i = 0; i < n_cells; i++) {
		const struct aula_cell *c = &cells[i];
		double shape = (double)c->w * in->canvas_w_px / c->h / in->canvas_h_px;

		CHECK(c->flags & AULA_CELL_LABEL);
		if (!(s[c->source - 1].flags & AULA_SRC_SCREEN)) {
			CHECK(c->flags & AULA_CELL_FILL);
			CHECK(shape > 1.32 && shape < 1.79);
		} else {
			CHECK(!(c->flags & AULA_CELL_FILL));
		}
		for (uint32_t k = 0; k < i; k++)
			CHECK(cells[k].source != c->source && !overlap(&cells[k], c));
	}
}

static const struct {
	uint16_t w, h;
} canvases[] = {{640, 360}, {1280, 720}, {360, 640}, {640, 480}, {500, 500}, {0, 0}};

static void any_number_on_any_canvas(void) RUNS_ON(on_ctl)
{
	static const struct {
		const char *name;
		uint32_t max;
	} layouts[] = {{"grid", 25}, {"speaker", 6}, {"lecture", 7}};

	for (size_t l = 0; l < 3; l++)
		for (size_t c = 0; c < sizeof(canvases) / sizeof(canvases[0]); c++)
			for (uint32_t n = 0; n <= 30; n++) {
				struct aula_layout_in in = cast(n, canvases[c].w,
								canvases[c].h);

				if (n > 3)
					s[3].flags |= AULA_SRC_SCREEN;
				run(layouts[l].name, &in);
				CHECK(n_cells ==
				      (n < layouts[l].max ? n : layouts[l].max));
				if (canvases[c].w)
					sane(&in);
			}
}

static void grid_shapes(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(4, 640, 360);
	const struct aula_param max = {"max", "9"};
	const struct aula_param *params[] = {&max};

	run("grid", &in); /* quarters that leave no gap */
	for (uint32_t i = 0; i < 4; i++)
		CHECK(cells[i].source == i + 1 && cells[i].w == AULA_UNIT / 2 &&
		      cells[i].h == AULA_UNIT / 2 &&
		      cells[i].x == i % 2 * AULA_UNIT / 2 &&
		      cells[i].y == i / 2 * AULA_UNIT / 2);

	in = cast(1, 640, 360);
	run("grid", &in);
	CHECK(cells[0].w == AULA_UNIT && cells[0].h == AULA_UNIT);

	in = cast(3, 640, 360); /* the last row is in the middle */
	run("grid", &in);
	CHECK(cells[2].x == AULA_UNIT / 4 && cells[2].w == AULA_UNIT / 2);

	in = cast(2, 360, 640); /* upright: one above the other */
	run("grid", &in);
	CHECK(cells[0].w == AULA_UNIT && cells[1].y >= cells[0].y + cells[0].h);

	in = cast(25, 640, 360);
	run("grid", &in);
	CHECK(n_cells == 25 && cells[24].x + cells[24].w == AULA_UNIT &&
	      cells[24].y + cells[24].h == AULA_UNIT && cells[0].w == AULA_UNIT / 5);

	in.n_params = 1;
	in.params = params;
	run("grid", &in);
	CHECK(n_cells == 9);
}

/* Those nobody would miss go, the others stay in order. */
static void grid_leaves_out(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(200, 640, 360);

	s[199].flags = AULA_SRC_LECTURER; /* without a picture */
	s[150].talk_rank = 0;
	s[150].flags = 0;
	s[120].flags |= AULA_SRC_HAND;
	s[90].flags |= AULA_SRC_SCREEN;
	s[0].flags = s[5].flags = 0;
	run("grid", &in);
	CHECK(n_cells == 25);
	CHECK(cell_of(200) && cell_of(151) && cell_of(121) && cell_of(91));
	CHECK(!cell_of(1) && !cell_of(6) && cell_of(2) && cell_of(23) && !cell_of(24));
	for (uint32_t i = 1; i < n_cells; i++)
		CHECK(cells[i].source > cells[i - 1].source);
	sane(&in);
}

static void speaker_picks(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(10, 640, 360);

	run("speaker", &in); /* nobody spoke: somebody with a picture */
	CHECK(cells[0].source == 1 && n_cells == 6);
	s[4].flags |= AULA_SRC_LECTURER;
	run("speaker", &in);
	CHECK(cells[0].source == 5);
	s[7].talk_rank = 1;
	s[8].talk_rank = 0;
	run("speaker", &in);
	CHECK(cells[0].source == 9 && cell_of(8) && cell_of(5));
	CHECK(cells[0].w == AULA_UNIT * 4 / 5 && cells[0].h == AULA_UNIT * 4 / 5 &&
	      cells[0].x == AULA_UNIT / 10 && cells[0].y == 0);
	CHECK(cells[1].w == AULA_UNIT / 5 && cells[1].y == AULA_UNIT * 4 / 5);
	s[2].flags |= AULA_SRC_SCREEN; /* is no speaker, but must not vanish */
	s[2].talk_rank = 0;
	run("speaker", &in);
	CHECK(cells[0].source == 9 && cell_of(3));
	s[6].flags |= AULA_SRC_PINNED;
	run("speaker", &in);
	CHECK(cells[0].source == 7 && cell_of(9) && cell_of(3));
	s[2].flags |= AULA_SRC_PINNED;
	run("speaker", &in);
	CHECK(cells[0].source == 3);
}

static void strip_parameter(const char *layout, uint32_t max) RUNS_ON(on_ctl)
{
	static const struct {
		const char *text;
		int want; /* -1: as without it */
	} rows[] = {{"0", 0},   {"2", 2},   {"99", -1},        {"", -1},
		    {"-1", -1}, {"2x", -1}, {"4294967298", -1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct aula_layout_in in = cast(10, 640, 360);
		const struct aula_param strip = {"strip", rows[i].text};
		const struct aula_param *params[] = {&strip};

		in.n_params = 1;
		in.params = params;
		run(layout, &in);
		CHECK(n_cells == 1 + (rows[i].want < 0 ? max : (uint32_t)rows[i].want));
		if (n_cells == 1)
			CHECK(cells[0].w == AULA_UNIT && cells[0].h == AULA_UNIT);
	}
}

static void lecture_picks(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(12, 640, 360);

	s[9].talk_rank = 0;
	run("lecture", &in);
	CHECK(cells[0].source == 10 && n_cells == 7); /* no lecturer: who speaks */
	s[3].flags |= AULA_SRC_LECTURER;
	run("lecture", &in);
	CHECK(cells[0].source == 4 && cell_of(10));
	s[5].flags |= AULA_SRC_PINNED;
	run("lecture", &in);
	CHECK(cells[0].source == 6 && cell_of(4));
	s[11].flags |= AULA_SRC_SCREEN; /* shared by the ninth */
	s[11].owner = 9;
	run("lecture", &in);
	CHECK(cells[0].source == 12 && !(cells[0].flags & AULA_CELL_FILL));
	CHECK(cells[0].w == AULA_UNIT * 5 / 6 && cells[0].h == AULA_UNIT);
	CHECK(cells[1].source == 9 && cells[1].y == 0); /* its owner's camera leads */
	CHECK(cell_of(6) && cell_of(4) && cell_of(10));
	CHECK(cells[1].x == AULA_UNIT * 5 / 6 && cells[1].w == AULA_UNIT / 6 &&
	      cells[1].h == AULA_UNIT / 6 && cells[6].y == AULA_UNIT * 5 / 6);
	sane(&in);
	s[8].flags = 0; /* the owner's camera is off: its name leads all the same */
	run("lecture", &in);
	CHECK(cells[1].source == 9);
	s[11].owner = 0; /* a server that does not tell */
	run("lecture", &in);
	CHECK(cells[0].source == 12 && cells[1].source != 9);
}

/* Who has a picture comes before who has none. */
static void strip_prefers_pictures(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(20, 640, 360);

	s[0].flags |= AULA_SRC_LECTURER;
	for (uint32_t i = 1; i < 14; i++)
		s[i].flags = 0;
	run("lecture", &in);
	for (uint32_t id = 15; id <= 20; id++)
		CHECK(cell_of(id));
	s[2].talk_rank = 1; /* but who spoke is seen */
	s[3].flags = AULA_SRC_HAND;
	run("lecture", &in);
	CHECK(cell_of(3) && cell_of(4) && !cell_of(20) && !cell_of(19));
}

static void upright(void) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(7, 360, 640);

	s[0].flags |= AULA_SRC_LECTURER;
	run("lecture", &in);
	CHECK(n_cells == 7 && cells[0].source == 1 && cells[0].w == AULA_UNIT);
	for (uint32_t i = 1; i < n_cells; i++)
		CHECK(cells[i].y >= AULA_UNIT / 2);
	sane(&in);
}

int main(void)
{
	const char *dir = getenv("PLUGIN_DIR") ? getenv("PLUGIN_DIR") : "plugins/.libs";
	const char *names[8];

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	CHECK(plugin_set_create(&set) == 0);
	CHECK(plugin_set_load(set, dir, "layout_grid") == 0);
	CHECK(plugin_set_load(set, dir, "layout_speaker") == 0);
	CHECK(plugin_set_load(set, dir, "layout_lecture") == 0);
	CHECK(plugin_set_layouts(set, names, 8) == 3 && strcmp(names[0], "grid") == 0 &&
	      strcmp(names[1], "speaker") == 0 && strcmp(names[2], "lecture") == 0);
	any_number_on_any_canvas();
	grid_shapes();
	grid_leaves_out();
	speaker_picks();
	strip_parameter("speaker", 5);
	strip_parameter("lecture", 6);
	lecture_picks();
	strip_prefers_pictures();
	upright();
	plugin_set_destroy(set);
	return 0;
}
