/* The host of plugins, with layouts made for the test: what is refused, what is
 * counted, and when a layout is put into quarantine.
 */
#include "plugins/set.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char why[200];

static int put_n(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	int err = 0;

	for (int i = 0; !err && i < atoi(aula_param(in, "n")); i++)
		err = aula_put(out, (struct aula_cell){in->sources[0]->id, 0, 0,
						       AULA_UNIT, AULA_UNIT, 0, NULL});
	return err;
}

static int put_outside(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	return aula_put(out, (struct aula_cell){in->sources[0]->id, 1, 0, AULA_UNIT,
						AULA_UNIT, 0, NULL});
}

static int put_stranger(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	(void)in;
	return aula_put(out, (struct aula_cell){77, 0, 0, 10, 10, 0, NULL});
}

/* keeps on after a refusal */
static int put_defiantly(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	put_stranger(in, out);
	put_n(in, out);
	return 0;
}

/* what is too much is left out: no reason to refuse the rest */
static int put_too_many(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	put_n(in, out);
	return 0;
}

static int say_seven(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	(void)in;
	(void)out;
	return 7;
}

static int run(int (*fn)(const struct aula_layout_in *, struct aula_layout_out *),
	       const char *params, uint32_t *n) RUNS_ON(on_ctl)
{
	const struct aula_layout_ops ops = {sizeof(ops), fn};
	const struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .layout = &ops};
	const struct aula_source s = {.size = sizeof(s), .id = 5};
	const struct aula_source *list[] = {&s};
	const struct aula_param n_cells = {"n", params};
	const struct aula_param *param_list[] = {&n_cells};
	const struct aula_layout_in in = {sizeof(in), 1, list,       640,
					  360,        1, param_list, 0};
	struct aula_cell cells[4];
	struct plugin *p;
	int err;

	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == 0);
	err = plugin_arrange(p, &in, cells, 4, n, NULL);
	plugin_free(p);
	return err;
}

static void bad_cells_are_refused(void) RUNS_ON(on_ctl)
{
	uint32_t n = 99;

	CHECK(run(put_outside, "", &n) == -EINVAL && n == 99);
	CHECK(run(put_stranger, "", &n) == -EINVAL && n == 99);
	CHECK(run(put_n, "5", &n) == -ENOSPC && n == 99);
	CHECK(run(put_defiantly, "1", &n) == -EINVAL && n == 99);
	CHECK(run(say_seven, "1", &n) == -EINVAL && n == 99);
	CHECK(run(put_too_many, "9", &n) == 0 && n == 4);
	CHECK(run(put_n, "4", &n) == 0 && n == 4);
	CHECK(run(put_n, "0", &n) == 0 && n == 0);
}

static void versions(void) RUNS_ON(on_ctl)
{
	const struct aula_layout_ops ops = {sizeof(ops), put_n};
	struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .layout = &ops};
	struct plugin *p;

	raw.abi_major = AULA_ABI_MAJOR + 1;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -ENOEXEC);
	raw.abi_major = AULA_ABI_MAJOR;
	raw.abi_minor = AULA_ABI_MINOR + 1;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -ENOEXEC);
	raw.abi_minor = AULA_ABI_MINOR;
	raw.size = 8;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -ENOEXEC);
	raw.size = sizeof(raw);
	raw.name = "Bad Name";
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
	raw.name = NULL;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
	raw.name = "t";
	raw.layout = NULL;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
}

static int fake_start(void **self, const struct aula_start *start)
{
	(void)self;
	(void)start;
	return 0;
}

static int fake_write(void *self, const struct aula_packet *p)
{
	(void)self;
	(void)p;
	return 0;
}

static int fake_close(void *self)
{
	(void)self;
	return 0;
}

static int fake_track(void *self, uint32_t index, const struct aula_track *track,
		      int64_t at_us)
{
	(void)self;
	(void)index;
	(void)track;
	(void)at_us;
	return 0;
}

static int fake_track_end(void *self, uint32_t index, int64_t at_us)
{
	(void)self;
	(void)index;
	(void)at_us;
	return 0;
}

