/* record_webm.c - the recorder "webm": VP8 and Opus, without patents, for browsers. */
#include "plugins/record_mkv.h"

static int open_file(void **self, const char *path,
		     const struct aula_track *const *tracks, uint32_t n_tracks)
{
	return mkv_open(self, path, tracks, n_tracks, "webm", "vp8");
}

static int finish(const char *part, const char *path, struct aula_finished *info)
{
	return mkv_finish(part, path, info, "webm");
}

static int join(const struct aula_piece *const *pieces, uint32_t n_pieces,
		const char *path, struct aula_finished *info)
{
	return mkv_join(pieces, n_pieces, path, info, "webm");
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "webm",
	.open = open_file,
	.write = mkv_write,
	.close = mkv_close,
	.finish = finish,
	.video = "vp8",
	.join = join,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "webm",
	.version = "1",
	.recorder = &ops,
};
