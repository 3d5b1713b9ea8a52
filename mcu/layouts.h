/* layouts.h - the layouts that are data: those that are built in, and those that
 * administrators made, which are stored. Control thread.
 */
#ifndef MCU_LAYOUTS_H
#define MCU_LAYOUTS_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"

#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct plan_wrong;
struct plugin_set;
struct server;

/* Those that are built in; one whose name a plugin has is left out. */
int layouts_built_in(struct plugin_set *set) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* A stored one that cannot be read is logged and left out. */
void layouts_stored(struct plugin_set *set, const struct db_layout *rows, uint32_t n)
	RUNS_ON(on_ctl);

/* The JSON of one that is data; no zero behind it, good until it changes. -ENOENT */
int layouts_text(const struct plugin_set *set, const char *name, const char **text,
		 size_t *len) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Stores it, and it is there at once, also for classes that show it now. -EINVAL
 * with `wrong`; -EEXIST: the name is one of the server's; -ENOSPC; -ENOBUFS. */
int layouts_put(struct server *server, const struct cJSON *json, struct plan_wrong *wrong)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Classes that show it go over to the grid. -ENOENT: there is no own one. */
int layouts_delete(struct server *server, const char *name)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