/* a plugin of an older minor: its ops end early, the bytes after are not ours */
static void older_and_shorter(void) RUNS_ON(on_ctl)
{
	struct {
		struct aula_recorder_ops ops;
	} old = {{.size = offsetof(struct aula_recorder_ops, close),
		  .extension = "x",
		  .close = (int (*)(void *))0x1}};
	struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .recorder = &old.ops};
	struct plugin *p;

	/* close() lies behind `size`, so it is seen as missing, not called */
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
	CHECK(strstr(why, "lacks a recorder function"));
}

/* As it was compiled with the header of 1.0: what it has ends where that ended. */
static int old_arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	struct {
		uint32_t source;
		uint16_t x, y, w, h;
		uint32_t flags;
	} cell = {in->sources[0]->id, 0, 0, AULA_UNIT, AULA_UNIT, AULA_CELL_FILL};

	_Static_assert(sizeof(cell) == 16, "as in 1.0");
	return out->put(out, (const struct aula_cell *)(const void *)&cell, sizeof(cell));
}

static void of_1_0(void) RUNS_ON(on_ctl)
{
	static const struct {
		uint32_t size;
		int (*arrange)(const struct aula_layout_in *, struct aula_layout_out *);
	} ops = {16, old_arrange};
	const struct {
		uint16_t abi_major, abi_minor;
		uint32_t size;
		const char *name, *version;
		const void *layout, *recorder;
	} old = {1, 0, 40, "old", "1", &ops, NULL};
	const struct aula_source s = {.size = 28, .id = 5};
	const struct aula_source *list[] = {&s};
	const struct aula_layout_in in = {.size = sizeof(in),
					  .n_sources = 1,
					  .sources = list,
					  .canvas_w_px = 64,
					  .canvas_h_px = 36};
	struct aula_cell cells[AULA_CELLS_MAX];
	uint32_t n = 0, mark = 7;
	struct plugin *p;
	struct plugin_set *set;

	CHECK(sizeof(old) == 40 && sizeof(ops) == 16);
	CHECK(plugin_add(&p, (const void *)&old, why, sizeof(why)) == 0);
	CHECK(!plugin_params(p) && !plugin_plan(p));
	CHECK(plugin_arrange(p, &in, cells, AULA_CELLS_MAX, &n, &mark) == 0);
	CHECK(n == 1 && cells[0].source == 5 && !cells[0].text && mark == 0);
	plugin_free(p);
	CHECK(plugin_set_create(&set) == 0);
	CHECK(plugin_set_add(set, (const void *)&old) == 0);
	/* it did not say what it takes: it gets what comes */
	CHECK(plugin_set_facts(set, "old any=thing", NULL) == 0);
	CHECK(plugin_set_arrange(set, "old any=thing", &in, cells, &n) == 0);
	plugin_set_destroy(set);
}

static int put_vacant(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	const char *kind = aula_param(in, "n");
	struct aula_cell cell = {.w = AULA_UNIT, .h = AULA_UNIT, .text = "nobody"};

	cell.flags = AULA_CELL_VACANT;
	if (*kind == '1')
		cell.text = NULL;
	else if (*kind == '2')
		cell.source = in->sources[0]->id;
	else if (*kind == '3')
		cell.flags = 0;
	out->mark = 3;
	return aula_put(out, cell);
}

static void vacant_places(void) RUNS_ON(on_ctl)
{
	uint32_t n = 99;

	CHECK(run(put_vacant, "1", &n) == -EINVAL && run(put_vacant, "2", &n) == -EINVAL);
	CHECK(run(put_vacant, "3", &n) == -EINVAL && n == 99);
	CHECK(run(put_vacant, "0", &n) == 0 && n == 1);
}

/* one without finish(), which is optional */
static int rec_open(void **self, const char *path, const struct aula_track *const *tracks,
		    uint32_t n_tracks)
{
	(void)self;
	(void)path;
	(void)tracks;
	(void)n_tracks;
	return -ENOTSUP;
}

static int rec_write(void *self, const struct aula_packet *packet)
{
	(void)self;
	(void)packet;
	return 0;
}

static int rec_close(void *self)
{
	(void)self;
	return 0;
}

