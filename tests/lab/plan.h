/* plan.h - orders and the times at which they are carried out, and the spans of
 * rates and outages that make them. One thread.
 */
#ifndef TESTS_LAB_PLAN_H
#define TESTS_LAB_PLAN_H

#include "base/attr.h"
#include "tests/lab/order.h"

#include <stdint.h>

#define PLAN_MAX 1024 /* orders; more are refused */

struct plan {
	struct {
		int64_t at_us; /* since the start */
		struct order order;
	} steps[PLAN_MAX]; /* by time; those of one time as they were added */
	uint32_t n, next;
};

/* 0 or -ENOSPC. */
int plan_add(struct plan *plan, int64_t at_us, const struct order *order) AULA_MUST_CHECK;

/* "VALUE" or "VALUE@SECONDS,VALUE@SECONDS,...". -EINVAL with *why, a constant; or
 * -ENOSPC. What was added before the mistake stays. */
int plan_steps(struct plan *plan, unsigned dirs, const char *key, const char *text,
	       const char **why) AULA_MUST_CHECK;

/* "A-B,A-B,...": `key` is `in` from second A on, and `out` from B on. */
int plan_spans(struct plan *plan, unsigned dirs, const char *key, const char *in,
	       const char *out, const char *text, const char **why) AULA_MUST_CHECK;

/* Seconds since the start of the next step; INT64_MAX: none. */
int64_t plan_next_us(const struct plan *plan);
/* The next order if it is due, else NULL; it counts as done. */
const struct order *plan_take(struct plan *plan, int64_t since_start_us);

#endif
