/* text.h - what people wrote, on somebody's terminal: it must not move the cursor,
 * change colours, or turn the direction of what stands behind it.
 */
#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* Copies; a '?' for each control character, direction mark and byte that is no UTF-8. Cut
 * at `size`, between two characters. */
void text_clean(char *out, size_t size, const char *text);
/* Columns that a clean text takes on a terminal. */
unsigned text_width(const char *text);
/* How many bytes of it fit into so many columns. */
size_t text_fit(const char *text, unsigned columns);

/* "aulactl: ..." as one line of standard error. */
void text_say(const char *fmt, ...) AULA_PRINTF(1, 2);

/* "90 s", "42 min", "3 h 10 min", "12 d" of seconds. */
void text_span(char *out, size_t size, int64_t seconds);
/* The local time, "2026-11-21 22:45:10". */
void text_time(char *out, size_t size, int64_t ms);

#endif
