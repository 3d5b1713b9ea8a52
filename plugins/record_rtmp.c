/* record_rtmp.c - the recorder "rtmp": makes no file, sends to a platform. */
#include "plugins/record_rtmp.h"

static int start(void **self, const struct aula_start *s)
{
	return rtmp_start(self, s, &rtmp_usual);
}

static int open_none(void **self, const char *path,
		     const struct aula_track *const *tracks, uint32_t n_tracks)
{
	(void)self;
	(void)path;
	(void)tracks;
	(void)n_tracks;
	return -ENOTSUP; /* a server that knows no targets */
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "flv",
	.open = open_none,
	.write = rtmp_write,
	.close = rtmp_close,
	.flags = AULA_RECORDER_REMOTE,
	.start = start,
	.change = rtmp_change,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "rtmp",
	.version = "1",
	.recorder = &ops,
};
