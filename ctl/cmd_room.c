/* cmd_room.c - the classes of a server. */
#include "ctl/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ask.h"
#include "ctl/base64.h"
#include "ctl/member.h"
#include "ctl/room_tell.h"
#include "ctl/table.h"
#include "ctl/text.h"

static void tell_list(const struct call *call, const cJSON *reply)
{
	static const struct table_column columns[] = {{.title = "CODE", .whole = true},
						      {.title = "MEMBERS", .right = true},
						      {.title = "RECORDED"},
						      {.title = "TITLE", .gives = true}};
	struct table *table = table_create(columns, 4);
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "rooms"))
	{
		table_cell(table, "%s", json_text(one, "code"));
		table_cell(table, "%.0f", json_number(one, "members"));
		table_cell(table, "%s", json_true(one, "recording") ? "yes" : "");
		table_cell(table, "%s", json_text(one, "title"));
	}
	if (table_rows(table))
		table_print(table, stdout, table_width(), 0);
	else
		puts("there is no class: aulactl room create TITLE");
	table_destroy(table);
}

int cmd_room_list(struct call *call)
{
	return ask(call, "room.list", NULL, tell_list);
}

static void tell_lines(const struct call *call, const cJSON *reply)
{
	char title[1200];
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "rooms"))
	{
		text_clean(title, sizeof(title), json_text(one, "title"));
		printf("%s %6.0f  %s\n", json_text(one, "code"),
		       json_number(one, "members"), title);
	}
}

int cmd_rooms(struct call *call)
{
	return ask(call, "room.list", NULL, tell_lines);
}

int cmd_room_show(struct call *call)
{
	struct console *console = NULL;
	cJSON *room = NULL;
	int code = console_open(&console, call->site);

	if (!code)
		code = member_list(console, call->args[0], &room);
	if (!code && call->json) {
		cJSON_DeleteItemFromObjectCaseSensitive(room, "from");
		cJSON_DeleteItemFromObjectCaseSensitive(room, "next");
		json_print(room);
	} else if (!code) {
		room_tell(room, stdout, table_width());
	}
	cJSON_Delete(room);
	console_close(console);
	return code;
}

static void tell_links(const struct call *call, const cJSON *reply)
{
	static const struct table_column columns[] = {{.title = "ROLE", .whole = true},
						      {.title = "LINK", .whole = true}};
	struct table *table = table_create(columns, 2);
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "links"))
	{
		table_cell(table, "%s", json_text(one, "role"));
		table_cell(table, "%s", json_text(one, "url"));
	}
	table_print(table, stdout, table_width(), 0);
	table_destroy(table);
}

int cmd_room_links(struct call *call)
{
	return ask(call, "room.links", json_make("code", call->args[0], NULL),
		   tell_links);
}