static void recorders(void) RUNS_ON(on_ctl)
{
	static const struct {
		const char *extension;
		int want;
	} rows[] = {{"mp4", 0},        {"h264", 0},      {NULL, -EINVAL},
		    {"", -EINVAL},     {"a/b", -EINVAL}, {".mp4", -EINVAL},
		    {"part", -EINVAL}, {"tmp", -EINVAL}, {"12345678", -EINVAL},
		    {"MP4", -EINVAL},  {"1234567", 0}};
	struct aula_recorder_ops ops = {
		.size = offsetof(struct aula_recorder_ops, finish),
		.open = rec_open,
		.write = rec_write,
		.close = rec_close};
	struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .recorder = &ops};
	struct plugin *p;

	ops.finish = (int (*)(const char *, const char *, struct aula_finished *))0x1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ops.extension = rows[i].extension;
		CHECK(plugin_add(&p, &raw, why, sizeof(why)) == rows[i].want);
		if (rows[i].want)
			continue;
		CHECK(!plugin_is_layout(p) && plugin_recorder(p)->finish == NULL);
		plugin_free(p);
	}
}

/* ---- the set ------------------------------------------------------------------ */

static const struct aula_source one = {.size = sizeof(one), .id = 5};
static const struct aula_source *const ones[] = {&one};
static const struct aula_layout_in one_in = {.size = sizeof(one_in),
					     .n_sources = 1,
					     .sources = ones,
					     .canvas_w_px = 64,
					     .canvas_h_px = 36};

static int mood; /* what `moody` does */
static int64_t takes_us;

static int moody(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	if (takes_us)
		clock_fake(clock_us() + takes_us);
	return mood ? mood
		    : aula_put(out, (struct aula_cell){in->sources[0]->id, 0, 0, 10, 10,
						       0, NULL});
}

static const struct aula_layout_ops moody_ops = {sizeof(moody_ops), moody};
static const struct aula_plugin moody_plugin = {AULA_PLUGIN_HEAD, .name = "moody",
						.layout = &moody_ops};

static int arrange_moody(struct plugin_set *set, struct aula_cell *cells) RUNS_ON(on_ctl)
{
	uint32_t n = 0;
	int err = plugin_set_arrange(set, "moody", &one_in, cells, &n);

	CHECK(err || n == 1);
	return err;
}

static struct plugin_set *moody_set(void) RUNS_ON(on_ctl)
{
	struct plugin_set *set;

	CHECK(plugin_set_create(&set) == 0);
	CHECK(plugin_set_add(set, &moody_plugin) == 0);
	mood = 0;
	takes_us = 0;
	clock_fake(SEC_US);
	return set;
}

static char aside[100];

static void on_aside(void *ctx, const char *layout, const char *reason)
{
	CHECK(ctx == aside && !aside[0]); /* once */
	snprintf(aside, sizeof(aside), "%s %s", layout, reason);
}

static void quarantine(void) RUNS_ON(on_ctl)
{
	struct plugin_set *set = moody_set();
	int64_t errors = count_get(COUNT_PLUGIN_ERRORS);
	int64_t calls = count_get(COUNT_LAYOUT_CALLS);
	struct aula_cell cells[AULA_CELLS_MAX];

	aside[0] = '\0';
	plugin_set_watch(set, on_aside, aside);
	CHECK(arrange_moody(set, cells) == 0 && cells[0].w == 10);
	CHECK(count_get(COUNT_LAYOUTS_ASIDE) == 0);
	mood = -EIO;
	CHECK(arrange_moody(set, cells) == -EIO);
	CHECK(arrange_moody(set, cells) == -EIO);
	/* ten minutes after the first: that one is forgotten */
	clock_fake(602 * SEC_US);
	CHECK(arrange_moody(set, cells) == -EIO);
	CHECK(!plugin_set_quarantined(set, "moody"));
	CHECK(count_get(COUNT_PLUGIN_ERRORS) == errors + 3);
	/* at ten minutes sharp it is not */
	clock_fake(601 * SEC_US);
	CHECK(arrange_moody(set, cells) == 0 && cells[0].w == AULA_UNIT);
	CHECK(plugin_set_quarantined(set, "moody"));
	CHECK(strcmp(aside, "moody failed") == 0);
	CHECK(count_get(COUNT_LAYOUTS_ASIDE) == 1);
	mood = 0; /* too late */
	CHECK(arrange_moody(set, cells) == 0 && cells[0].w == AULA_UNIT);
	CHECK(count_get(COUNT_PLUGIN_ERRORS) == errors + 4);
	CHECK(count_get(COUNT_LAYOUT_CALLS) == calls + 5); /* none behind it */
	CHECK(plugin_set_layout(set, "moody"));            /* still has its name */
	plugin_set_destroy(set);
	CHECK(count_get(COUNT_LAYOUTS_ASIDE) == 0);
	clock_fake(-1);
}

