/* metrics.h - the server's figures: the text format of Prometheus, and words. */
#ifndef CTL_METRICS_H
#define CTL_METRICS_H

#include "ctl/json.h"

#include <stdio.h>

struct metrics;

/* Those whose names begin with aula_. *out is NULL when there is none, or no memory. */
void metrics_read(struct metrics **out, char *text);
void metrics_destroy(struct metrics *metrics); /* NULL is accepted */

/* With its labels as in the text: aula_viewers{level="low"}; 0 when there is none. */
double metrics_get(const struct metrics *metrics, const char *name);
/* Of all whose names begin so. */
double metrics_sum(const struct metrics *metrics, const char *begin);

/* Some lines for people. */
void metrics_tell(const struct metrics *metrics, FILE *to);
/* A new object: each name with its value. */
cJSON *metrics_json(const struct metrics *metrics);

#endif
