#include "mcu/vault_text.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void vault_read(struct vault_line *out, const char *line)
{
	cJSON *root = cJSON_Parse(line);
	const cJSON *ok = cJSON_GetObjectItemCaseSensitive(root, "ok");
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(root, "code");
	const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(root, "bytes");
	const char *text = cJSON_IsString(code) ? code->valuestring : "";
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	memset(out, 0, sizeof(*out));
	if (cJSON_IsTrue(ok)) {
		out->over = true;
		if (cJSON_IsNumber(bytes) && bytes->valuedouble > 0)
			out->bytes = (int64_t)bytes->valuedouble;
	} else if (cJSON_IsFalse(ok)) {
		out->over = true;
		snprintf(out->code, sizeof(out->code), "%s",
			 n >= 1 && n <= VAULT_CODE && !text[n] ? text : "answer");
	}
	cJSON_Delete(root);
}

bool vault_troubles_program(const char *code)
{
	return strcmp(code, "died") == 0 || strcmp(code, "no_memory") == 0 ||
	       strcmp(code, "answer") == 0;
}

bool vault_troubles_all(const char *code)
{
	static const char *const of_one[] = {"differs",   "missing",  "no_file",
					     "changed",   "too_long", "io",
					     "unfinished"};

	for (size_t i = 0; i < sizeof(of_one) / sizeof(of_one[0]); i++)
		if (strcmp(of_one[i], code) == 0)
			return false;
	return true;
}
