/* A layout that never succeeds. */
#include <errno.h>

#include "plugins/aula_plugin.h"

static int arrange(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	(void)in;
	(void)out;
	return -EIO;
}

static const struct aula_layout_ops ops = {sizeof(ops), arrange};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {AULA_PLUGIN_HEAD, .name = "failing",
					       .version = "1", .layout = &ops};
