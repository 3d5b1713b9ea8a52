/* looks.h - which layout each of a class's pictures has, beside the class's own. A value
 * of its owner's; pure functions.
 */
#ifndef MCU_LOOKS_H
#define MCU_LOOKS_H

#include "base/attr.h"
#include "base/limits.h"
#include "mcu/picture.h"

#include <stddef.h>

#define LOOKS_TEXT 768 /* bytes of what is stored, with its zero */

struct looks {
	/* with parameters; empty: the usual one. Of PICTURE_CLASS it is always empty */
	char layout[PICTURE_KINDS][LIMIT_LAYOUT_TEXT + 1];
};

/* The layout a picture has as long as nobody chose another; NULL: the class's. */
const char *looks_usual(enum picture_kind kind);

/* As it is stored: "KIND LAYOUT\n" for each that was chosen. -EINVAL when it is none,
 * `looks` is untouched then. */
int looks_read(const char *text, struct looks *looks) AULA_MUST_CHECK;
void looks_write(const struct looks *looks, char text[LOOKS_TEXT]);

#endif
