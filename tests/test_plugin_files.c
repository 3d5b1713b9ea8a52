/* Layouts as files, by the real loader: one of the first version of the header works as
 * it did; those that fail, put cells outside or take their time are set aside after three
 * tries, one that shows nobody may do so, and a class that chose any of them goes on.
 */
#include "plugins/set.h"

#include "base/clock.h"
#include "base/count.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[400]; /* where they are */

static void find_dir(void)
{
	char *slash;
	ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 32);

	CHECK(n > 0);
	dir[n] = '\0';
	slash = strrchr(dir, '/');
	CHECK(slash);
	snprintf(slash, 32, "/plugins/.libs");
	if (access(dir, R_OK)) /* the program itself is in such a folder */
		snprintf(slash, 32, "/../plugins/.libs");
}

/* ---- the loader ----------------------------------------------------------- */

static const struct row {
	const char *name, *why;
	int err; /* of each call */
} bad[] = {
	{"outside", "failed", -EINVAL},
	{"failing", "failed", -EIO},
	{"slow", "stalled", 0},
};

#define N_BAD (sizeof(bad) / sizeof(bad[0]))

static const struct aula_source camera = {.size = sizeof(camera), .id = 5},
				other = {.size = sizeof(other), .id = 9};
static const struct aula_source *const sources[] = {&camera, &other};
static const struct aula_layout_in in = {.size = sizeof(in),
					 .n_sources = 2,
					 .sources = sources,
					 .canvas_w_px = 1280,
					 .canvas_h_px = 720};

static void one_file(void) RUNS_ON(on_ctl)
{
	char path[500], why[300] = "";
	struct aula_cell cells[AULA_CELLS_MAX];
	struct plugin *p;
	uint32_t n = 0, mark = 7;

	snprintf(path, sizeof(path), "%s/first.so", dir);
	if (plugin_load(&p, path, why, sizeof(why)))
		fprintf(stderr, "%s: %s\n", path, why);
	CHECK(!why[0]);
	CHECK(strcmp(plugin_name(p), "first") == 0 && !plugin_params(p));
	CHECK(plugin_arrange(p, &in, cells, AULA_CELLS_MAX, &n, &mark) == 0);
	CHECK(n == 2 && cells[0].source == 5 && cells[1].source == 9 && mark == 0);
	for (uint32_t i = 0; i < n; i++) /* what it does not know is not there */
		CHECK(!cells[i].text &&
		      !(cells[i].flags & ~(uint32_t)(AULA_CELL_FILL | AULA_CELL_LABEL)));
	plugin_free(p);
}

static void three_tries(void) RUNS_ON(on_ctl)
{
	struct aula_cell cells[AULA_CELLS_MAX];
	struct plugin_set *set;
	uint32_t n;

	CHECK(plugin_set_create(&set) == 0);
	for (size_t i = 0; i < N_BAD; i++) {
		CHECK(plugin_set_load(set, dir, bad[i].name) == 0);
		for (int k = 0; k < 2; k++) {
			CHECK(plugin_set_arrange(set, bad[i].name, &in, cells, &n) ==
			      bad[i].err);
			CHECK(!plugin_set_quarantined(set, bad[i].name));
		}
		n = 0;
		CHECK(plugin_set_arrange(set, bad[i].name, &in, cells, &n) == 0);
		CHECK(plugin_set_quarantined(set, bad[i].name) && n == 2);
	}
	CHECK(plugin_set_load(set, dir, "silent") == 0);
	for (int k = 0; k < 10; k++) { /* as one for slides does before there are any */
		n = 7;
		CHECK(plugin_set_arrange(set, "silent", &in, cells, &n) == 0 && n == 0);
	}
	CHECK(!plugin_set_quarantined(set, "silent"));
	CHECK(plugin_set_load(set, dir, "nosuchfile") != 0);
	plugin_set_destroy(set);
}

/* ---- in a class ----------------------------------------------------------- */

static const struct class_world *world;
static struct rights_client lecturer, admin;
static struct class_client *viewer;

static void load(void *arg)
{
	struct plugin_set *set = world->server->plugins;

	(void)arg;
	thread_claim(&on_ctl);
	CHECK(plugin_set_load(set, dir, "first") == 0);
	CHECK(plugin_set_load(set, dir, "silent") == 0);
	for (size_t i = 0; i < N_BAD; i++)
		CHECK(plugin_set_load(set, dir, bad[i].name) == 0);
}

/* Nobody is forgotten meanwhile. */
static void all_pass(void)
{
	class_client_run(viewer, 100);
	rights_pass(&lecturer, 30);
	rights_pass(&admin, 30);
}

static const char *choose(const char *name)
{
	char d[80];

	snprintf(d, sizeof(d), "{\"name\":\"%s\"}", name);
	return rights_ask(&lecturer, "layout.set", d);
}

static void goes_on(void)
{
	uint32_t frames = class_client_stats(viewer)->frames;

	RUN_UNTIL(&viewer, 1, class_client_stats(viewer)->frames > frames + 5);
	CHECK(!rights_ask(&lecturer, "ping", "{}"));
}

/* What the server says of it: "calls":3. */
static int64_t fact(const char *name, const char *key)
{
	char mark[60];
	const char *at;

	CHECK(!rights_ask(&admin, "plugin.list", "{}"));
	snprintf(mark, sizeof(mark), "{\"name\":\"%s\"", name);
	at = strstr(admin.reply, mark);
	CHECK(at);
	snprintf(mark, sizeof(mark), "\"%s\":", key);
	at = strstr(at, mark);
	CHECK(at);
	return strtoll(at + strlen(mark), NULL, 10);
}

static void chosen(const struct row *row)
{
	char said[120];
	int64_t end_us = clock_us() + 60 * SEC_US;

	snprintf(said, sizeof(said), "\"name\":\"%s\",\"why\":\"%s\"", row->name,
		 row->why);
	rights_forget(&lecturer);
	while (!strstr(lecturer.heard, said) && clock_us() < end_us) {
		const char *code = choose(row->name);

		CHECK(!code || (row->err && strcmp(code, "layout_failed") == 0));
		all_pass();
		CHECK(!choose("first"));
	}
	CHECK(strstr(lecturer.heard, said));
	/* the control thread was held up by three calls, and by no further one */
	CHECK(fact(row->name, "calls") == 3);
	CHECK(!choose(row->name)); /* the grid stands in for it */
	goes_on();
	CHECK(fact(row->name, "calls") == 3);
	CHECK(!choose("first"));
}

static void clients(struct class_world *w)
{
	world = w;
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(!lecturer.code[0] && !admin.code[0]);
	class_world_on(world, load, NULL);
	viewer = class_world_join(world, "Asha", false, false, false);
	CHECK(viewer);
	CHECK(!choose("first"));
	goes_on();
	CHECK(fact("first", "calls") > 0 && fact("first", "failed") == 0);
	for (size_t i = 0; i < N_BAD; i++)
		chosen(&bad[i]);
	CHECK(!choose("silent"));
	goes_on(); /* with a picture of nobody */
	CHECK(fact("silent", "failed") == 0);
	CHECK(!choose("first"));
	goes_on();
	CHECK(fact("slow", "max_us") >= 200000);
	class_client_leave(viewer);
	rights_drop(&lecturer);
	rights_drop(&admin);
}

static void loader(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	one_file();
	three_tries();
}

int main(void)
{
	find_dir();
	loader();
	return class_world_run(NULL, clients);
}
