/* What follows the name of a layout, as members write it; and what a plugin says of
 * itself. What is taken stays within its places.
 */
#include "plugins/params.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_params(const char *text, const struct param_specs *specs)
{
	struct params params;
	struct aula_layout_in in = {.size = sizeof(in)};

	if (params_read(&params, text))
		return;
	if (params.n > PARAMS_MAX || strlen(params.name) > LIMIT_LAYOUT_TEXT ||
	    strncmp(params.name, text, strlen(params.name)) != 0)
		abort();
	for (uint32_t i = 0; i < params.n; i++)
		if (!params.list[i]->key[0] || strchr(params.list[i]->key, '=') ||
		    strchr(params.list[i]->value, ' '))
			abort();
	if (params_check(&params, specs))
		return;
	in.n_params = params.n;
	in.params = params.list;
	for (uint32_t i = 0; i < specs->n; i++) {
		const struct param_spec *spec = &specs->specs[i];
		uint32_t v = params_value(&in, spec);

		if (spec->n_words ? v >= spec->n_words : v < spec->min || v > spec->max)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct param_specs specs;

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (params_specs(&specs, text) == 0 && specs.n > PARAMS_MAX)
		abort();
	if (params_specs(&specs, "strip=0..5 side=bottom|top|left"))
		abort();
	check_params(text, &specs);
	free(text);
	return 0;
}
