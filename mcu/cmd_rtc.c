/* cmd_rtc.c - answers, restarts, and calls of clients that offer. */
#include "mcu/command.h"

#include <stdlib.h>

#include "mcu/call.h"

const char *cmd_rtc_answer(struct command *c)
{
	thread_claim(&on_ctl);
	return call_answer(c->member, proto_string(c->d, "sdp"),
			   (uint32_t)proto_int(c->d, "v", 0));
}

static void restart(struct member *member)
{
	thread_claim(&on_ctl);
	if (call_restart(member))
		call_close(member);
}

const char *cmd_rtc_restart(struct command *c)
{
	c->after = restart;
	return NULL;
}

const char *cmd_rtc_call(struct command *c)
{
	const char *code;
	char *answer;

	thread_claim(&on_ctl);
	code = call_take_offer(c->member, proto_string(c->d, "sdp"), &answer);
	if (code)
		return code;
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "sdp", answer);
	free(answer);
	return NULL;
}
