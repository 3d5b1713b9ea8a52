/* cmd_record.c - recordings of a class: begun, paused, marked, ended and listed. */
#include "ctl/spec.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ask.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define PUSH_MAX 511

static void tell_record(const struct call *call, const cJSON *reply)
{
	const char *what = call->spec->name + strlen("record ");

	if (strcmp(what, "start") == 0)
		printf("it is recorded as %s\n", json_text(reply, "id"));
	else if (strcmp(what, "mark") == 0)
		printf("marked at %.0f s\n", json_number(reply, "at_ms") / 1000);
	else
		puts(strcmp(what, "pause") == 0    ? "the recording pauses"
		     : strcmp(what, "resume") == 0 ? "the recording goes on"
						   : "the recording ends");
}

/* "full,sound" as a list. */
static cJSON *editions(const char *text)
{
	cJSON *list = cJSON_CreateArray();

	while (*text) {
		size_t n = strcspn(text, ",");
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)(n < 31 ? n : 31), text);
		cJSON_AddItemToArray(list, cJSON_CreateString(name));
		text += n + (text[n] == ',');
	}
	return list;
}

/* A line of the standard input for "-": it holds a key, and everybody on the machine can
 * read the list of processes. */
static int add_push(cJSON *d, const char *said)
{
	char line[PUSH_MAX + 2];

	if (!said)
		return 0;
	if (strcmp(said, "-") == 0) {
		if (!fgets(line, sizeof(line), stdin)) {
			text_say("--push - reads the address from the standard input");
			return EX_USAGE;
		}
		line[strcspn(line, "\r\n")] = '\0';
		said = line;
	}
	cJSON_AddStringToObject(d, "push", said);
	return 0;
}

static int start(struct call *call)
{
	const char *title = spec_value(call, "title"),
		   *list = spec_value(call, "editions"),
		   *layout = spec_value(call, "layout");
	cJSON *d = json_make("code", call->args[0], "title", title, NULL);

	if (list)
		cJSON_AddItemToObject(d, "editions", editions(list));
	if (layout) {
		cJSON_AddStringToObject(d, "view", "recording");
		cJSON_AddStringToObject(d, "layout", layout);
	}
	if (add_push(d, spec_value(call, "push"))) {
		cJSON_Delete(d);
		return EX_USAGE;
	}
	return ask(call, "record.start", d, tell_record);
}

int cmd_record(struct call *call)
{
	const char *what = call->spec->name + strlen("record ");
	char type[32];

	if (strcmp(what, "start") == 0)
		return start(call);
	snprintf(type, sizeof(type), "record.%s", what);
	return ask(call, type,
		   json_make("code", call->args[0], "text",
			     call->n > 1 ? call->args[1] : NULL, NULL),
		   tell_record);
}

/* "1:02:03" of milliseconds; nothing of 0. */
static void length_text(char *out, size_t size, double ms)
{
	long long seconds = (long long)(ms / 1000);

	snprintf(out, size, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60,
		 seconds % 60);
	if (ms <= 0)
		*out = '\0';
}

static void tell_recordings(const struct call *call, const cJSON *reply)
{
	static const struct table_column columns[] = {{.title = "ID", .whole = true},
						      {.title = "BEGAN"},
						      {.title = "LENGTH", .right = true},
						      {.title = "MB", .right = true},
						      {.title = "STATE"},
						      {.title = "TITLE", .gives = true}};
	struct table *table = table_create(columns, 6);
	const cJSON *one;

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "recordings"))
	{
		char began[32], length[32];

		text_time(began, sizeof(began), (int64_t)json_number(one, "started_ms"));
		length_text(length, sizeof(length), json_number(one, "duration_ms"));
		table_cell(table, "%s", json_text(one, "id"));
		table_cell(table, "%s", began);
		table_cell(table, "%s", length);
		table_cell(table, "%.1f", json_number(one, "bytes") / 1e6);
		table_cell(table, "%s", json_text(one, "state"));
		table_cell(table, "%s", json_text(one, "title"));
	}
	if (table_rows(table))
		table_print(table, stdout, table_width(), 0);
	else
		puts("there are no recordings of this class");
	if (json_true(reply, "more"))
		puts("and older ones");
	table_destroy(table);
}

int cmd_recordings(struct call *call)
{
	cJSON *d = json_make("code", call->args[0], NULL);

	cJSON_AddNumberToObject(d, "limit", 100);
	return ask(call, "recording.list", d, tell_recordings);
}
