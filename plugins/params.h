/* params.h - what may follow the name of a layout: `name key=value ...`. */
#ifndef PLUGINS_PARAMS_H
#define PLUGINS_PARAMS_H

#include "base/attr.h"
#include "base/limits.h"
#include "plugins/aula_plugin.h"

#include <stdint.h>

#define PARAMS_MAX   4  /* of one layout */
#define PARAM_WORDS  8  /* that one may have to choose from */
#define PARAM_LETTER 16 /* bytes of a key or a word, with the zero */

/* One that a layout takes: a word of a list, the first unless said, or a number. */
struct param_spec {
	char key[PARAM_LETTER];
	uint32_t n_words; /* 0: a number */
	char words[PARAM_WORDS][PARAM_LETTER];
	uint32_t min, max, usual;
};

struct param_specs {
	uint32_t n;
	struct param_spec specs[PARAMS_MAX];
};

/* A layout's name and what followed it, taken apart; points into itself. */
struct params {
	char text[LIMIT_LAYOUT_TEXT + 1];
	const char *name;
	uint32_t n;
	struct aula_param pairs[PARAMS_MAX];
	const struct aula_param *list[PARAMS_MAX];
};

/* -EINVAL: too long, a key twice, something that is no key=value. One blank
 * between two of them, none at the ends. */
int params_read(struct params *params, const char *text) AULA_MUST_CHECK;

/* Reads what a plugin says of itself, as `strip=0..5 side=bottom|top`. -EINVAL */
int params_specs(struct param_specs *specs, const char *text) AULA_MUST_CHECK;

/* 0, or -EINVAL: a key that is not taken, or a value that cannot be. */
int params_check(const struct params *params,
		 const struct param_specs *specs) AULA_MUST_CHECK;

/* The number, or the place of the word in its list; the usual one when not given. */
uint32_t params_value(const struct aula_layout_in *in, const struct param_spec *spec);

#endif
