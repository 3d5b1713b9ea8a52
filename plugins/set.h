/* set.h - all plugins of the server, by name: those of the configuration, and
 * the built-in grid, which is there whatever happens.
 */
#ifndef PLUGINS_SET_H
#define PLUGINS_SET_H

#include "base/attr.h"
#include "base/thread.h"
#include "plugins/host.h"

struct plugin_set;

#define PLUGIN_SET_MAX 64 /* plugins in all */

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

/* NULL when there is none of that name. */
const char *plugin_set_layout(const struct plugin_set *set, const char *name)
	RUNS_ON(on_ctl); /* the name as the set stores it: lives as long as the set */
const struct aula_recorder_ops *plugin_set_recorder(const struct plugin_set *set,
						    const char *name) RUNS_ON(on_ctl);

/* Writes at most `max` names of layouts, in order of loading with the grid
 * first, and returns how many there are. They live as long as the set. */
uint32_t plugin_set_layouts(const struct plugin_set *set, const char **names,
			    uint32_t max) RUNS_ON(on_ctl);

/* Runs the layout `name`. On failure the caller keeps the scene it has: a
 * negative errno, counted; -ENOENT: no such layout. The third failure within
 * ten minutes, or the third call of over 100 ms, puts the layout into
 * quarantine: from then on the grid answers in its place (logged as an error).
 * `cells` must take AULA_CELLS_MAX. */
int plugin_set_arrange(struct plugin_set *set, const char *name,
		       const struct aula_layout_in *in, struct aula_cell *cells,
		       uint32_t *n) RUNS_ON(on_ctl) AULA_MUST_CHECK;

bool plugin_set_quarantined(const struct plugin_set *set, const char *name)
	RUNS_ON(on_ctl);

#endif
