/* line.h - lines of text that were drawn once and are kept: what is written over
 * pictures is drawn with each of them. One thread.
 */
#ifndef MIXER_LINE_H
#define MIXER_LINE_H

#include "base/attr.h"
#include "mixer/text.h"

struct lines;

/* Keeps at most this many; the one used longest ago is forgotten. */
#define LINES_MAX 1024

int lines_create(struct lines **out) AULA_MUST_CHECK;
void lines_destroy(struct lines *lines); /* NULL is accepted */

/* As text_line(); good until the next call. NULL when there is nothing to see, without
 * memory, and for a text longer than a name may be. */
const struct text_mask *lines_get(struct lines *lines, struct text *text,
				  const char *utf8, uint16_t size_px, uint16_t max_w_px);

#endif
