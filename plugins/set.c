#include "plugins/set.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOFT_US        (5 * MS_US)
#define HARD_US        (100 * MS_US)
#define STRIKES        3
#define REFUSALS       16
#define STRIKE_TIME_US (600 * SEC_US)

_Static_assert(AULA_CELLS_MAX == LIMIT_CELLS, "a scene takes what the contract promises");

struct entry {
	struct plugin *plugin;              /* owned */
	bool built_in, hidden, quarantined; /* hidden: one of the same name was loaded */
	char *own;       /* owned: the text of an administrator's layout; else NULL */
	char *path;      /* owned: of the file; NULL: none */
	const char *why; /* it was put aside; a constant, or NULL */
	struct plugin_info did; /* its figures only */
	uint32_t n_strikes;
	int64_t strikes_us[STRIKES]; /* clock_us() of the latest failures, as a ring */
};

struct plugin_set {
	void (*aside)(void *ctx, const char *layout, const char *why); /* or NULL */
	void *aside_ctx;
	uint32_t n;
	struct entry entries[PLUGIN_SET_MAX];
	uint32_t n_refused; /* files; policy when full: the first ones are kept */
	struct refusal {
		char file[64], why[160];
	} refused[REFUSALS];
};

static struct entry *layout_find(const struct plugin_set *set, const char *name)
{
	for (uint32_t i = 0; i < set->n; i++) {
		const struct entry *e = &set->entries[i];

		if (!e->hidden && plugin_is_layout(e->plugin) &&
		    strcmp(plugin_name(e->plugin), name) == 0)
			return (struct entry *)e;
	}
	return NULL;
}

static void entry_free(struct entry *e) RUNS_ON(on_ctl)
{
	if (e->quarantined)
		count_add(COUNT_LAYOUTS_ASIDE, -1);
	plugin_free(e->plugin);
	free(e->own);
	free(e->path);
}

/* ---- filling the set ------------------------------------------------------ */

static bool same_kind(const struct plugin *a, const struct plugin *b)
{
	return plugin_is_layout(a) == plugin_is_layout(b);
}

/* Takes the plugin. */
static int enter(struct plugin_set *set, struct plugin *p, bool built_in) RUNS_ON(on_ctl)
{
	struct entry *twin = NULL;
	int err = set->n == PLUGIN_SET_MAX ? -ENOSPC : 0;

	for (uint32_t i = 0; i < set->n; i++) {
		struct entry *e = &set->entries[i];

		if (!e->hidden && same_kind(e->plugin, p) &&
		    strcmp(plugin_name(e->plugin), plugin_name(p)) == 0)
			twin = e;
	}
	if (twin && !twin->built_in)
		err = -EEXIST;
	if (err) {
		plugin_free(p);
		return err;
	}
	if (twin)
		twin->hidden = true;
	set->entries[set->n++] = (struct entry){.plugin = p, .built_in = built_in};
	return 0;
}

int plugin_set_create(struct plugin_set **out)
{
	struct plugin_set *set = calloc(1, sizeof(*set));
	struct plugin *p;
	char why[100];
	int err = 0;

	if (!set)
		return -ENOMEM;
	for (int i = 0; !err && plugin_builtins[i]; i++) {
		err = plugin_add(&p, plugin_builtins[i], why, sizeof(why));
		if (!err)
			err = enter(set, p, true);
	}
	if (err) {
		plugin_set_destroy(set);
		return err;
	}
	*out = set;
	return 0;
}

void plugin_set_destroy(struct plugin_set *set)
{
	if (!set)
		return;
	for (uint32_t i = 0; i < set->n; i++)
		entry_free(&set->entries[i]);
	free(set);
}

static int refused(struct plugin_set *set, const char *file, const char *why, int err)
{
	char quoted[300];
	struct refusal *r;

	if (set->n_refused < REFUSALS) {
		r = &set->refused[set->n_refused++];
		snprintf(r->file, sizeof(r->file), "%s", file);
		snprintf(r->why, sizeof(r->why), "%s", why);
	}

	count_add(COUNT_PLUGIN_ERRORS, 1);
	log_error("plugin_refused", "plugin=%s err=%d why=%s", file, err,
		  log_quote(quoted, sizeof(quoted), why));
	return err;
}

static int dir_trusted(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) ||
		 (st.st_uid != 0 && st.st_uid != geteuid()))
		err = -EPERM;
	close(fd);
	return err;
}

static bool file_name_ok(const char *file)
{
	size_t n = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n < 64 && file[n] == '\0';
}

