/* order.h - one change of the relay, as text: "down rate 80k", "both loss 5",
 * "up hole on". The same words serve the command line, the timed steps and the
 * control lines.
 */
#ifndef TESTS_LAB_ORDER_H
#define TESTS_LAB_ORDER_H

#include "base/attr.h"
#include "tests/lab/lane.h"

#include <stddef.h>

enum { ORDER_UP = 1, ORDER_DOWN = 2 }; /* directions, as bits */

struct order {
	unsigned dirs;
	unsigned key; /* of the table in order.c */
	double value; /* in the unit of the field */
};

/* "DIRECTION KEY VALUE" with DIRECTION up, down or both. 0, or -EINVAL with *why
 * saying what is wrong, a constant. */
int order_parse(struct order *out, const char *text, const char **why) AULA_MUST_CHECK;

/* The same from its parts. */
int order_make(struct order *out, unsigned dirs, const char *key, const char *value,
	       const char **why) AULA_MUST_CHECK;

void order_apply(const struct order *order, struct lane_conf *conf);

/* The name of key `i`, and what it does; NULL at the end. For the help. */
const char *order_key(unsigned i, const char **what);

#endif
