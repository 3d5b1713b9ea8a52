/* workshop_text.h - what the workshop reads: the lines that aula-derive says, the names
 * of what it makes. Pure functions.
 */
#ifndef MCU_WORKSHOP_TEXT_H
#define MCU_WORKSHOP_TEXT_H

#include "base/attr.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKSHOP_CODE 31 /* characters of why it failed */
#define WORKSHOP_NAME 48 /* of a file */

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

/* Is it {"ok":true}, which commands say that make nothing? */
bool workshop_ok(const char *line);

/* What is stored of a failure. */
void workshop_failure(const char *code, char out[DB_MADE + 1]);

/* The content type of a file that aula-derive makes; NULL: that is no name of one. */
const char *workshop_type(const char *name);

/* ---- what is stored, and captions, which come to it later ------------------- */

/* Is a file of that name in what is stored? */
bool workshop_lists(const char *json, const char *name);
/* What is stored, with that file, or (0 bytes) without it. -EBADMSG: it is none of ours;
 * -ENOSPC: there is no room for more. */
int workshop_list_file(const char *json, const char *name, int64_t bytes,
		       char out[DB_MADE + 1]) AULA_MUST_CHECK;
/* The bytes of the largest file in what is stored; 0: there is none. */
int64_t workshop_largest(const char *json);
/* The languages of its captions, files like captions-ru.vtt: their number. */
uint32_t workshop_languages(const char *json,
			    void (*each)(void *ctx, const char *language), void *ctx);

#endif
