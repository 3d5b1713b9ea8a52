/* record_mp4.h - what the files of the recorders "mp4" and "audio" share; not for others.
 *
 * While it runs: fragmented MP4, H.264 and Opus, half a second each, so that a
 * crash costs no more than that. When finished: fast-start MP4 with H.264,
 * AAC-LC made from the Opus (what every player can play) and the Opus itself
 * as a second sound track, switched off.
 */
#ifndef PLUGINS_RECORD_MP4_H
#define PLUGINS_RECORD_MP4_H

#include "plugins/aula_plugin.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#define MP4_SOUND_HZ 48000

/* libavformat's errors that are no errno mean damaged data. */
static inline int mp4_errno(int av_err)
{
	return av_err < -4095 ? -EBADMSG : av_err;
}

/* ---- record_mp4_io.c: libavformat on a descriptor, with the true errno ------ */

struct mp4_io {
	AVIOContext *pb;
	int fd;      /* the caller's; several may share it, each has its own place */
	int err;     /* the first error of the system, negative errno */
	int64_t pos; /* bytes */
};

enum mp4_io_mode { MP4_READ, MP4_WRITE, MP4_STREAM /* writes, never seeks */ };

int mp4_io_open(struct mp4_io *io, int fd, enum mp4_io_mode mode);
/* Writes what is buffered out first; returns the first error of all. */
int mp4_io_close(struct mp4_io *io);

/* ---- record_mp4_aac.c: Opus packets in, AAC packets out ---------------------- */

struct mp4_aac;

/* Takes over neither; `packet` has its times in 1/MP4_SOUND_HZ. */
struct mp4_sink {
	void *ctx;
	int (*packet)(void *ctx, AVPacket *packet);
};

int mp4_aac_create(struct mp4_aac **out, const AVCodecParameters *opus,
		   struct mp4_sink sink);
void mp4_aac_destroy(struct mp4_aac *aac); /* NULL is accepted */
int mp4_aac_parameters(const struct mp4_aac *aac, AVCodecParameters *out);
/* `pts` in 1/MP4_SOUND_HZ. Gaps become silence; what cannot be decoded is a gap.
 * -EBADMSG: a time that cannot be. */
int mp4_aac_push(struct mp4_aac *aac, const AVPacket *opus, int64_t pts);
/* Silence from the last sound on, while none comes: sound from before `until` is left out
 * then. */
int mp4_aac_fill(struct mp4_aac *aac, int64_t until);
int mp4_aac_flush(struct mp4_aac *aac);

/* ---- record_mp4_write.c: the file that grows --------------------------------- */

int mp4_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks);
int mp4_write(void *self, const struct aula_packet *packet);
int mp4_close(void *self);

/* ---- record_mp4_finish.c ----------------------------------------------------- */

int mp4_finish(const char *part, const char *path, struct aula_finished *info);
/* Of a part with sound alone; the AAC alone, as M4A. */
int mp4_finish_sound(const char *part, const char *path, struct aula_finished *info);

/* ---- record_mp4_join.c: pieces, each made by one of these ---------------------- */

int mp4_join(const struct aula_piece *const *pieces, uint32_t n_pieces, const char *path,
	     struct aula_finished *info);
int mp4_join_sound(const struct aula_piece *const *pieces, uint32_t n_pieces,
		   const char *path, struct aula_finished *info);

#endif
