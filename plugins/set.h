/* set.h - all plugins of the server, by name: those of the configuration, and
 * the built-in grid, which is there whatever happens.
 */
#ifndef PLUGINS_SET_H
#define PLUGINS_SET_H

#include "base/attr.h"
#include "base/thread.h"
#include "plugins/host.h"

struct plugin_set;

#define PLUGIN_SET_MAX 128 /* plugins in all */

/* With the built-in ones inside. */
int plugin_set_create(struct plugin_set **out) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void plugin_set_destroy(struct plugin_set *set) RUNS_ON(on_ctl); /* NULL is accepted */

/* Loads <dir>/<file>.so; `file` is [a-z0-9_-]{1,63}. The directory and the file
 * must belong to root or to us and be writable by nobody else. A layout called
 * as a built-in one takes its place in the list, else -EEXIST. What failed is
 * logged as an error and counted. */
int plugin_set_load(struct plugin_set *set, const char *dir, const char *file)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Adds one that is linked in, by the same rules. */
int plugin_set_add(struct plugin_set *set, const struct aula_plugin *raw)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Adds a layout that is data; the plan is copied, and `own`, the text it was read
 * from, when an administrator made it (else NULL). -EEXIST: the name is taken, but
 * for an own one, whose place it then takes. -ENOSPC: LIMIT_OWN_LAYOUTS of those. */
int plugin_set_put(struct plugin_set *set, const struct plan *plan, const char *own)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Takes an own one away. -ENOENT */
int plugin_set_remove(struct plugin_set *set, const char *name) RUNS_ON(on_ctl);

/* What is known of a layout; good until it is put anew or removed. */
struct plugin_facts {
	const struct plan *plan;          /* NULL: it is code */
	const struct param_specs *params; /* NULL: it did not say */
	const char *own;                  /* the text; NULL: not an administrator's */
};

/* 0, -ENOENT (no such layout) or -EINVAL (parameters that it does not take): is
 * `text`, a name and parameters, a layout of the set? `facts` may be NULL. */
int plugin_set_facts(const struct plugin_set *set, const char *text,
		     struct plugin_facts *facts) RUNS_ON(on_ctl);

/* NULL when there is none of that name. */
const char *plugin_set_layout(const struct plugin_set *set, const char *name)
	RUNS_ON(on_ctl); /* the name as the set stores it: lives as long as the set */
const struct aula_recorder_ops *plugin_set_recorder(const struct plugin_set *set,
						    const char *name) RUNS_ON(on_ctl);

/* Writes at most `max` names of layouts, in order of loading with the grid
 * first, and returns how many there are. They live as long as the set. */
uint32_t plugin_set_layouts(const struct plugin_set *set, const char **names,
			    uint32_t max) RUNS_ON(on_ctl);

/* Runs the layout of `text`, its name and parameters. On failure the caller keeps the
 * scene it has: a negative errno, counted; -ENOENT: no such layout. The third failure
 * within ten minutes, or the third call of over 100 ms, puts the layout into quarantine:
 * from then on the grid answers in its place (logged as an error). `cells` must take
 * AULA_CELLS_MAX. Parameters of `in` count when the text has none. `mark`: see
 * plugin_arrange(). */
int plugin_set_place(struct plugin_set *set, const char *text,
		     const struct aula_layout_in *in, struct aula_cell *cells,
		     uint32_t *n, uint32_t *mark) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The same for who keeps no mark. */
static inline int plugin_set_arrange(struct plugin_set *set, const char *text,
				     const struct aula_layout_in *in,
				     struct aula_cell *cells, uint32_t *n) RUNS_ON(on_ctl)
{
	return plugin_set_place(set, text, in, cells, n, NULL);
}

/* Whom to tell when a layout is put into quarantine, and why ("failed", "stalled").
 * Called in the middle of plugin_set_place(): to run a layout from there is wrong. */
void plugin_set_watch(struct plugin_set *set,
		      void (*aside)(void *ctx, const char *layout, const char *why),
		      void *ctx) RUNS_ON(on_ctl);

/* A recorder of the set begins, or (`failed`) has ended one early: what administrators
 * are shown. Its own calls are on other threads, and nobody takes their times. */
void plugin_set_used(struct plugin_set *set, const struct aula_recorder_ops *ops,
		     bool failed) RUNS_ON(on_ctl);

/* What administrators are shown of a plugin. */
struct plugin_info {
	const char *name;       /* of a refused one the file's */
	bool layout;            /* else a recorder; of a refused one not known: false */
	int abi;                /* major; 0: of data, or not known */
	const char *path, *why; /* empty: built in; nothing is wrong */
	bool aside, refused;
	/* of a recorder: editions of recordings that it began, and that ended early */
	uint64_t calls, slow, failed, us, max_us;
};

/* The plugin `i` of all, those that were refused behind the others. False: there are no
 * more. Good until the set changes. */
bool plugin_set_info(const struct plugin_set *set, uint32_t i, struct plugin_info *info)
	RUNS_ON(on_ctl);

bool plugin_set_quarantined(const struct plugin_set *set, const char *name)
	RUNS_ON(on_ctl);

#endif
