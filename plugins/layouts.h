/* layouts.h - the layouts of the server that are data: plugins/layouts/ as it was
 * when the server was built.
 */
#ifndef PLUGINS_LAYOUTS_H
#define PLUGINS_LAYOUTS_H

#include <stddef.h>

struct layout_file {
	const char *name;
	const char *json; /* no zero behind it */
	size_t len;
};

/* By name, ended by a NULL. */
extern const struct layout_file layout_files[];

#endif
