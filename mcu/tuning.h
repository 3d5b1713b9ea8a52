/* tuning.h - keys of the configuration that administrators change while the server
 * runs: what is stored wins over the file. Control thread.
 *
 * Only what is in force at once, and what nobody can use to cover its tracks or to
 * see more of people than the operator allowed: audit_days and admin_addresses are
 * the file's alone.
 */
#ifndef MCU_TUNING_H
#define MCU_TUNING_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

bool tuning_live(const char *key);
/* Is a value of it stored? */
bool tuning_stored(const struct server *server, const char *key);

/* Stored, and in force at once; "" is the file's value again. 0, -ENOENT (no such key,
 * or not one that can change), -EINVAL (no such value), -ENOBUFS; a line in `why`. */
int tuning_set(struct server *server, const char *key, const char *value, char *why,
	       size_t why_len) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What is stored, at the start. What is not good any more is logged and left. */
void tuning_load(struct server *server, const struct db_setting *rows, uint32_t n)
	RUNS_ON(on_ctl);

#endif
