/* The layouts that are data: each at every size of class, with and without a screen,
 * upright and wide; and that what is wrong with a layout is said where it is. */
#include "mcu/layouts.h"
#include "mcu/plan_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mixer/geom.h"
#include "plugins/layouts.h"
#include "plugins/set.h"
#include "tests/test.h"
#include "tests/tsv.h"

#define PEOPLE_MAX 49

static struct plugin_set *set;

/* ---- a class ------------------------------------------------------------------- */

struct scene_case {
	const char *text; /* the layout */
	uint32_t people;
	bool tall, screen, pinned;
	uint16_t w_px, h_px;
};

static struct aula_source s[PEOPLE_MAX + 1];
static const struct aula_source *list[PEOPLE_MAX + 1];
static struct aula_cell cells[AULA_CELLS_MAX];
static uint32_t n_cells, mark;

/* Ids from 1 in order of joining; the screen, of the first, comes before all. */
static struct aula_layout_in cast(const struct scene_case *c)
{
	struct aula_layout_in in = {.size = sizeof(in), .sources = list};

	in.canvas_w_px = c->tall ? 720 : 1280;
	in.canvas_h_px = c->tall ? 1280 : 720;
	if (c->screen) {
		s[0] = (struct aula_source){.size = sizeof(s[0]),
					    .id = 100,
					    .flags = AULA_SRC_VIDEO | AULA_SRC_SCREEN,
					    .talk_rank = UINT32_MAX,
					    .w_px = 1280,
					    .h_px = 720,
					    .owner = 1};
		list[in.n_sources++] = &s[0];
	}
	for (uint32_t i = 1; i <= c->people; i++) {
		s[i] = (struct aula_source){
			.size = sizeof(s[i]),
			.id = i,
			.flags = i % 3 == 2 ? 0u : (uint32_t)AULA_SRC_VIDEO,
			.talk_rank = UINT32_MAX,
			.w_px = 640,
			.h_px = 360,
			.owner = i};
		list[in.n_sources++] = &s[i];
	}
	s[1].flags |= AULA_SRC_LECTURER;
	s[2].talk_rank = 0;
	s[3].talk_rank = 1;
	if (c->pinned)
		s[c->people].flags |= AULA_SRC_PINNED;
	return in;
}

static const struct aula_cell *cell_of(uint32_t id)
{
	for (uint32_t i = 0; i < n_cells; i++)
		if (cells[i].source == id)
			return &cells[i];
	return NULL;
}

static bool over_each_other(const struct aula_cell *a, const struct aula_cell *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h &&
	       b->y < a->y + a->h;
}

static void pixels(const struct aula_cell *c, bool tall)
{
	static const uint16_t rungs[][2] = {
		{1280, 720}, {960, 540}, {640, 360}, {320, 180}};

	for (size_t i = 0; i < 4; i++) {
		struct rect_px px = geom_to_px((struct rect_u){c->x, c->y, c->w, c->h},
					       rungs[i][tall], rungs[i][!tall]);

		CHECK((px.x | px.y | px.w | px.h) % 2 == 0 && px.w && px.h);
		CHECK(px.x + px.w <= rungs[i][tall] && px.y + px.h <= rungs[i][!tall]);
	}
}

static void sound(const struct scene_case *c)
{
	for (uint32_t i = 0; i < n_cells; i++) {
		bool vacant = cells[i].flags & AULA_CELL_VACANT;

		CHECK(cells[i].w && cells[i].h && cells[i].x + cells[i].w <= AULA_UNIT &&
		      cells[i].y + cells[i].h <= AULA_UNIT);
		CHECK(vacant == (cells[i].source == 0) &&
		      vacant == (cells[i].text != NULL));
		CHECK(cells[i].source != 100 || !(cells[i].flags & AULA_CELL_FILL));
		pixels(&cells[i], c->tall);
		for (uint32_t k = 0; k < i; k++) {
			CHECK(vacant || cells[k].source != cells[i].source);
			CHECK(!over_each_other(&cells[k], &cells[i]) ||
			      ((cells[k].flags | cells[i].flags) & AULA_CELL_OVER));
		}
	}
}

/* The least height of a person's cell, in px of 1280x720 or 720x1280. */
static uint32_t least_px(bool tall)
{
	uint32_t least = AULA_UNIT;

	for (uint32_t i = 0; i < n_cells; i++)
		if (cells[i].source && cells[i].source != 100 && cells[i].h < least)
			least = cells[i].h;
	return least * (tall ? 1280 : 720) / AULA_UNIT;
}