int plugin_set_load(struct plugin_set *set, const char *dir, const char *file)
{
	char path[1024], why[256];
	struct plugin *p;
	int err;

	if (!file_name_ok(file))
		return refused(set, "?",
			       "a plugin is named [a-z0-9_-]{1,63}, without .so",
			       -EINVAL);
	if (snprintf(path, sizeof(path), "%s/%s.so", dir, file) >= (int)sizeof(path))
		return refused(set, file, "the path is too long", -ENAMETOOLONG);
	err = dir_trusted(dir);
	if (err)
		return refused(set, file,
			       "others than root and we can write the directory, or it "
			       "is missing",
			       err);
	err = plugin_load(&p, path, why, sizeof(why));
	if (err)
		return refused(set, file, why, err);
	err = enter(set, p, false);
	if (err)
		return refused(set, file,
			       err == -EEXIST ? "one of this name is loaded already"
					      : "too many plugins",
			       err);
	/* without memory it is shown as one without a file */
	set->entries[set->n - 1].path = strdup(path);
	log_info("plugin_loaded", "plugin=%s", file);
	return 0;
}

int plugin_set_add(struct plugin_set *set, const struct aula_plugin *raw)
{
	struct plugin *p;
	char why[256];
	int err = plugin_add(&p, raw, why, sizeof(why));

	return err ? err : enter(set, p, false);
}

int plugin_set_put(struct plugin_set *set, const struct plan *plan, const char *own)
{
	struct entry *e = layout_find(set, plan->name);
	struct entry made = {.own = NULL};
	uint32_t n_own = 0;
	int err;

	for (uint32_t i = 0; i < set->n; i++)
		n_own += set->entries[i].own != NULL;
	if (e && (!own || !e->own))
		return -EEXIST;
	if (!e && ((own && n_own >= LIMIT_OWN_LAYOUTS) || set->n == PLUGIN_SET_MAX))
		return -ENOSPC;
	made.own = own ? strdup(own) : NULL;
	if (own && !made.own)
		return -ENOMEM;
	err = plugin_of_plan(&made.plugin, plan);
	if (err) {
		free(made.own);
		return err;
	}
	if (e)
		entry_free(e);
	else
		e = &set->entries[set->n++];
	*e = made;
	return 0;
}

int plugin_set_remove(struct plugin_set *set, const char *name)
{
	struct entry *e = layout_find(set, name);
	size_t at;

	if (!e || !e->own)
		return -ENOENT;
	at = (size_t)(e - set->entries);
	entry_free(e);
	set->n--;
	memmove(e, e + 1, (set->n - at) * sizeof(*e));
	return 0;
}

/* ---- finding -------------------------------------------------------------- */

int plugin_set_facts(const struct plugin_set *set, const char *text,
		     struct plugin_facts *facts)
{
	const struct param_specs *takes;
	const struct entry *e;
	struct params params;

	if (params_read(&params, text))
		return -EINVAL;
	e = layout_find(set, params.name);
	if (!e)
		return -ENOENT;
	takes = plugin_params(e->plugin);
	if (takes && params_check(&params, takes))
		return -EINVAL;
	if (facts)
		*facts = (struct plugin_facts){plugin_plan(e->plugin), takes, e->own};
	return 0;
}

const char *plugin_set_layout(const struct plugin_set *set, const char *name)
{
	const struct entry *e = layout_find(set, name);

	return e ? plugin_name(e->plugin) : NULL;
}

const struct aula_recorder_ops *plugin_set_recorder(const struct plugin_set *set,
						    const char *name)
{
	for (uint32_t i = 0; i < set->n; i++) {
		const struct plugin *p = set->entries[i].plugin;

		if (!plugin_is_layout(p) && strcmp(plugin_name(p), name) == 0)
			return plugin_recorder(p);
	}
	return NULL;
}

void plugin_set_used(struct plugin_set *set, const struct aula_recorder_ops *ops,
		     bool failed)
{
	for (uint32_t i = 0; i < set->n; i++) {
		struct entry *e = &set->entries[i];

		if (plugin_is_layout(e->plugin) || plugin_recorder(e->plugin) != ops)
			continue;
		e->did.calls += !failed;
		e->did.failed += failed;
	}
}

/* A hidden one has its successor's name, so it stands for it in the list. */
uint32_t plugin_set_layouts(const struct plugin_set *set, const char **names,
			    uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		const struct entry *e = &set->entries[i];
		bool listed = false;

		if (!plugin_is_layout(e->plugin))
			continue;
		for (uint32_t k = 0; k < i && !listed; k++)
			listed = set->entries[k].hidden &&
				 strcmp(plugin_name(set->entries[k].plugin),
					plugin_name(e->plugin)) == 0;
		if (listed)
			continue;
		if (n < max)
			names[n] = plugin_name(e->plugin);
		n++;
	}
	return n;
}

