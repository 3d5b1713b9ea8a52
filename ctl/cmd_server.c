/* cmd_server.c - plugins, settings and announcements of a server. */
#include "ctl/spec.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ask.h"
#include "ctl/table.h"
#include "ctl/text.h"

static void print(struct table *table)
{
	table_print(table, stdout, table_width(), 0);
	table_destroy(table);
}

static void tell_plugins(const struct call *call, const cJSON *reply)
{
	static const struct table_column columns[] = {
		{.title = "NAME"},
		{.title = "KIND"},
		{.title = "ABI", .right = true},
		{.title = "STATE"},
		{.title = "CALLS", .right = true},
		{.title = "SLOW", .right = true},
		{.title = "MEAN us", .right = true},
		{.title = "MOST us", .right = true},
		{.title = "WHY, OR FROM", .gives = true}};
	struct table *table = table_create(columns, 9);
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "plugins"))
	{
		const char *why = json_text(one, "why"), *path = json_text(one, "path");

		table_cell(table, "%s", json_text(one, "name"));
		table_cell(table, "%s", json_text(one, "kind"));
		table_cell(table, "%.0f", json_number(one, "abi"));
		table_cell(table, "%s", json_text(one, "state"));
		table_cell(table, "%.0f", json_number(one, "calls"));
		table_cell(table, "%.0f", json_number(one, "slow"));
		table_cell(table, "%.0f", json_number(one, "mean_us"));
		table_cell(table, "%.0f", json_number(one, "max_us"));
		table_cell(table, "%s", *why ? why : *path ? path : "built in");
	}
	print(table);
}

int cmd_plugins(struct call *call)
{
	return ask(call, "plugin.list", NULL, tell_plugins);
}

/* ---- settings -------------------------------------------------------------------- */

static void tell_setting(struct table *table, const cJSON *one)
{
	const char *value = json_text(one, "value");

	table_cell(table, "%s", json_text(one, "key"));
	table_cell(table, "%s%s%s", json_true(one, "secret") ? "(secret)" : value,
		   *value && *json_text(one, "unit") ? " " : "",
		   *value ? json_text(one, "unit") : "");
	table_cell(table, "%s", json_text(one, "from"));
	table_cell(table, "%s", json_true(one, "live") ? "live" : "");
}

static const struct table_column setting_columns[] = {{.title = "KEY"},
						      {.title = "VALUE", .gives = true},
						      {.title = "FROM"},
						      {.title = "SET"}};

static void tell_settings(const struct call *call, const cJSON *reply)
{
	struct table *table = table_create(setting_columns, 4);
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "settings")) tell_setting(table, one);
	print(table);
}

int cmd_settings(struct call *call)
{
	return ask(call, "settings.list", NULL, tell_settings);
}

static void tell_one(const struct call *call, const cJSON *reply)
{
	struct table *table = table_create(setting_columns, 4);

	(void)call;
	tell_setting(table, reply);
	print(table);
}

int cmd_setting(struct call *call)
{
	return ask(call, "settings.set",
		   json_make("key", call->args[0], "value", call->args[1], NULL),
		   tell_one);
}

/* ---- words ------------------------------------------------------------------------ */

/* The alphabet of codes has no letters that are mistaken for others. */
static bool like_a_code(const char *text)
{
	return strlen(text) == 7 && strspn(text, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789") == 7;
}

static void tell_announced(const struct call *call, const cJSON *reply)
{
	double n = json_number(reply, "rooms");

	(void)call;
	printf("said in %.0f class%s\n", n, n == 1 ? "" : "es");
}

int cmd_announce(struct call *call)
{
	const char *code = call->n > 1 ? call->args[0] : NULL;
	const char *text = call->args[call->n - 1];

	if (!code && like_a_code(text)) {
		text_say("what shall be said in %s? (to say just that to all: "
			 "aulactl announce '%s ')",
			 text, text);
		return EX_USAGE;
	}
	return ask(call, "announce", json_make("text", text, "code", code, NULL),
		   tell_announced);
}

static void tell_drain(const struct call *call, const cJSON *reply)
{
	(void)reply;
	puts(strcmp(call->args[0], "on") == 0 ? "newcomers go elsewhere now"
					      : "newcomers are welcome");
}

int cmd_drain(struct call *call)
{
	bool on = strcmp(call->args[0], "on") == 0;
	cJSON *d;

	if (!on && strcmp(call->args[0], "off") != 0) {
		text_say("drain needs on or off");
		return EX_USAGE;
	}
	d = cJSON_CreateObject();
	cJSON_AddBoolToObject(d, "on", on);
	return ask(call, "server.drain", d, tell_drain);
}
