/* workshop_text.h - what the workshop writes and reads: chapters as aula-derive takes
 * them, the lines that it says, the names of what it makes. Pure functions.
 */
#ifndef MCU_WORKSHOP_TEXT_H
#define MCU_WORKSHOP_TEXT_H

#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKSHOP_CODE 31 /* characters of why it failed */
#define WORKSHOP_NAME 23 /* of a file */

enum workshop_said {
	SAID_NOTHING, /* that we know of */
	SAID_STEP,
	SAID_READY,
	SAID_FAILED
};

struct workshop_line {
	enum workshop_said said;
	double done;                  /* of all steps, 0 to 1; of SAID_STEP */
	char code[WORKSHOP_CODE + 1]; /* [a-z_]+; of SAID_FAILED */
	char json[DB_MADE + 1];       /* what is stored; of SAID_READY and SAID_FAILED */
};

/* One line of aula-derive's. Files whose names are not known are left out. */
void workshop_read(struct workshop_line *out, const char *line);

/* What is stored of a failure. */
void workshop_failure(const char *code, char out[DB_MADE + 1]);

/* The content type of a file that aula-derive makes; NULL: that is no name of one. */
const char *workshop_type(const char *name);

/* The marks as a list of chapters, for free(); `marks` by time. One without a text is
 * named by its time; of those of one moment the first counts. NULL: there are none, or
 * there is no memory. */
char *workshop_chapters(const struct db_mark *marks, uint32_t n);

#endif
