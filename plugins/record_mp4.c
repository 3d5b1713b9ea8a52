/* record_mp4.c - the recorder "mp4": pictures and sound. */
#include "plugins/record_mp4.h"

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "mp4",
	.open = mp4_open,
	.write = mp4_write,
	.close = mp4_close,
	.finish = mp4_finish,
	.join = mp4_join,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "mp4",
	.version = "1",
	.recorder = &ops,
};
