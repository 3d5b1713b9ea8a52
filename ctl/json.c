#include "ctl/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/text.h"

cJSON *json_get(const cJSON *d, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(d, key);
}

const char *json_text(const cJSON *d, const char *key)
{
	const char *text = cJSON_GetStringValue(json_get(d, key));

	return text ? text : "";
}

double json_number(const cJSON *d, const char *key)
{
	const cJSON *item = json_get(d, key);

	return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

bool json_true(const cJSON *d, const char *key)
{
	return cJSON_IsTrue(json_get(d, key));
}

cJSON *json_make(const char *key, ...)
{
	cJSON *d = cJSON_CreateObject();
	va_list ap;

	va_start(ap, key);
	while (key && d) {
		const char *value = va_arg(ap, const char *);

		if (value && !cJSON_AddStringToObject(d, key, value)) {
			cJSON_Delete(d);
			d = NULL;
		}
		key = va_arg(ap, const char *);
	}
	va_end(ap);
	return d;
}

void json_print(const cJSON *d)
{
	char *text = cJSON_PrintUnformatted(d);

	if (text)
		puts(text);
	else
		text_say("no memory for the answer");
	free(text);
}
