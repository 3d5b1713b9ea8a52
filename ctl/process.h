/* process.h - the server's process on this machine. Functions that fail have said why
 * and give an exit code.
 */
#ifndef CTL_PROCESS_H
#define CTL_PROCESS_H

#include "base/attr.h"
#include "ctl/site.h"

#include <stdbool.h>
#include <sys/types.h>

/* The one that was named, systemd's, or the only one with this configuration that is
 * ours to command. Without `say` nothing is said. */
int process_find(const struct site *site, bool say, pid_t *pid) AULA_MUST_CHECK;

/* Does systemd look after it? */
bool process_by_systemd(const struct site *site);

enum process_errors { PROCESS_HIDE, PROCESS_SHOW, PROCESS_TAKE };

/* Runs a program, found as the shell does: its standard output up to `size`, and what
 * becomes of its errors: nothing, ours, or taken, too. Its exit code, 127 when there is
 * no such program, or negative. */
int process_output(char *const argv[], enum process_errors errors, char *out,
		   size_t size) AULA_MUST_CHECK;

#endif
