#include "mcu/watch_text.h"

#include <stdio.h>
#include <string.h>

#include "signaling/proto.h"

const char *watch_read(struct watch_ask *out, const char *text, size_t len)
{
	static const struct proto_field fields[] = {
		{"code", PROTO_STRING, true, 1, sizeof(out->code) - 1},
		{"key", PROTO_STRING, false, 0, sizeof(out->key) - 1},
		{.key = NULL},
	};
	const char *code = NULL, *bad, *key;
	cJSON *d;

	if (proto_body(&d, text, len, &code))
		return code;
	if (proto_check(d, fields, &bad)) {
		cJSON_Delete(d);
		return "bad_field";
	}
	key = proto_string(d, "key");
	snprintf(out->code, sizeof(out->code), "%s", proto_string(d, "code"));
	snprintf(out->key, sizeof(out->key), "%s", key ? key : "");
	cJSON_Delete(d);
	return NULL;
}

char *watch_write(const char *title, const char *url, int64_t at_ms)
{
	cJSON *d = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(d, "title", title);
	cJSON_AddBoolToObject(d, "live", *url != '\0');
	if (*url) {
		cJSON_AddStringToObject(d, "url", url);
		cJSON_AddNumberToObject(d, "at_ms", (double)at_ms);
	}
	text = cJSON_PrintUnformatted(d);
	cJSON_Delete(d);
	return text;
}