/* A result that comes late is used, but not for ever. */
static void stalls(void) RUNS_ON(on_ctl)
{
	struct plugin_set *set = moody_set();
	struct aula_cell cells[AULA_CELLS_MAX];

	takes_us = 100 * MS_US;
	for (int i = 0; i < 5; i++)
		CHECK(arrange_moody(set, cells) == 0 && cells[0].w == 10);
	takes_us++;
	aside[0] = '\0';
	plugin_set_watch(set, on_aside, aside);
	for (int i = 0; i < 3; i++)
		CHECK(arrange_moody(set, cells) == 0 && cells[0].w == 10);
	CHECK(plugin_set_quarantined(set, "moody"));
	CHECK(strcmp(aside, "moody stalled") == 0);
	CHECK(arrange_moody(set, cells) == 0 && cells[0].w == AULA_UNIT);
	plugin_set_destroy(set);
	clock_fake(-1);
}

static void names(void) RUNS_ON(on_ctl)
{
	static const struct aula_plugin own_grid = {AULA_PLUGIN_HEAD, .name = "grid",
						    .layout = &moody_ops};
	struct plugin_set *set = moody_set();
	struct aula_cell cells[AULA_CELLS_MAX];
	const char *list[4];
	uint32_t n = 99;

	CHECK(plugin_set_add(set, &moody_plugin) == -EEXIST);
	CHECK(plugin_set_layouts(set, list, 4) == 2);
	CHECK(strcmp(list[0], "grid") == 0 && strcmp(list[1], "moody") == 0);
	CHECK(plugin_set_layout(set, "nope") == NULL &&
	      plugin_set_recorder(set, "grid") == NULL);
	CHECK(plugin_set_arrange(set, "nope", &one_in, cells, &n) == -ENOENT && n == 99);

	/* one of the built-in name stands in front of it, once */
	CHECK(plugin_set_arrange(set, "grid", &one_in, cells, &n) == 0 &&
	      cells[0].w == AULA_UNIT);
	CHECK(plugin_set_add(set, &own_grid) == 0);
	CHECK(plugin_set_add(set, &own_grid) == -EEXIST);
	CHECK(plugin_set_arrange(set, "grid", &one_in, cells, &n) == 0 &&
	      cells[0].w == 10);
	CHECK(plugin_set_layouts(set, list, 4) == 2 && strcmp(list[0], "grid") == 0);
	CHECK(plugin_set_layouts(set, list, 1) == 2);
	plugin_set_destroy(set);
	plugin_set_destroy(NULL);
	clock_fake(-1);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
	char buf[4096];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK(write(out, buf, (size_t)n) == n);
	CHECK(fchmod(out, mode) == 0);
	close(in);
	close(out);
}

/* Only what nobody else can write is mapped. */
static void files(const char *shipped) RUNS_ON(on_ctl)
{
	char dir[] = "/tmp/test_plugin.XXXXXX", so[400], mine[400], other[400];
	struct plugin_set *set;
	int64_t errors;

	CHECK(mkdtemp(dir) && plugin_set_create(&set) == 0);
	snprintf(so, sizeof(so), "%s/layout_lecture.so", shipped);
	snprintf(mine, sizeof(mine), "%s/mine.so", dir);
	snprintf(other, sizeof(other), "%s/other.so", dir);

	errors = count_get(COUNT_PLUGIN_ERRORS);
	CHECK(plugin_set_load(set, dir, "mine") == -ENOENT);
	copy_file(so, mine, 0620);
	CHECK(plugin_set_load(set, dir, "mine") == -EPERM);
	copy_file(so, mine, 0602);
	CHECK(plugin_set_load(set, dir, "mine") == -EPERM);
	copy_file("/proc/self/cmdline", mine, 0644);
	CHECK(plugin_set_load(set, dir, "mine") == -ENOEXEC);
	CHECK(symlink(so, other) == 0);
	CHECK(plugin_set_load(set, dir, "other") == -ELOOP);
	CHECK(unlink(other) == 0 && mkfifo(other, 0600) == 0);
	CHECK(plugin_set_load(set, dir, "other") == -EPERM);
	CHECK(plugin_set_load(set, dir, "../etc") == -EINVAL);
	CHECK(plugin_set_load(set, dir, "") == -EINVAL);
	CHECK(plugin_set_load(set, dir, "a.b") == -EINVAL);
	CHECK(plugin_set_load(set, "/nonexistent", "mine") == -ENOENT);
	unlink(mine);
	copy_file(so, mine, 0644);
	CHECK(chmod(dir, 0777) == 0 && plugin_set_load(set, dir, "mine") == -EPERM);
	CHECK(count_get(COUNT_PLUGIN_ERRORS) == errors + 11);
	if (geteuid() == 0) {
		CHECK(chmod(dir, 0700) == 0 && chown(mine, 12345, 0) == 0);
		CHECK(plugin_set_load(set, dir, "mine") == -EPERM);
		CHECK(chown(mine, 0, 0) == 0);
	}
	CHECK(chmod(dir, 0700) == 0 && plugin_set_load(set, dir, "mine") == 0);
	CHECK(strcmp(plugin_set_layout(set, "lecture"), "lecture") == 0);
	unlink(mine); /* the first is mapped: not to be written over */
	copy_file(so, mine, 0644);
	CHECK(plugin_set_load(set, dir, "mine") == -EEXIST);
	plugin_set_destroy(set);
	unlink(mine);
	unlink(other);
	CHECK(rmdir(dir) == 0);
}

