/* record_mkv.h - what the files of the recorders "mkv", "webm" and "tracks" share; not
 * for others.
 *
 * While it runs: Matroska as for a live stream, without an end and an index, in clusters
 * of a second, so that a crash costs no more than that. When finished: the same media
 * with its duration and the index (Cues) in front of it. Nothing is encoded.
 */
#ifndef PLUGINS_RECORD_MKV_H
#define PLUGINS_RECORD_MKV_H

#include "plugins/record_track.h"

/* ---- record_mkv_write.c: the file that grows --------------------------------- */

/* `format` is "matroska" or "webm"; `video` the codec that its pictures must have. */
int mkv_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks, const char *format, const char *video);
int mkv_write(void *self, const struct aula_packet *packet);
/* What is older than a second by then goes to the kernel: for who has several of them, of
 * which some get nothing for a while. */
int mkv_flush(void *self, int64_t now_us);
int mkv_close(void *self);

/* ---- record_mkv_finish.c: the seekable one ----------------------------------- */

/* Makes one of all pieces, each where it belongs; what is damaged or cut off counts up
 * to there. -EBADMSG: there is nothing in any of them. */
int mkv_join(const struct aula_piece *const *pieces, uint32_t n_pieces, const char *path,
	     struct aula_finished *info, const char *format);
int mkv_finish(const char *part, const char *path, struct aula_finished *info,
	       const char *format);

#endif