/* Who must be seen: the screen, who is pinned, who leads or speaks. */
static void promised(const struct scene_case *c)
{
	bool slides = strncmp(c->text, "slides-only", 11) == 0;

	if (c->screen)
		CHECK(cell_of(100));
	if (!c->people || (slides && c->screen))
		return;
	if (c->pinned)
		CHECK(cell_of(c->people));
	CHECK(cell_of(1) || cell_of(2) || c->pinned);
	if (slides)
		CHECK(n_cells == 1);
}

static void run(const struct scene_case *c) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(c);
	struct aula_cell again[AULA_CELLS_MAX];
	uint32_t n_again = 0;

	n_cells = mark = 0;
	CHECK(plugin_set_place(set, c->text, &in, cells, &n_cells, &mark) == 0);
	CHECK(plugin_set_arrange(set, c->text, &in, again, &n_again) == 0);
	CHECK(n_again == n_cells);
	for (uint32_t i = 0; i < n_cells; i++)
		CHECK(memcmp(&cells[i], &again[i], sizeof(cells[i])) == 0);
	CHECK(n_cells > 0 || in.n_sources == 0);
	sound(c);
	promised(c);
	CHECK(n_cells <= AULA_CELLS_MAX);
}

/* The names of the set, and those with parameters that change a lot. */
static const char *const with_params[] = {
	"speaker-strip side=top",           "speaker-strip side=left strip=9",
	"speaker-strip side=right strip=1", "lecture-pip corner=top-left",
	"lecture-pip corner=top-right",     "lecture-pip corner=bottom-left",
};

static void every_class(const char *text, bool told) RUNS_ON(on_ctl)
{
	static const uint32_t sizes[] = {0, 1, 2,  3,  4,  5,  6, 7,
					 8, 9, 10, 11, 16, 25, 49};
	uint32_t least[2] = {AULA_UNIT, AULA_UNIT};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int bits = 0; bits < 8; bits++) {
			struct scene_case c = {.text = text,
					       .people = sizes[i],
					       .tall = bits & 1,
					       .screen = bits & 2,
					       .pinned = (bits & 4) && sizes[i]};
			uint32_t px;

			run(&c);
			px = least_px(c.tall);
			if (px < least[c.tall])
				least[c.tall] = px;
		}
	if (told)
		printf("%-16s least cell: %3u px of 1280x720, %3u px of 720x1280\n", text,
		       least[0], least[1]);
	CHECK(least[0] >= 90 && least[1] >= 90);
}

static void properties(void) RUNS_ON(on_ctl)
{
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(set, names, PLUGIN_SET_MAX);

	CHECK(n == 16); /* the linked grid, and those that are data */
	for (uint32_t i = 1; i < n; i++)
		every_class(names[i], true);
	for (size_t i = 0; i < sizeof(with_params) / sizeof(with_params[0]); i++)
		every_class(with_params[i], true);
}

/* ---- single ones ---------------------------------------------------------------- */

/* All that a picture takes. */
static void forty_nine(void) RUNS_ON(on_ctl)
{
	struct scene_case c = {.text = "wall", .people = 49, .pinned = true};

	run(&c);
	CHECK(n_cells == AULA_CELLS_MAX && cell_of(49) && cell_of(1) && cell_of(2) &&
	      cell_of(3));
	for (uint32_t i = 1; i < n_cells; i++)
		CHECK(cells[i].source > cells[i - 1].source);
}

/* One comes and goes: the picture stays as it was until another one comes. */
static void automatic(void) RUNS_ON(on_ctl)
{
	struct scene_case c = {.text = "auto", .people = 9};
	struct aula_layout_in in = cast(&c);
	uint32_t nine = 0;

	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &nine) == 0);
	c.people = 10;
	in = cast(&c);
	in.last = nine;
	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &mark) == 0);
	CHECK(mark == nine && n_cells == 10);
	c.people = 11;
	in = cast(&c);
	in.last = nine;
	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &mark) == 0);
	CHECK(mark != nine && n_cells == 8);
	c.people = 9;
	in = cast(&c);
	in.last = mark;
	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &mark) == 0);
	CHECK(mark != nine && n_cells == 8);
	c.screen = true; /* this does not wait */
	in = cast(&c);
	in.last = mark;
	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &mark) == 0);
	CHECK(cell_of(100) && cell_of(100)->w == AULA_UNIT / 5 * 4);
	in.last = UINT32_MAX; /* a stranger's */
	CHECK(plugin_set_place(set, "auto", &in, cells, &n_cells, &mark) == 0);
}

