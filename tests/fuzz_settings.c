#include "mcu/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken stays what it is when one of its values is set again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s;
	struct settings_wrong wrong;
	struct ladder server, own;
	struct conf conf;
	char value[CONF_NAME], why[200];
	const char *key;

	if (size > DB_SETTINGS)
		return 0;
	memcpy(s.text, data, size);
	s.text[size] = '\0';
	conf_init(&conf);
	if (ladder_init(&server, &conf, why, sizeof(why)) ||
	    settings_read(s.text, &conf, &server, &own, &wrong))
		return 0;
	for (size_t i = 0; (key = conf_own_key(i)); i++)
		if (settings_get(s.text, key, value) &&
		    settings_set(&s, &conf, key, value, &wrong))
			abort();
	if (settings_read(s.text, &conf, &server, &own, &wrong))
		abort();
	return 0;
}
