/* workshop_args.h - what aula-derive is called with when recordings are cut and joined.
 * Pure functions.
 */
#ifndef MCU_WORKSHOP_ARGS_H
#define MCU_WORKSHOP_ARGS_H

#include "mcu/workshop_marks.h"
#include "mcu/workshop_parts.h"

#include <stddef.h>
#include <stdint.h>

#define WORKSHOP_ARGS  (4 * LIMIT_JOINS + 8)
#define WORKSHOP_WORDS (LIMIT_JOINS * (FORM_PATH + 80) + 3 * FORM_PATH)

struct workshop_args {
	char *argv[WORKSHOP_ARGS + 1]; /* into `words`, a NULL behind the last */
	int n;
	char words[WORKSHOP_WORDS];
	size_t used;
};

struct workshop_job {
	const char *program;
	const struct conf *conf;
	const char *keys; /* of what it reads, see seals.h; NULL: none */
	const char *id;   /* what is made */
	const struct workshop_piece *pieces;
	uint32_t n_pieces;
	unsigned form; /* below FORMS, where it matters */
};

/* Each is for arguments that are all zero. */
void workshop_args_trim(struct workshop_args *args, const struct workshop_job *job);
void workshop_args_join(struct workshop_args *args, const struct workshop_job *job);
void workshop_args_captions(struct workshop_args *args, const struct workshop_job *job);
/* Could they be joined? `id` does not matter. */
void workshop_args_fits(struct workshop_args *args, const struct workshop_job *job);

#endif
