/* plan_read.h - a layout from its JSON form: read whole or refused, with the path of
 * the field that is wrong. docs/plugins.md has the form.
 */
#ifndef MCU_PLAN_READ_H
#define MCU_PLAN_READ_H

#include "base/attr.h"
#include "plugins/plan.h"

#include <cjson/cJSON.h>
#include <stddef.h>

struct plan_wrong {
	char path[80]; /* "variants[2].cells[0].w"; empty: the whole */
	char why[116];
};

/* 0 or -EINVAL with `wrong` filled; `plan` is changed only on success. */
int plan_read(struct plan *plan, const cJSON *json,
	      struct plan_wrong *wrong) AULA_MUST_CHECK;

/* The same of a text, within the limits of a message. */
int plan_read_text(struct plan *plan, const char *text, size_t len,
		   struct plan_wrong *wrong) AULA_MUST_CHECK;

#endif
