/* text.h - lines of text of any script, drawn as coverage masks by Pango and
 * cairo. What is drawn is plain text: markup means nothing. One thread.
 */
#ifndef MIXER_TEXT_H
#define MIXER_TEXT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct text;

/* How much of each pixel is covered, 0..255, rows without padding. */
struct text_mask {
	uint16_t w_px, h_px;
	int16_t base; /* px from its top to the line that letters stand on */
	uint8_t a[];
};

/* Loads the fonts of the system: some milliseconds. */
int text_create(struct text **out) AULA_MUST_CHECK;
void text_destroy(struct text *text); /* NULL is accepted */

/* One line of letters `size_px` high, cut with an ellipsis at `max_w_px`. What
 * is not UTF-8 is replaced. The mask is the caller's, of free(). -ENOENT when
 * there is nothing to see, -EINVAL for sizes that cannot be, -ENOMEM. */
int text_line(struct text *text, struct text_mask **out, const char *utf8,
	      uint16_t size_px, uint16_t max_w_px) AULA_MUST_CHECK;

/* The first letter with its marks as a reader sees it, in upper case, and a
 * zero; empty when there is none or it does not fit. */
void text_initial(char *out, size_t size, const char *utf8);

#endif