/* A kind that does not exist must not leave a class behind. */
static bool is_kind(const char *kind)
{
	static const char *const kinds[] = {"discussion", "lecture", "seminar", "exam",
					    "one-to-one"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static int create(struct call *call, struct console *console, const char *kind)
{
	cJSON *row = NULL;
	int code = console_ask(console, "room.create",
			       json_make("title", call->args[0], NULL), &row);

	if (!code && kind)
		code = console_do(
			console, "room.set",
			json_make("code", json_text(row, "code"), "kind", kind, NULL));
	if (!code && call->json)
		json_print(row);
	else if (row)
		printf("%s\nlecturers  %s\nstudents   %s\n", json_text(row, "code"),
		       json_text(row, "lecturer_url"), json_text(row, "student_url"));
	cJSON_Delete(row);
	return code;
}

int cmd_room_create(struct call *call)
{
	const char *kind = spec_value(call, "kind");
	struct console *console = NULL;
	int code;

	if (kind && !is_kind(kind)) {
		text_say("--kind must be discussion, lecture, seminar, exam or "
			 "one-to-one");
		return EX_USAGE;
	}
	code = console_open(&console, call->site);
	if (!code)
		code = create(call, console, kind);
	console_close(console);
	return code;
}

static void tell_end(const struct call *call, const cJSON *reply)
{
	(void)call, (void)reply;
	puts("the class has ended");
}

int cmd_room_end(struct call *call)
{
	return ask(call, "room.end", json_make("code", call->args[0], NULL), tell_end);
}

static void tell_lock(const struct call *call, const cJSON *reply)
{
	(void)call;
	puts(json_true(reply, "locked") ? "the class takes no newcomers"
					: "the class is open");
}

int cmd_room_lock(struct call *call)
{
	cJSON *d = json_make("code", call->args[0], NULL);

	cJSON_AddBoolToObject(d, "locked", strcmp(call->spec->name, "room lock") == 0);
	return ask(call, "room.set", d, tell_lock);
}

static void tell_layout(const struct call *call, const cJSON *reply)
{
	(void)call, (void)reply;
	puts("accepted: it is seen in a moment");
}

int cmd_room_layout(struct call *call)
{
	const char *view = spec_value(call, "view");
	char name[256] = "";
	size_t n = 0;
	cJSON *d;

	for (int i = 1; i < call->n; i++) {
		size_t len = strlen(call->args[i]);

		if (n + len + 2 > sizeof(name)) {
			text_say("that is no layout's name");
			return EX_USAGE;
		}
		n += (size_t)snprintf(name + n, sizeof(name) - n, "%s%s", n ? " " : "",
				      call->args[i]);
	}
	d = json_make("code", call->args[0], "name", name, NULL);
	if (view)
		cJSON_AddStringToObject(d, "view", view);
	return ask(call, "layout.set", d, tell_layout);
}

/* Beside it first: what was there stays until the new one is whole. */
static int write_file(const char *path, const uint8_t *data, size_t len)
{
	bool out = strcmp(path, "-") == 0;
	char part[4200];
	FILE *f;
	int err;

	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return ENAMETOOLONG;
	f = out ? stdout : fopen(part, "we");
	if (!f)
		return errno;
	err = fwrite(data, 1, len, f) == len ? 0 : EIO;
	if (!out && fclose(f) && !err)
		err = errno;
	if (!out && !err && rename(part, path) < 0)
		err = errno;
	if (!out && err)
		remove(part);
	return err;
}

static int poster(struct call *call, const cJSON *reply)
{
	const char *text = json_text(reply, "jpeg"), *path = call->args[1];
	uint8_t *data = malloc(strlen(text) + 4);
	size_t len = 0;
	int err = data ? base64_read(data, &len, text) : ENOMEM;

	if (!err)
		err = write_file(path, data, len);
	free(data);
	if (err) {
		text_say("%s: %s", path, strerror(err < 0 ? -err : err));
		return EX_CANTCREAT;
	}
	if (call->json && strcmp(path, "-") != 0)
		printf("{\"bytes\":%zu}\n", len);
	else if (strcmp(path, "-") != 0)
		printf("%s: %zu bytes\n", path, len);
	return 0;
}

int cmd_room_poster(struct call *call)
{
	cJSON *reply = NULL;
	int code = console_once(call->site, "room.poster",
				json_make("code", call->args[0], NULL), &reply);

	if (!code)
		code = poster(call, reply);
	cJSON_Delete(reply);
	return code;
}

/* ---- groups ---------------------------------------------------------------------- */

static void group_cells(struct table *table, const char *number, const char *title,
			const cJSON *group)
{
	char names[TABLE_CELL] = "";
	const cJSON *one;
	size_t n = 0;

	cJSON_ArrayForEach(one, json_get(group, "members"))
	{
		const char *name = json_text(one, "name");

		if (n + strlen(name) + 3 > sizeof(names))
			break;
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "",
				      name);
	}
	table_cell(table, "%s", number);
	table_cell(table, "%s", title);
	table_cell(table, "%s", json_text(group, "code"));
	table_cell(table, "%.0f", json_number(group, "n"));
	table_cell(table, "%s", json_true(group, "calls") ? "yes" : "");
	table_cell(table, "%s", names);
}

static void tell_breakout(const cJSON *groups)
{
	static const struct table_column columns[] = {
		{.title = "GROUP"},
		{.title = "TITLE", .gives = true},
		{.title = "CODE", .whole = true},
		{.title = "N", .right = true},
		{.title = "CALLS"},
		{.title = "MEMBERS", .gives = true}};
	const cJSON *left = json_get(groups, "left_ms"), *one;
	struct table *table = table_create(columns, 6);
	char number[16], span[32];

	cJSON_ArrayForEach(one, json_get(groups, "groups"))
	{
		snprintf(number, sizeof(number), "%.0f", json_number(one, "group"));
		group_cells(table, number, json_text(one, "title"), one);
	}
	group_cells(table, "", "(the class)", json_get(groups, "main"));
	table_print(table, stdout, table_width(), 0);
	table_destroy(table);
	if (cJSON_IsNumber(left)) {
		text_span(span, sizeof(span), (int64_t)(left->valuedouble / 1000));
		printf("%s left\n", span);
	}
}

static void tell_groups(const struct call *call, const cJSON *reply)
{
	const cJSON *listed = cJSON_GetObjectItemCaseSensitive(reply, "breakout");

	(void)call;
	if (listed && !cJSON_IsObject(listed))
		puts("the class works in no groups");
	else
		tell_breakout(listed ? listed : reply);
}

static void tell_done(const struct call *call, const cJSON *reply)
{
	(void)reply;
	puts(!spec_value(call, "end")  ? "the groups have a new end"
	     : spec_value(call, "now") ? "all are back"
				       : "all come back within 10 s");
}

/* Into `d`, when it was said. False: it is no number. */
static bool add_number(const struct call *call, cJSON *d, const char *option,
		       const char *key)
{
	const char *text = spec_value(call, option);
	unsigned long v;
	char *end;

	if (!text)
		return true;
	v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || v > 1440) {
		text_say("--%s must be a number", option);
		return false;
	}
	cJSON_AddNumberToObject(d, key, (double)v);
	return true;
}

int cmd_room_groups(struct call *call)
{
	bool start = spec_value(call, "start"), longer = spec_value(call, "minutes");
	bool end = spec_value(call, "end");
	cJSON *d = json_make("code", call->args[0], NULL);

	if (end && (start || longer)) {
		text_say("--end, or --start and --minutes: not both");
		cJSON_Delete(d);
		return EX_USAGE;
	}
	if (!add_number(call, d, "start", "n") ||
	    !add_number(call, d, "minutes", "minutes")) {
		cJSON_Delete(d);
		return EX_USAGE;
	}
	if (start) {
		cJSON_AddStringToObject(d, "how", "random");
		return ask(call, "breakout.start", d, tell_groups);
	}
	if (end && spec_value(call, "now"))
		cJSON_AddNumberToObject(d, "seconds", 0);
	if (longer || end)
		return ask(call, end ? "breakout.end" : "breakout.extend", d, tell_done);
	return ask(call, "breakout.list", d, tell_groups);
}
