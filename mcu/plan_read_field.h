/* plan_read_field.h - the fields of a layout's JSON form: each is read and checked here,
 * and the first that is wrong ends the reading with its path.
 */
#ifndef MCU_PLAN_READ_FIELD_H
#define MCU_PLAN_READ_FIELD_H

#include "mcu/plan_read.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the reader is. */
struct reader {
	struct plan *plan;
	uint32_t unit; /* a side of the canvas, in which cells are written */
	struct plan_wrong *wrong;
	char at[48]; /* of the object that is read, with a dot behind it */
	bool bad;
};

/* Says what is wrong, unless something else was before. */
void field_refuse(struct reader *r, const char *key, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

/* Whatever is not of the form is a slip of the pen: nothing is ignored. */
void field_only(struct reader *r, const cJSON *object, const char *const *keys);

/* NULL: there is none. */
const cJSON *field_get(const cJSON *object, const char *key);

/* `usual` when there is none, or one that is wrong. */
int64_t field_whole(struct reader *r, const cJSON *object, const char *key, int64_t min,
		    int64_t max, int64_t usual);
bool field_yes(struct reader *r, const cJSON *object, const char *key);
uint8_t field_either(struct reader *r, const cJSON *object, const char *key);

/* What people read: no control characters, nothing that turns lines around. */
void field_words(struct reader *r, const cJSON *object, const char *key, char *out,
		 size_t size);

/* [a-z0-9-], as plugins are called. */
void field_name(struct reader *r, const cJSON *object, const char *key, char *out,
		size_t size);

/* The parameter of that name: its place + 1; 0: there is none. */
uint8_t field_param(const struct reader *r, const char *key);

/* Background, names, banner, clock and logo of the whole; after its parameters. */
void field_decor(struct reader *r, const cJSON *json);

#endif
