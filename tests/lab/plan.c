#include "tests/lab/plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MAX 1e7 /* seconds */

int plan_add(struct plan *plan, int64_t at_us, const struct order *order)
{
	uint32_t i = plan->n;

	if (plan->n == PLAN_MAX)
		return -ENOSPC;
	for (; i && plan->steps[i - 1].at_us > at_us; i--)
		plan->steps[i] = plan->steps[i - 1];
	plan->steps[i].at_us = at_us;
	plan->steps[i].order = *order;
	plan->n++;
	return 0;
}

/* Seconds at `*at`, which moves on; false when there are none. */
static bool read_time(const char **at, int64_t *us)
{
	char *end;
	double s;

	if (**at < '0' || **at > '9')
		return false;
	s = strtod(*at, &end);
	if (!isfinite(s) || s > TIME_MAX)
		return false;
	*us = llround(s * 1e6);
	*at = end;
	return true;
}

static int add_text(struct plan *plan, int64_t at_us, unsigned dirs, const char *key,
		    const char *value, const char **why)
{
	struct order order;
	int err = order_make(&order, dirs, key, value, why);

	if (!err) {
		err = plan_add(plan, at_us, &order);
		*why = "too many steps";
	}
	return err;
}

int plan_steps(struct plan *plan, unsigned dirs, const char *key, const char *text,
	       const char **why)
{
	int err;

	for (;;) {
		size_t len = strcspn(text, "@,");
		char value[32];
		int64_t at_us = 0;

		*why = "VALUE@SECONDS,VALUE@SECONDS is wanted";
		if (len == 0 || len >= sizeof(value))
			return -EINVAL;
		memcpy(value, text, len);
		value[len] = '\0';
		text += len;
		if (*text == '@') {
			text++;
			if (!read_time(&text, &at_us))
				return -EINVAL;
		}
		if (*text && *text != ',')
			return -EINVAL;
		err = add_text(plan, at_us, dirs, key, value, why);
		if (err || !*text++)
			return err;
	}
}

int plan_spans(struct plan *plan, unsigned dirs, const char *key, const char *in,
	       const char *out, const char *text, const char **why)
{
	int64_t from, to;
	int err;

	for (;;) {
		*why = "A-B,A-B in seconds is wanted, A before B";
		if (!read_time(&text, &from) || *text++ != '-' ||
		    !read_time(&text, &to) || from >= to || (*text && *text != ','))
			return -EINVAL;
		err = add_text(plan, from, dirs, key, in, why);
		if (!err)
			err = add_text(plan, to, dirs, key, out, why);
		if (err || !*text++)
			return err;
	}
}

int64_t plan_next_us(const struct plan *plan)
{
	return plan->next < plan->n ? plan->steps[plan->next].at_us : INT64_MAX;
}

const struct order *plan_take(struct plan *plan, int64_t since_start_us)
{
	if (plan_next_us(plan) > since_start_us)
		return NULL;
	return &plan->steps[plan->next++].order;
}
