/* check.h - whether a server can be made of a configuration: all that can be known
 * without its ports, its database and its secrets. The start goes through it, and so
 * does aulad --check-config: what one of them refuses the other refuses.
 */
#ifndef MCU_CHECK_H
#define MCU_CHECK_H

#include "base/attr.h"
#include "base/conf.h"
#include "base/thread.h"
#include "mcu/ladder.h"

#include <stdbool.h>
#include <stddef.h>

struct plugin_set;

/* What was made of it on the way. */
struct checked {
	struct ladder ladder;
	struct plugin_set *plugins; /* to be destroyed by the caller */
};

/* On failure `why` is one line for the operator that begins with the key, the result
 * is the exit code of sysexits.h as a negative number, and `out` is untouched. */
int check_conf(struct checked *out, const struct conf *conf, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The certificate: the configured files, which must be there, or the server's own pair
 * in data_dir, which it makes at its first start. */
struct check_cert {
	char cert[CONF_PATH + 16], key[CONF_PATH + 16];
	bool own;
};
void check_cert(struct check_cert *out, const struct conf *conf);

#endif
