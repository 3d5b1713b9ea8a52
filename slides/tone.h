/* tone.h - the sound of a clip, in pieces of 20 ms on one line of time: what is missing
 * is silence, what comes twice is heard once. Inside of the program that reads decks.
 */
#ifndef SLIDES_TONE_H
#define SLIDES_TONE_H

#include "base/attr.h"
#include "slides/reel.h"

#include <stdint.h>

struct tone;

/* As track_open(). */
int tone_open(struct tone **out, int fd) AULA_MUST_CHECK;
void tone_close(struct tone *tone); /* NULL is accepted */

void tone_seek(struct tone *tone, int64_t at_us);
int64_t tone_at_us(const struct tone *tone); /* of the next piece */
/* -ENODATA at the end, -EBADMSG, -ENOTSUP, -ENOMEM. */
int tone_next(struct tone *tone, int16_t out[REEL_BLOCK]) AULA_MUST_CHECK;

#endif