bool plugin_set_quarantined(const struct plugin_set *set, const char *name)
{
	const struct entry *e = layout_find(set, name);

	return e && e->quarantined;
}

bool plugin_set_info(const struct plugin_set *set, uint32_t i, struct plugin_info *info)
{
	const struct entry *e = &set->entries[i < set->n ? i : 0];
	const struct refusal *r;

	if (i >= set->n + set->n_refused)
		return false;
	if (i >= set->n) {
		r = &set->refused[i - set->n];
		*info = (struct plugin_info){
			.name = r->file, .path = "", .why = r->why, .refused = true};
		return true;
	}
	*info = e->did;
	info->name = plugin_name(e->plugin);
	info->layout = plugin_is_layout(e->plugin);
	info->abi = plugin_plan(e->plugin) ? 0 : AULA_ABI_MAJOR;
	info->path = e->path ? e->path : "";
	info->why = e->why      ? e->why
		    : e->hidden ? "another one of this name took its place"
				: "";
	info->aside = e->quarantined;
	return true;
}

void plugin_set_watch(struct plugin_set *set,
		      void (*aside)(void *ctx, const char *layout, const char *why),
		      void *ctx)
{
	set->aside = aside;
	set->aside_ctx = ctx;
}

/* ---- running -------------------------------------------------------------- */

static void put_aside(struct plugin_set *set, struct entry *e, const char *why)
	RUNS_ON(on_ctl)
{
	e->quarantined = true;
	e->why = why;
	count_add(COUNT_LAYOUTS_ASIDE, 1);
	log_error("plugin_quarantined", "layout=%s why=%s instead=grid",
		  plugin_name(e->plugin), why);
	if (set->aside)
		set->aside(set->aside_ctx, plugin_name(e->plugin), why);
}

static void strike(struct plugin_set *set, struct entry *e, int64_t now_us,
		   const char *why, int err) RUNS_ON(on_ctl)
{
	uint32_t slot = e->n_strikes++ % STRIKES;
	bool third = e->n_strikes >= STRIKES &&
		     now_us - e->strikes_us[e->n_strikes % STRIKES] <= STRIKE_TIME_US;

	/* the slot after the newest holds the oldest of three */
	e->strikes_us[slot] = now_us;
	e->did.failed += err != 0;
	count_add(COUNT_PLUGIN_ERRORS, 1);
	log_warn("plugin_failed", "layout=%s why=%s err=%d", plugin_name(e->plugin), why,
		 err);
	if (third && !e->quarantined)
		put_aside(set, e, why);
}

static void took(struct entry *e, uint64_t us)
{
	e->did.calls++;
	e->did.us += us;
	e->did.slow += us > SOFT_US;
	if (us > e->did.max_us)
		e->did.max_us = us;
}

int plugin_set_place(struct plugin_set *set, const char *text,
		     const struct aula_layout_in *in, struct aula_cell *cells,
		     uint32_t *n, uint32_t *mark)
{
	const struct plugin *grid = set->entries[0].plugin;
	struct aula_layout_in with = *in;
	int64_t start_us, end_us;
	struct params params;
	struct entry *e;
	int err;

	if (params_read(&params, text))
		return -ENOENT;
	e = layout_find(set, params.name);
	if (!e)
		return -ENOENT;
	if (e->quarantined)
		return plugin_arrange(grid, in, cells, AULA_CELLS_MAX, n, mark);
	if (params.n) {
		with.n_params = params.n;
		with.params = params.list;
	}
	start_us = clock_us();
	err = plugin_arrange(e->plugin, &with, cells, AULA_CELLS_MAX, n, mark);
	end_us = clock_us();
	count_add(COUNT_LAYOUT_CALLS, 1);
	count_add(COUNT_LAYOUT_US, end_us - start_us);
	took(e, (uint64_t)(end_us - start_us));
	if (err)
		strike(set, e, end_us, "failed", err);
	else if (end_us - start_us > HARD_US)
		strike(set, e, end_us, "stalled", 0);
	else if (end_us - start_us > SOFT_US)
		log_warn("plugin_slow", "layout=%s us=%lld", params.name,
			 (long long)(end_us - start_us));
	if (err && e->quarantined)
		return plugin_arrange(grid, in, cells, AULA_CELLS_MAX, n, mark);
	return err;
}
