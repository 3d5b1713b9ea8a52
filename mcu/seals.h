/* seals.h - the keys by which the files of recordings are sealed (base/seal.h), as the
 * configuration names them. What the workshop does with them is in workshop_seal.h.
 */
#ifndef MCU_SEALS_H
#define MCU_SEALS_H

#include "base/attr.h"
#include "base/thread.h"

#include <stddef.h>

struct conf;
struct errand;
struct errand_events;
struct seal_keys;
struct server;

/* Of the configuration, before the start: 0, or a negative errno and why. */
int seals_check(const struct conf *conf, char *why, size_t why_len) AULA_MUST_CHECK;

/* 0 and NULL: recordings are not sealed. */
int seals_create(struct seal_keys **out, const struct conf *conf) AULA_MUST_CHECK;
/* Leaves nothing of them in memory. NULL is accepted. */
void seals_destroy(struct seal_keys *keys);

/* Where aula-derive finds them that seals_errand() starts; NULL: there are none. Not the
 * path of their file: that may say others by now, which this server does not have. */
const char *seals_path(const struct seal_keys *keys);
/* As errand_start(), with the keys of this server, if it has any. */
int seals_errand(struct errand **out, struct server *server, int in, char *const argv[],
		 const struct errand_events *events) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
