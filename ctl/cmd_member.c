/* cmd_member.c - what an administrator does with members of a class. */
#include "ctl/spec.h"

#include <stdio.h>
#include <sysexits.h>

#include "ctl/member.h"
#include "ctl/text.h"

/* How one request about a member goes. */
struct act {
	const char *type;
	const char *wanted; /* NULL or empty: nobody, which is all */
	bool lobby;
	const char *flag; /* a field that is set; NULL: none */
	bool value;
	const char *done; /* a word behind the name */
	const char *done_all;
};

static int tell(struct call *call, const struct act *act, const cJSON *reply,
		const char *id)
{
	if (call->json)
		json_print(reply);
	else if (id[0])
		printf("%s %s\n", id, act->done);
	else
		puts(act->done_all);
	return 0;
}

static int run(struct call *call, const struct act *act)
{
	struct console *console = NULL;
	char id[MEMBER_ID] = "";
	cJSON *d, *reply = NULL;
	int code = console_open(&console, call->site);

	if (!code && act->wanted && *act->wanted)
		code = member_lookup(console, call->args[0], act->wanted, act->lobby, id);
	if (!code) {
		d = json_make("code", call->args[0], "member", id, NULL);
		if (act->flag)
			cJSON_AddBoolToObject(d, act->flag, act->value);
		code = console_ask(console, act->type, d, &reply);
	}
	if (!code)
		tell(call, act, reply, id);
	cJSON_Delete(reply);
	console_close(console);
	return code;
}

/* One of an argument and a switch: 64 when it is both, or neither. */
static int either(const struct call *call, const char *option)
{
	bool given = spec_value(call, option) != NULL;

	if (given != (call->n > 1))
		return 0;
	text_say("%s needs a member or --%s%s", call->spec->name, option,
		 given ? ", not both" : "");
	return EX_USAGE;
}

int cmd_spotlight(struct call *call)
{
	const struct act act = {.type = "spotlight.set",
				.wanted = call->args[1],
				.done = "is in front",
				.done_all = "nobody is in front"};
	int code = either(call, "off");

	return code ? code : run(call, &act);
}

int cmd_mute(struct call *call)
{
	bool stays = spec_value(call, "no-unmute") != NULL;
	const struct act act = {.type = "member.mute",
				.wanted = call->args[1],
				.flag = stays ? "again" : NULL,
				.done = stays ? "is muted, and stays so" : "is muted",
				.done_all = stays ? "all are muted, and stay so"
						  : "all are muted"};

	if (call->n > 1 && spec_value(call, "all")) {
		text_say("room mute needs a member or --all, not both");
		return EX_USAGE;
	}
	return run(call, &act);
}

int cmd_kick(struct call *call)
{
	bool ban = spec_value(call, "ban") != NULL;
	const struct act act = {.type = "member.remove",
				.wanted = call->args[1],
				.flag = "ban",
				.value = ban,
				.done = ban ? "is out, and cannot come back" : "is out",
				.done_all = ""};

	if (!call->args[1][0]) {
		text_say("room kick needs a member");
		return EX_USAGE;
	}
	return run(call, &act);
}

int cmd_admit(struct call *call)
{
	const struct act act = {.type = "member.admit",
				.wanted = call->args[1],
				.lobby = true,
				.done = "is let in",
				.done_all = "all who waited are let in"};

	return run(call, &act);
}
