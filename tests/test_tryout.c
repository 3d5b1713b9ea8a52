/* What a layout makes of a class that is imagined: who is where, by the engine that
 * arranges real ones, and what is left of it on small rungs.
 */
#include "mcu/tryout.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "mcu/plan_read.h"
#include "mcu/views.h"
#include "tests/test.h"

#define ALL(who) "{\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"who\":" who "}"

static const char tiles[] = "{\"version\":1,\"name\":\"tiles\",\"variants\":["
			    "{\"when\":{\"screen\":true},\"cells\":["
			    "{\"x\":0,\"y\":0,\"w\":1,\"h\":0.5,\"who\":\"screen\"},"
			    "{\"x\":0,\"y\":0.5,\"w\":1,\"h\":0.5,\"who\":\"rest\"}]},"
			    "{\"cells\":[" ALL("\"rest\"") "]}]}";

static const char parts[] =
	"{\"version\":1,\"name\":\"parts\",\"params\":{\"at\":[\"top\",\"end\"]},"
	"\"variants\":[{\"when\":{\"at\":\"end\"},\"cells\":["
	"{\"x\":0,\"y\":0.9,\"w\":1,\"h\":0.1,\"who\":\"lecturer\"}]},{\"cells\":["
	"{\"x\":0,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"pinned\"},"
	"{\"x\":0.2,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"hand\",\"text\":\"a hand\"},"
	"{\"x\":0.4,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"guest\"},"
	"{\"x\":0.6,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"interpreter\"},"
	"{\"x\":0.8,\"y\":0,\"w\":0.2,\"h\":1,\"who\":\"speaker\"}]}]}";

static struct plugin *layout;
static struct aula_cell cells[AULA_CELLS_MAX];
static uint32_t n, mark;

static void take(const char *text)
{
	static struct plan plan;
	struct plan_wrong wrong;
	int err = plan_read_text(&plan, text, strlen(text), &wrong);

	thread_claim(&on_ctl);
	if (err)
		fprintf(stderr, "%s: %s\n", wrong.path, wrong.why);
	CHECK(!err);
	plugin_free(layout);
	CHECK(plugin_of_plan(&layout, &plan) == 0);
}

static void arrange(struct tryout_class who)
{
	thread_claim(&on_ctl);
	CHECK(tryout_arrange(layout, &who, cells, &n, &mark) == 0);
}

static void numbers(void)
{
	static const struct {
		uint32_t people, cells;
	} rows[] = {{0, 0}, {1, 1}, {2, 2}, {9, 9}, {25, 25}, {49, 25}, {999, 25}};

	take(tiles);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		arrange((struct tryout_class){.people = rows[i].people});
		CHECK(n == rows[i].cells && mark == 2);
		for (uint32_t k = 0; k < n; k++)
			CHECK(tryout_member(cells[k].source) == k + 1);
	}
}

static void page(void)
{
	take(tiles);
	arrange((struct tryout_class){.people = 0, .screen = true});
	CHECK(n == 1 && cells[0].source == TRYOUT_SCREEN && mark == 1);
	CHECK(tryout_member(cells[0].source) == 0);
	arrange((struct tryout_class){.people = 49, .screen = true});
	CHECK(n == 26 && cells[0].source == TRYOUT_SCREEN);
	arrange((struct tryout_class){.people = 49, .wall = true});
	CHECK(n == 49);
}

static void upright(void)
{
	take(tiles);
	arrange((struct tryout_class){.people = 2});
	CHECK(n == 2 && cells[0].y == cells[1].y);
	arrange((struct tryout_class){.people = 2, .tall = true});
	CHECK(n == 2 && cells[0].x == cells[1].x && cells[0].y < cells[1].y);
}

static void each_part(void)
{
	take(parts);
	arrange((struct tryout_class){.people = 9});
	CHECK(n == 2 && !cells[0].source && strcmp(cells[0].text, "a hand") == 0);
	CHECK(tryout_member(cells[1].source) == 2);
	arrange((struct tryout_class){.people = 9,
				      .pinned = true,
				      .hand = true,
				      .guest = true,
				      .interpreter = true});
	CHECK(n == 5);
	for (uint32_t i = 0; i < 4; i++)
		CHECK(tryout_member(cells[i].source) == 3 + i);
	/* the last one has the part that nobody else is there for */
	arrange((struct tryout_class){.people = 2, .guest = true});
	CHECK(n == 2 && tryout_member(cells[1].source) == 2);
	arrange((struct tryout_class){.people = 1});
	CHECK(n == 2 && tryout_member(cells[1].source) == 1);
}

static void with_params(void)
{
	struct params params;

	take(parts);
	CHECK(params_read(&params, "parts at=end") == 0);
	arrange((struct tryout_class){.people = 2, .params = &params});
	CHECK(mark == 1 && n == 1 && tryout_member(cells[0].source) == 1);
}

static struct tryout_rung rung_of(struct tryout_class who, enum level level)
{
	struct tryout_rung rung;
	struct ladder ladder;
	struct conf conf;
	char why[200];

	thread_claim(&on_ctl);
	conf_init(&conf);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	memset(&rung, 0, sizeof(rung));
	CHECK(tryout_rung(layout, &who, &ladder, level, &rung) == 0);
	return rung;
}

static void rungs(void)
{
	struct tryout_rung rung;

	take(tiles);
	rung = rung_of((struct tryout_class){.people = 25}, LEVEL_LOW);
	CHECK(rung.w_px == 320 && rung.h_px == 180 && rung.page_px == 0);
	CHECK(rung.least_px == 36);
	CHECK(rung.n == 4 && rung.thin_px == VIEW_CELL); /* two by two */
	rung = rung_of((struct tryout_class){.people = 49, .wall = true}, LEVEL_LOW);
	CHECK(rung.n == 16 && rung.thin_px == 45); /* VIEW_CELL_WALL */
	rung = rung_of((struct tryout_class){.people = 25}, LEVEL_HIGH);
	CHECK(rung.n == 25 && rung.least_px == rung.thin_px && rung.least_px > VIEW_CELL);
	/* one alone is shown however small the picture is */
	rung = rung_of((struct tryout_class){.people = 1}, LEVEL_LOW);
	CHECK(rung.n == 1 && rung.least_px == rung.thin_px);
	rung = rung_of((struct tryout_class){.people = 0}, LEVEL_LOW);
	CHECK(rung.n == 0 && rung.least_px == 0);
}

static void page_on_rungs(void)
{
	struct tryout_rung rung;

	take(tiles);
	rung = rung_of((struct tryout_class){.people = 25, .screen = true}, LEVEL_LOW);
	CHECK(rung.w_px == 640 && rung.h_px == 360 && rung.page_px == 180);
	rung = rung_of((struct tryout_class){.people = 4, .screen = true, .tall = true},
		       LEVEL_LOW);
	CHECK(rung.w_px == 360 && rung.h_px == 640 && rung.page_px == 320);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	numbers();
	page();
	upright();
	each_part();
	with_params();
	rungs();
	page_on_rungs();
	plugin_free(layout);
	return 0;
}
