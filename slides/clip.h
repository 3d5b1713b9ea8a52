/* clip.h - a film file as what is played of it: pictures of one size and 20 ms of sound
 * at a time, in the order of their times. Inside of the program that reads decks.
 */
#ifndef SLIDES_CLIP_H
#define SLIDES_CLIP_H

#include "base/attr.h"
#include "slides/image.h"
#include "slides/reel.h"

#include <stdint.h>

struct clip;

/* Reads `fd`, which stays the caller's. Pictures fit into the box, and into REEL_PIXELS.
 * As track_open(), and -EOVERFLOW: longer than LIMIT_CLIP_MS. A file without sound is
 * one; without pictures it is -ENOTSUP. */
int clip_open(struct clip **out, int fd, uint16_t box_w_px,
	      uint16_t box_h_px) AULA_MUST_CHECK;
void clip_close(struct clip *clip); /* NULL is accepted */

/* From there on; the first picture is what is seen at that time. */
void clip_seek(struct clip *clip, int64_t at_us);

/* What begins it, for its pipe. */
void clip_start(const struct clip *clip, struct reel_head *out);

/* A picture or a piece of sound; `body` is good until the next call. -ENODATA at the end;
 * -EBADMSG, -ENOMEM. */
int clip_next(struct clip *clip, struct reel_head *head,
	      const uint8_t **body) AULA_MUST_CHECK;

/* One that stands for all of it, upright, as large as it is. */
int clip_image(struct clip *clip, struct image *out) AULA_MUST_CHECK;

#endif
