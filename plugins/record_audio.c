/* record_audio.c - the recorder "audio": sound alone. While it runs fragmented MP4 with
 * Opus, as of the recorder "mp4"; when finished M4A with AAC-LC, what every phone and
 * every car can play.
 */
#include "plugins/record_mp4.h"

static int audio_open(void **self, const char *path,
		      const struct aula_track *const *tracks, uint32_t n_tracks)
{
	if (n_tracks != 1 || tracks[0]->kind != AULA_TRACK_AUDIO)
		return -ENOTSUP;
	return mp4_open(self, path, tracks, n_tracks);
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "m4a",
	.open = audio_open,
	.write = mp4_write,
	.close = mp4_close,
	.finish = mp4_finish_sound,
	.join = mp4_join_sound,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "audio",
	.version = "1",
	.recorder = &ops,
};
