#include "plugins/params.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-_"

/* A key, a word or a number. */
static bool word_ok(const char *word)
{
	size_t n = strspn(word, LETTERS);

	return n > 0 && n < PARAM_LETTER && word[n] == '\0';
}

int params_read(struct params *params, const char *text)
{
	size_t len = strlen(text);
	char *at, *value;

	if (len == 0 || len >= sizeof(params->text))
		return -EINVAL;
	memcpy(params->text, text, len + 1);
	params->n = 0;
	params->name = params->text;
	for (at = strchr(params->text, ' '); at; at = strchr(value, ' ')) {
		*at++ = '\0';
		value = strchr(at, '=');
		if (!value || params->n == PARAMS_MAX)
			return -EINVAL;
		*value++ = '\0';
		params->pairs[params->n] = (struct aula_param){at, value};
		params->list[params->n] = &params->pairs[params->n];
		params->n++;
	}
	for (uint32_t i = 0; i < params->n; i++) {
		if (!word_ok(params->pairs[i].key) || !word_ok(params->pairs[i].value))
			return -EINVAL;
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(params->pairs[i].key, params->pairs[k].key) == 0)
				return -EINVAL;
	}
	return *params->name ? 0 : -EINVAL;
}

/* ---- what is taken ------------------------------------------------------------- */

/* 0 to 999. */
static bool number(const char *text, uint32_t *out)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 3 || text[n])
		return false;
	*out = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static bool words_read(struct param_spec *spec, char *text)
{
	char *next;

	for (; text; text = next) {
		next = strchr(text, '|');
		if (next)
			*next++ = '\0';
		if (!word_ok(text) || spec->n_words == PARAM_WORDS)
			return false;
		memcpy(spec->words[spec->n_words++], text, strlen(text) + 1);
	}
	return true;
}

static bool spec_read(struct param_spec *spec, const char *key, char *value)
{
	char *dots = strstr(value, "..");

	memset(spec, 0, sizeof(*spec));
	if (!word_ok(key))
		return false;
	memcpy(spec->key, key, strlen(key) + 1);
	if (!dots)
		return words_read(spec, value);
	*dots = '\0';
	if (!number(value, &spec->min) || !number(dots + 2, &spec->max))
		return false;
	spec->usual = spec->max;
	return spec->min <= spec->max;
}

int params_specs(struct param_specs *specs, const char *text)
{
	char copy[256], *at = copy, *next, *value;
	struct param_specs made = {.n = 0};

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, strlen(text) + 1);
	for (; at && *at; at = next) {
		next = strchr(at, ' ');
		if (next)
			*next++ = '\0';
		value = strchr(at, '=');
		if (!value || made.n == PARAMS_MAX)
			return -EINVAL;
		*value++ = '\0';
		if (!spec_read(&made.specs[made.n++], at, value))
			return -EINVAL;
	}
	*specs = made;
	return 0;
}

/* ---- what is given ------------------------------------------------------------- */

static bool takes(const struct param_spec *spec, const char *value, uint32_t *out)
{
	for (uint32_t i = 0; i < spec->n_words; i++)
		if (strcmp(spec->words[i], value) == 0) {
			*out = i;
			return true;
		}
	return !spec->n_words && number(value, out) && *out >= spec->min &&
	       *out <= spec->max;
}

int params_check(const struct params *params, const struct param_specs *specs)
{
	for (uint32_t i = 0; i < params->n; i++) {
		bool good = false;
		uint32_t ignored;

		for (uint32_t k = 0; k < specs->n && !good; k++)
			good = strcmp(specs->specs[k].key, params->pairs[i].key) == 0 &&
			       takes(&specs->specs[k], params->pairs[i].value, &ignored);
		if (!good)
			return -EINVAL;
	}
	return 0;
}

uint32_t params_value(const struct aula_layout_in *in, const struct param_spec *spec)
{
	const char *text = aula_param(in, spec->key);
	uint32_t value = 0;

	return text && takes(spec, text, &value) ? value
	       : spec->n_words                   ? 0
						 : spec->usual;
}
