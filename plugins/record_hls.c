/* record_hls.c - the recorder "hls": what is taught, to be seen by plain HTTP, also from
 * its beginning, while it is taught.
 */
#include "plugins/record_hls.h"

static int start(void **self, const struct aula_start *s)
{
	return s->path ? hls_open(self, s->path, s->tracks, s->n_tracks) : -ENOTSUP;
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "hls",
	.open = hls_open,
	.write = hls_write,
	.close = hls_close,
	.finish = hls_finish,
	.flags = AULA_RECORDER_FOLDER,
	.start = start,
	.change = hls_change,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "hls",
	.version = "1",
	.recorder = &ops,
};
