/* cmd_ladder.c - what members of a class may get: room.ladder and class.limit. */
#include "ctl/spec.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/console.h"
#include "ctl/text.h"

static void tell(const cJSON *d)
{
	const cJSON *one, *own = json_get(d, "own"), *slides;
	const cJSON *kbps = json_get(d, "kbps");

	cJSON_ArrayForEach(one, json_get(d, "ladder"))
	{
		char number[32];
		const char *v = cJSON_GetStringValue(one);

		snprintf(number, sizeof(number), "%g", one->valuedouble);
		if (cJSON_IsBool(one))
			v = cJSON_IsTrue(one) ? "true" : "false";
		printf("%-18s %-34s%s\n", one->string, v ? v : number,
		       json_get(own, one->string) ? " own" : "");
	}
	printf("%-18s %-34s%s\n", "limit", json_text(d, "most"), " set by a lecturer");
	printf("\nits own rungs may have up to %s\n\nMB an hour  people   pages\n",
	       json_text(d, "allowed"));
	slides = json_get(kbps, "slides");
	cJSON_ArrayForEach(one, json_get(kbps, "people"))
		printf("%-10s %7.0f %7.0f\n", one->string, one->valuedouble * 0.45,
		       json_number(slides, one->string) * 0.45);
	if (json_get(d, "refused"))
		printf("\nWHAT IS STORED OF ITS OWN IS WRONG, the server's counts: %s\n",
		       json_text(json_get(d, "refused"), "why"));
}

static bool is_level(const char *word)
{
	static const char *const levels[] = {"sound", "still", "low",
					     "mid",   "main",  "high"};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i], word) == 0)
			return true;
	return false;
}

/* One KEY=VALUE into `set`, or into *limit. */
static int take(const char *word, cJSON *set, const char **limit)
{
	const char *equals = strchr(word, '=');
	char key[40];

	if (!equals || equals == word || equals - word >= (int)sizeof(key) ||
	    *word < 'a' || *word > 'z') {
		text_say("'%s' is not KEY=VALUE", word);
		return EX_USAGE;
	}
	snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
	if (strcmp(key, "limit") == 0) {
		*limit = equals[1] ? equals + 1 : "high";
		if (is_level(*limit))
			return 0;
		text_say("limit must be sound, still, low, mid, main or high");
		return EX_USAGE;
	}
	if (json_get(set, key)) {
		text_say("%s is said twice", key);
		return EX_USAGE;
	}
	if (equals[1])
		cJSON_AddStringToObject(set, key, equals + 1);
	else
		cJSON_AddNullToObject(set, key);
	return 0;
}

/* The limit goes last: where anything else is wrong, nothing is done. Takes `set`. */
static int change(struct console *c, const char *code, cJSON *set, const char *limit,
		  cJSON **reply)
{
	cJSON *d = json_make("code", code, NULL);
	bool empty = !cJSON_GetArraySize(set);
	int err = 0;

	if (empty)
		cJSON_Delete(set);
	else
		cJSON_AddItemToObject(d, "set", set);
	if (limit && !empty) {
		err = console_do(c, "room.ladder", d);
		d = err ? NULL : json_make("code", code, NULL);
	}
	if (limit && !err)
		err = console_do(c, "class.limit",
				 json_make("code", code, "most", limit, NULL));
	if (err)
		cJSON_Delete(d);
	else
		err = console_ask(c, "room.ladder", d, reply);
	return err;
}

int cmd_ladder(struct call *call)
{
	cJSON *set = cJSON_CreateObject(), *reply = NULL;
	struct console *console = NULL;
	const char *limit = NULL;
	int code = 0;

	for (int i = 1; i < call->n && !code; i++)
		code = take(call->args[i], set, &limit);
	if (!code)
		code = console_open(&console, call->site);
	if (code)
		cJSON_Delete(set);
	else
		code = change(console, call->args[0], set, limit, &reply);
	if (!code && call->json)
		json_print(reply);
	else if (!code)
		tell(reply);
	cJSON_Delete(reply);
	console_close(console);
	return code;
}
