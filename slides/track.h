/* track.h - the pictures, or the sound, of a film file, decoded one after the other.
 * Inside of the program that reads decks only: what it reads is hostile. MP4, WebM,
 * Matroska and Ogg with the codecs of the net, by libavformat and libavcodec.
 */
#ifndef SLIDES_TRACK_H
#define SLIDES_TRACK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct track;

struct track_info {
	int64_t length_us; /* of the file; 0: it does not say */
	uint16_t w_px, h_px, rotation_deg;
};

/* The best one of its kind. Reads `fd` where it likes, and leaves it open. -ENODATA:
 * the file has none; -ENOTSUP: not a film, or not in a codec that is known here;
 * -EFBIG: too many pixels; -EBADMSG, -ENOMEM. */
int track_open(struct track **out, int fd, bool sound) AULA_MUST_CHECK;
void track_close(struct track *track); /* NULL is accepted */

void track_info(const struct track *track, struct track_info *out);
/* Where its packets end, by reading all of them, or where they pass `most_us`. Then it
 * is at its beginning again. */
int track_scan(struct track *track, int64_t most_us, int64_t *end_us) AULA_MUST_CHECK;

/* The next one that can be decoded, good until the next call. Times are of the file's
 * beginning. -ENODATA at the end, -EBADMSG when nothing but damage comes. */
int track_next(struct track *track, const struct AVFrame **frame,
	       int64_t *at_us) AULA_MUST_CHECK;

/* At that time, or somewhere before; a file in which nothing can be found goes on
 * where it is. */
void track_seek(struct track *track, int64_t at_us);

#endif
