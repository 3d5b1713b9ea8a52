/* command_spec.h - one row of the table of commands. Private to command.c, which has the
 * table, and command_run.c, which goes by it.
 */
#ifndef MCU_COMMAND_SPEC_H
#define MCU_COMMAND_SPEC_H

#include "mcu/command.h"

struct command_spec {
	const char *name;
	uint32_t needs; /* capabilities, all of them; 0: a seat is enough */
	enum where where;
	enum command_rate rate;
	const struct proto_field *fields;
	command_fn *run;
};

/* NULL: no such command. */
const struct command_spec *command_spec(const char *name);
/* It needs more than what one may for oneself. */
bool command_spec_rights(const struct command_spec *row);
/* It changes nothing. */
bool command_spec_reads(const struct command_spec *row);
/* It needs that, and it changes something: it is recorded. */
bool command_spec_acts(const struct command_spec *row);

#endif