/* As it was compiled with the header of 1.2: its ops end where those of tracks begin. */
static void of_1_2(void) RUNS_ON(on_ctl)
{
	struct {
		struct aula_recorder_ops ops;
	} old = {{.size = offsetof(struct aula_recorder_ops, track),
		  .extension = "x",
		  .start = fake_start,
		  .write = fake_write,
		  .close = fake_close,
		  .flags = AULA_RECORDER_FOLDER,
		  .track = (int (*)(void *, uint32_t, const struct aula_track *,
				    int64_t))0x1}};
	struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .recorder = &old.ops};
	struct plugin *p;

	raw.abi_minor = 2;
	CHECK(offsetof(struct aula_recorder_ops, track) == 88);
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == 0);
	CHECK(plugin_recorder(p)->flags == AULA_RECORDER_FOLDER);
	CHECK(!plugin_recorder(p)->track && !plugin_recorder(p)->track_end);
	plugin_free(p);
	/* what it may not say, since it has no track() */
	old.ops.flags |= AULA_RECORDER_TRACKS;
	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
	CHECK(strstr(why, "tracks"));
}

static void tracks(void) RUNS_ON(on_ctl)
{
	const struct aula_recorder_ops good = {.size = sizeof(good),
					       .extension = "x",
					       .start = fake_start,
					       .write = fake_write,
					       .close = fake_close,
					       .flags = AULA_RECORDER_FOLDER |
							AULA_RECORDER_TRACKS,
					       .track = fake_track,
					       .track_end = fake_track_end};
	struct aula_recorder_ops ops = good;
	struct aula_plugin raw = {AULA_PLUGIN_HEAD, .name = "t", .recorder = &ops};
	struct plugin *p;

	CHECK(plugin_add(&p, &raw, why, sizeof(why)) == 0);
	CHECK(plugin_recorder(p)->track == fake_track);
	plugin_free(p);
	for (int i = 0; i < 6; i++) {
		ops = good;
		if (i == 0)
			ops.flags = AULA_RECORDER_TRACKS; /* no folder */
		else if (i == 1)
			ops.flags |= AULA_RECORDER_REMOTE;
		else if (i == 2)
			ops.track = NULL;
		else if (i == 3)
			ops.track_end = NULL;
		else if (i == 4)
			ops.start = NULL;
		else
			ops.flags |= 1 << 3; /* of a later minor */
		CHECK(plugin_add(&p, &raw, why, sizeof(why)) == -EINVAL);
	}
}

int main(void)
{
	struct plugin *p;

	log_set_level(LOG_ERROR + 1);
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	bad_cells_are_refused();
	versions();
	CHECK(plugin_add(&p, plugin_builtins[0], why, sizeof(why)) == 0);
	plugin_free(p);
	older_and_shorter();
	of_1_0();
	of_1_2();
	tracks();
	vacant_places();
	recorders();
	quarantine();
	stalls();
	names();
	files(getenv("PLUGIN_DIR") ? getenv("PLUGIN_DIR") : "plugins/.libs");
	return 0;
}
