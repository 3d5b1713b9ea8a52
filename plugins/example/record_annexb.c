/* record_annexb - the picture alone, as a bare H.264 stream (.h264). An example
 * of a recorder without finish(): the server renames the part at the end.
 */
#include <aula_plugin.h>

#include <errno.h>
#include <stdio.h>

static int annexb_open(void **self, const char *path,
		       const struct aula_track *const *tracks, uint32_t n_tracks)
{
	FILE *f;

	/* the server gives the picture as track 0 */
	if (n_tracks < 1 || tracks[0]->kind != AULA_TRACK_VIDEO)
		return -EINVAL;
	if (strcmp(tracks[0]->codec, "h264") != 0)
		return -ENOTSUP;

	f = fopen(path, "wb");
	if (!f)
		return -errno;
	*self = f;
	return 0;
}

static int annexb_write(void *self, const struct aula_packet *packet)
{
	FILE *f = self;

	if (packet->track != 0)
		return 0;
	if (fwrite(packet->data, 1, packet->len, f) != packet->len)
		return errno ? -errno : -EIO;
	/* with the kernel at once: a crash of the server loses nothing */
	return fflush(f) == 0 ? 0 : -errno;
}

static int annexb_close(void *self)
{
	return fclose(self) == 0 ? 0 : -errno;
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "h264",
	.open = annexb_open,
	.write = annexb_write,
	.close = annexb_close,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "annexb",
	.version = "1",
	.recorder = &ops,
};
