/* workshop_text_cut.h - the lines of aula-derive when it cuts. A pure function. */
#ifndef MCU_WORKSHOP_TEXT_CUT_H
#define MCU_WORKSHOP_TEXT_CUT_H

#include "base/limits.h"
#include "mcu/workshop_text.h"

#include <stdint.h>

struct cut_line {
	enum workshop_said said;
	double done;                  /* 0 to 1; of SAID_STEP */
	char code[WORKSHOP_CODE + 1]; /* [a-z_]+; of SAID_FAILED */
	/* of SAID_READY */
	int64_t bytes, duration_ms;
	int64_t from_ms; /* where it really begins, in the recording that it is cut from
			  */
	int64_t parts_ms[LIMIT_JOINS]; /* where each begins that it is joined of */
	uint32_t n_parts;              /* 0: it is cut */
};

void cut_read(struct cut_line *out, const char *line);

#endif