static void interpreter(void) RUNS_ON(on_ctl)
{
	struct scene_case c = {.text = "sign-language", .people = 9, .screen = true};
	struct aula_layout_in in;
	const struct aula_cell *cell;

	run(&c);
	cell = cell_of(0);
	CHECK(cell && strstr(cell->text, "Interpreter"));
	for (uint32_t talks = 1; talks <= 9; talks++) {
		in = cast(&c);
		s[7].flags |= AULA_SRC_INTERPRETER;
		s[2].talk_rank = s[3].talk_rank = UINT32_MAX;
		s[talks].talk_rank = 0;
		CHECK(plugin_set_arrange(set, c.text, &in, cells, &n_cells) == 0);
		cell = cell_of(7);
		CHECK(cell && cell->x == AULA_UNIT / 60 * 42 && cell->y == 0 &&
		      !cell_of(0));
	}
}

static void parameters(void) RUNS_ON(on_ctl)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{"speaker-strip", 0},
		{"speaker-strip side=left", 0},
		{"speaker-strip side=left strip=3", 0},
		{"speaker-strip strip=10", -EINVAL},
		{"speaker-strip strip=", -EINVAL},
		{"speaker-strip side=middle", -EINVAL},
		{"speaker-strip side=left side=top", -EINVAL},
		{"speaker-strip side", -EINVAL},
		{"speaker-strip  side=left", -EINVAL},
		{"speaker-strip side=left ", -EINVAL},
		{" speaker-strip", -EINVAL},
		{"grid max=4", 0},
		{"grid max=26", -EINVAL},
		{"grid size=4", -EINVAL},
		{"nothing", -ENOENT},
		{"nothing side=left", -ENOENT},
		{"", -EINVAL},
	};
	char text[LIMIT_LAYOUT_TEXT + 2];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(plugin_set_facts(set, rows[i].text, NULL) == rows[i].want);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	CHECK(plugin_set_facts(set, text, NULL) == -EINVAL);
	text[sizeof(text) - 2] = '\0';
	CHECK(plugin_set_facts(set, text, NULL) == -ENOENT);
}

/* ---- what administrators make ----------------------------------------------------- */

#define MINE(name) \
	"{\"version\":1,\"name\":\"" name "\",\"variants\":[{\"cells\":[" \
	"{\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"who\":\"rest\",\"most\":2}]}]}"

static int put(const char *text) RUNS_ON(on_ctl)
{
	struct plan *plan = malloc(sizeof(*plan));
	struct plan_wrong wrong;
	int err;

	CHECK(plan && plan_read_text(plan, text, strlen(text), &wrong) == 0);
	err = plugin_set_put(set, plan, text);
	free(plan);
	return err;
}

static void own_ones(void) RUNS_ON(on_ctl)
{
	struct scene_case c = {.text = "mine", .people = 9};
	struct plugin_facts facts;
	const char *text;
	char name[400];
	size_t len;

	CHECK(put(MINE("auto")) == -EEXIST && put(MINE("grid")) == -EEXIST);
	CHECK(plugin_set_remove(set, "auto") == -ENOENT);
	CHECK(put(MINE("mine")) == 0 && put(MINE("mine")) == 0);
	CHECK(layouts_text(set, "mine", &text, &len) == 0 && strlen(MINE("mine")) == len);
	CHECK(plugin_set_facts(set, "mine", &facts) == 0 && facts.own);
	run(&c);
	CHECK(n_cells == 2);
	for (int i = 0; i < LIMIT_OWN_LAYOUTS; i++) {
		snprintf(name, sizeof(name), "%.21sm%02d%s", MINE("x"), i,
			 &MINE("x")[22]);
		CHECK(put(name) == (i < LIMIT_OWN_LAYOUTS - 1 ? 0 : -ENOSPC));
	}
	CHECK(put(MINE("mine")) == 0); /* there is a place for what is there */
	CHECK(plugin_set_remove(set, "mine") == 0);
	CHECK(plugin_set_remove(set, "mine") == -ENOENT);
	CHECK(plugin_set_facts(set, "mine", NULL) == -ENOENT);
	CHECK(layouts_text(set, "mine", &text, &len) == -ENOENT);
	CHECK(layouts_text(set, "auto", &text, &len) == 0 && len > 100);
	CHECK(layouts_text(set, "grid", &text, &len) == -ENOENT); /* is code */
}

