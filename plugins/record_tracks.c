/* record_tracks.c - the recorder "tracks": what each member sent, as it was sent, for who
 * cuts a film of it afterwards.
 */
#include "plugins/record_tracks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FLUSH_US 1000000 /* what a crash may cost */

struct track {
	void *mkv; /* NULL: it has ended */
	int64_t end_us;
};

struct tracks {
	char *path;
	int dir;
	struct track *tracks; /* by the server's index; all of them are in the list */
	uint32_t n, room;
	struct tracks_list list;
	int64_t flushed_us; /* the newest time when all was flushed */
	int err;            /* the first failure: nothing is written after it */
};

static void tracks_free(struct tracks *t)
{
	tracks_list_fini(&t->list);
	if (t->dir >= 0)
		close(t->dir);
	free(t->tracks);
	free(t->path);
	free(t);
}

static int start(void **self, const struct aula_start *s)
{
	struct tracks *t;
	int err = 0;

	if (!s->path || s->n_tracks)
		return -ENOTSUP;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->path = strdup(s->path);
	t->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->dir < 0)
		err = -errno;
	else if (!t->path)
		err = -ENOMEM;
	else
		err = tracks_list_write(&t->list, t->dir);
	if (err) {
		tracks_free(t);
		return err;
	}
	*self = t;
	return 0;
}

/* ---- tracks come and go ------------------------------------------------------------ */

static int make_room(struct tracks *t)
{
	struct track *grown;

	if (t->n < t->room)
		return 0;
	grown = realloc(t->tracks, (t->room + 64) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->tracks = grown;
	t->room += 64;
	return 0;
}

static int open_file(struct tracks *t, void **mkv, const struct aula_track *track)
{
	size_t size = strlen(t->path) + 1 + TRACKS_FILE;
	char *path = malloc(size), name[TRACKS_FILE];
	int err;

	if (!path)
		return -ENOMEM;
	tracks_file(t->n, name);
	snprintf(path, size, "%s/%s", t->path, name);
	err = mkv_open(mkv, path, &track, 1, "matroska", track->codec);
	if (err)
		unlink(path);
	free(path);
	/* its head does not make a file: that is the sender's fault, and its loss alone
	 */
	return err == -EBADMSG || err == -EINVAL ? -ENOTSUP : err;
}

static bool has_word(const struct aula_track *track)
{
	static const char *const codecs[] = {"vp8", "vp9", "h264", "opus"};

	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (strcmp(track->codec, codecs[i]) == 0)
			return true;
	return false;
}

static int begin_track(struct tracks *t, const struct aula_track *track, int64_t at_us)
{
	void *mkv = NULL;
	int err = make_room(t);

	if (!err)
		err = open_file(t, &mkv, track);
	if (err)
		return err;
	err = tracks_list_add(&t->list, track, at_us);
	if (err) {
		mkv_close(mkv);
		return err;
	}
	t->tracks[t->n++] = (struct track){mkv, at_us};
	return tracks_list_write(&t->list, t->dir);
}

static int track(void *self, uint32_t index, const struct aula_track *track,
		 int64_t at_us)
{
	struct tracks *t = self;
	int err;

	if (t->err)
		return t->err;
	if (index != t->n || at_us < 0)
		return -EINVAL;
	if (!has_word(track) || !track->owner || !track->name)
		return -ENOTSUP;
	err = begin_track(t, track, at_us);
	if (err && err != -ENOTSUP)
		t->err = err;
	return err;
}

static int end_file(struct tracks *t, uint32_t index)
{
	struct track *of = &t->tracks[index];
	int err;

	if (!of->mkv)
		return 0;
	err = mkv_close(of->mkv);
	of->mkv = NULL;
	t->list.end_ms[index] = of->end_us / 1000;
	return err;
}

static int track_end(void *self, uint32_t index, int64_t at_us)
{
	struct tracks *t = self;
	int err;

	if (index >= t->n)
		return -EINVAL;
	(void)at_us; /* what was written says it */
	err = end_file(t, index);
	if (!err && !t->err)
		err = tracks_list_write(&t->list, t->dir);
	if (!t->err)
		t->err = err;
	return t->err;
}

/* ---- packets ------------------------------------------------------------------------
 */

/* Also of those who sent nothing since: what they sent before is not to wait for more. */
static int flush(struct tracks *t, int64_t at_us)
{
	int err = 0;

	if (at_us < t->flushed_us + FLUSH_US)
		return 0;
	t->flushed_us = at_us;
	for (uint32_t i = 0; !err && i < t->n; i++)
		if (t->tracks[i].mkv)
			err = mkv_flush(t->tracks[i].mkv, at_us);
	return err;
}

static int put(struct tracks *t, const struct aula_packet *p)
{
	struct track *of = &t->tracks[p->track];
	struct aula_packet packet;
	int err;

	/* ours may be the smaller one: what is behind it is not for us */
	memcpy(&packet, p, sizeof(packet));
	packet.track = 0;
	err = mkv_write(of->mkv, &packet);
	if (!err && p->pts_us + p->duration_us > of->end_us)
		of->end_us = p->pts_us + p->duration_us;
	return err;
}

static int write_packet(void *self, const struct aula_packet *p)
{
	struct tracks *t = self;

	if (!record_packet_ok(p, t->n) || !t->tracks[p->track].mkv)
		return -EINVAL;
	if (!t->err)
		t->err = flush(t, p->pts_us);
	if (!t->err)
		t->err = put(t, p);
	return t->err;
}

static int close_all(void *self)
{
	struct tracks *t = self;
	int err = t->err, of;

	for (uint32_t i = 0; i < t->n; i++) {
		of = end_file(t, i);
		err = err ? err : of;
	}
	of = tracks_list_write(&t->list, t->dir);
	err = err ? err : of;
	tracks_free(t);
	return err;
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "dir",
	.write = write_packet,
	.close = close_all,
	.finish = tracks_finish,
	.flags = AULA_RECORDER_FOLDER | AULA_RECORDER_TRACKS,
	.start = start,
	.track = track,
	.track_end = track_end,
};

const struct aula_plugin AULA_PLUGIN_SYMBOL = {
	AULA_PLUGIN_HEAD,
	.name = "tracks",
	.version = "1",
	.recorder = &ops,
};
