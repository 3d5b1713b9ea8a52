/* host.h - loads plugins, checks them, and calls them safely. */
#ifndef PLUGINS_HOST_H
#define PLUGINS_HOST_H

#include "base/attr.h"
#include "base/thread.h"
#include "plugins/aula_plugin.h"
#include "plugins/plan.h"

#include <stdbool.h>

struct plugin;

/* Loads the shared object at `path`, which must be a regular file of root or of
 * us that nobody else can write (-EPERM). It stays mapped until the process ends.
 * On failure returns a negative errno and writes one line into `why`. */
int plugin_load(struct plugin **out, const char *path, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The same for a plugin that is linked in. */
int plugin_add(struct plugin **out, const struct aula_plugin *raw, char *why,
	       size_t why_len) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* A layout that is data; the plan is copied. -ENOMEM, -EINVAL (its name). */
int plugin_of_plan(struct plugin **out, const struct plan *plan)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* NULL: it is code. */
const struct plan *plugin_plan(const struct plugin *p);

/* The parameters it takes; NULL: it did not say. */
const struct param_specs *plugin_params(const struct plugin *p);

/* The plugins that are linked in, ended by NULL; the first is the fallback. */
extern const struct aula_plugin *const plugin_builtins[];

void plugin_free(struct plugin *p) RUNS_ON(on_ctl);

const char *plugin_name(const struct plugin *p);

/* NULL when the plugin is of the other kind. */
const struct aula_recorder_ops *plugin_recorder(const struct plugin *p);

bool plugin_is_layout(const struct plugin *p);

/* Runs a layout. Every cell in `cells` is inside of the canvas and names a
 * source of `in`, or is vacant with a text; what is pointed to changes only on
 * success. -EINVAL: the layout tried something else, or its return value was no
 * errno. `mark` (may be NULL): what the next one is to get as `in->last`. */
int plugin_arrange(const struct plugin *p, const struct aula_layout_in *in,
		   struct aula_cell *cells, uint32_t max_cells, uint32_t *n,
		   uint32_t *mark) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