#define DECORATED \
	"{\"version\":1,\"name\":\"decorated\",\"params\":{\"names\":[\"off\",\"on\"]}," \
	"\"names\":\"names\",\"background\":\"#102030\",\"clock\":\"top-right\"," \
	"\"banner\":{\"text\":\"Exam\",\"at\":\"bottom\"}," \
	"\"background_picture\":\"hall\",\"logo\":{\"picture\":\"school\"," \
	"\"corner\":\"bottom-left\",\"height\":0.125},\"variants\":[{\"cells\":[" \
	"{\"x\":0,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"lecturer\",\"fit\":\"fill\"}," \
	"{\"x\":0.2,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"screen\",\"border\":" \
	"\"speaking\"}," \
	"{\"x\":0.4,\"y\":0,\"w\":0.6,\"h\":1,\"who\":\"rest\",\"border\":\"speaking\"}" \
	"]}]}"

/* Names only when asked for, and never over a page; a frame for who speaks. */
static void decorations(void) RUNS_ON(on_ctl)
{
	struct scene_case c = {.text = "decorated", .people = 5, .screen = true};
	const uint32_t all = AULA_CELL_FILL | AULA_CELL_FACE | AULA_CELL_TALKS;
	struct plugin_facts facts;

	CHECK(put(DECORATED) == 0 && plugin_set_facts(set, "decorated", &facts) == 0);
	CHECK(facts.plan->decor.ground == 0x102030 && facts.plan->decor.banner_below);
	CHECK(facts.plan->decor.clock == DECOR_TOP_RIGHT);
	CHECK(strcmp(facts.plan->decor.banner, "Exam") == 0);
	CHECK(strcmp(facts.plan->decor.picture, "hall") == 0);
	CHECK(strcmp(facts.plan->decor.logo, "school") == 0);
	CHECK(facts.plan->decor.logo_at == DECOR_BOTTOM_LEFT &&
	      facts.plan->decor.logo_permille == 125);
	for (int names = 0; names < 2; names++) {
		uint32_t name = names ? AULA_CELL_NAME : 0;

		c.text = names ? "decorated names=on" : "decorated";
		run(&c);
		CHECK((cell_of(1)->flags & all) == AULA_CELL_FILL);
		CHECK((cell_of(100)->flags & all) == 0);
		CHECK((cell_of(2)->flags & all) == all); /* talks */
		CHECK((cell_of(3)->flags & all) == (AULA_CELL_FILL | AULA_CELL_FACE));
		CHECK(!(cell_of(100)->flags & AULA_CELL_NAME));
		CHECK((cell_of(3)->flags & AULA_CELL_NAME) == name);
	}
	CHECK(plugin_set_facts(set, "decorated names=yes", NULL) == -EINVAL);
	CHECK(plugin_set_remove(set, "decorated") == 0);
	CHECK(plugin_set_facts(set, "auto", &facts) == 0);
	CHECK(facts.plan->decor.ground == DECOR_GROUND && !facts.plan->decor.banner[0]);
	CHECK(!facts.plan->decor.picture[0] && !facts.plan->decor.logo[0]);
}

/* A row is a layout and where it is wrong, or ok. */
static void bad_one(void *ctx, const char *id, const char *expect, const char *bytes,
		    size_t len)
{
	struct plan_wrong wrong;
	int err = plan_read_text(ctx, bytes, len, &wrong);

	if (strcmp(expect, "ok") == 0) {
		CHECK(err == 0);
		return;
	}
	if (err != -EINVAL || strcmp(wrong.path, expect) != 0)
		fprintf(stderr, "%s: '%s' (%s)\n", id, wrong.path, wrong.why);
	CHECK(err == -EINVAL && strcmp(wrong.path, expect) == 0 && wrong.why[0]);
}

static void bad_ones(void)
{
	struct plan *plan = malloc(sizeof(*plan));

	CHECK(plan && tsv_each("layout.tsv", bad_one, plan) >= 40);
	free(plan);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	clock_fake(1000000);
	CHECK(plugin_set_create(&set) == 0);
	CHECK(layouts_built_in(set) == 0);
	CHECK(layouts_built_in(set) == 0); /* they are there: nothing happens */
	properties();
	forty_nine();
	automatic();
	interpreter();
	parameters();
	own_ones();
	decorations();
	bad_ones();
	plugin_set_destroy(set);
	return 0;
}
