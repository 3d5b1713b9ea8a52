/* watch_text.h - what is asked and told at the door of who only watches, as JSON. Pure.
 */
#ifndef MCU_WATCH_TEXT_H
#define MCU_WATCH_TEXT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct watch_ask {
	char code[33]; /* as it was typed */
	char key[129]; /* the token of a link; empty: a student */
};

/* {"code","key"}, others are ignored. NULL, or an error code (`out` is untouched). */
const char *watch_read(struct watch_ask *out, const char *text,
		       size_t len) AULA_MUST_CHECK;
/* {"title","live","url","at_ms"}; without `url` (empty) nothing runs now. To free();
 * NULL: no memory. */
char *watch_write(const char *title, const char *url, int64_t at_ms) AULA_MUST_CHECK;

#endif
