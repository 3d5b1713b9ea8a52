/* record_mkv.c - the recorder "mkv": H.264 and Opus in Matroska, for who edits. */
#include "plugins/record_mkv.h"

static int open_file(void **self, const char *path,
		     const struct aula_track *const *tracks, uint32_t n_tracks)
{
	return mkv_open(self, path, tracks, n_tracks, "matroska", "h264");
}

static int finish(const char *part, const char *path, struct aula_finished *info)
{
	return mkv_finish(part, path, info, "matroska");
}

static int join(const struct aula_piece *const *pieces, uint32_t n_pieces,
		const char *path, struct aula_finished *info)
{
	return mkv_join(pieces, n_pieces, path, info, "matroska");
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "mkv",
	.open = open_file,
	.write = mkv_write,
	.close = mkv_close,
	.finish = finish,
	.join = join,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "mkv",
	.version = "1",
	.recorder = &ops,
};
