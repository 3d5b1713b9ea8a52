#include "ctl/ask.h"

int ask(struct call *call, const char *type, cJSON *d, ask_tell_fn *tell)
{
	cJSON *reply = NULL;
	int code = console_once(call->site, type, d, &reply);

	if (!code && call->json)
		json_print(reply);
	else if (!code)
		tell(call, reply);
	cJSON_Delete(reply);
	return code;
}
