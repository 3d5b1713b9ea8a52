/* cmd_audit.c - who did what: audit.list, page by page. */
#include "ctl/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "ctl/console.h"
#include "ctl/since.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define PAGE 100

struct wanted {
	const char *code, *who;
	int64_t since_ms;
	uint32_t rows;
};

static int read_wanted(const struct call *call, struct wanted *w)
{
	const char *since = spec_value(call, "since"), *limit = spec_value(call, "limit");
	char *end = NULL;

	*w = (struct wanted){spec_value(call, "room"), spec_value(call, "who"), 0, 50};
	if (since && since_read(&w->since_ms, since, clock_wall_ms())) {
		text_say("--since '%s' is none: 30m, 12h, 7d, or 2026-11-21T08:00",
			 since);
		return EX_USAGE;
	}
	if (since && !limit)
		w->rows = 10000;
	if (limit)
		w->rows = (uint32_t)strtoul(limit, &end, 10);
	if (limit &&
	    (*limit < '0' || *limit > '9' || *end || !w->rows || w->rows > 100000)) {
		text_say("--limit must be 1 to 100000");
		return EX_USAGE;
	}
	return 0;
}

/* Moves the rows of a page to `all`; false: no more are wanted. */
static bool take_page(cJSON *all, cJSON *page, const struct wanted *w, char *last,
		      size_t size)
{
	cJSON *acts = json_get(page, "acts"), *one;
	uint32_t n = (uint32_t)cJSON_GetArraySize(all);

	while ((one = cJSON_DetachItemFromArray(acts, 0))) {
		if (n == w->rows || json_number(one, "at_ms") < (double)w->since_ms) {
			cJSON_Delete(one);
			return false;
		}
		snprintf(last, size, "%s", json_text(one, "id"));
		cJSON_AddItemToArray(all, one);
		n++;
	}
	return json_true(page, "more") && n < w->rows && *last;
}

static int collect(struct console *console, const struct wanted *w, cJSON *all)
{
	char last[64] = "";
	bool more = true;

	while (more) {
		cJSON *page = NULL, *d = json_make("code", w->code, NULL);
		uint32_t left = w->rows - (uint32_t)cJSON_GetArraySize(all);
		int code;

		if (w->who)
			cJSON_AddStringToObject(d, "who", w->who);
		if (*last)
			cJSON_AddStringToObject(d, "before", last);
		cJSON_AddNumberToObject(d, "limit", left < PAGE ? left : PAGE);
		code = console_ask(console, "audit.list", d, &page);
		if (code)
			return code;
		more = take_page(all, page, w, last, sizeof(last));
		cJSON_Delete(page);
	}
	return 0;
}

static void tell(const cJSON *all)
{
	static const struct table_column columns[] = {{.title = "TIME", .whole = true},
						      {.title = "WHO", .gives = true},
						      {.title = "CLASS"},
						      {.title = "COMMAND"},
						      {.title = "RESULT"},
						      {.title = "WITH", .gives = true}};
	struct table *table = table_create(columns, 6);
	const cJSON *one;

	cJSON_ArrayForEach(one, all)
	{
		char *fields = cJSON_PrintUnformatted(json_get(one, "fields"));
		char time[32];

		text_time(time, sizeof(time), (int64_t)json_number(one, "at_ms"));
		table_cell(table, "%s", time);
		table_cell(table, "%s",
			   *json_text(one, "name") ? json_text(one, "name")
						   : json_text(one, "role"));
		table_cell(table, "%s", json_text(one, "code"));
		table_cell(table, "%s", json_text(one, "command"));
		table_cell(table, "%s", json_text(one, "result"));
		table_cell(table, "%s",
			   fields && strcmp(fields, "{}") != 0 ? fields : "");
		free(fields);
	}
	if (table_rows(table))
		table_print(table, stdout, table_width(), 0);
	else
		puts("nothing is known of that");
	table_destroy(table);
}

int cmd_audit(struct call *call)
{
	struct console *console = NULL;
	cJSON *d = cJSON_CreateObject(), *all = cJSON_AddArrayToObject(d, "acts");
	struct wanted w;
	int code = read_wanted(call, &w);

	if (!code)
		code = console_open(&console, call->site);
	if (!code)
		code = collect(console, &w, all);
	if (!code && call->json)
		json_print(d);
	else if (!code)
		tell(all);
	cJSON_Delete(d);
	console_close(console);
	return code;
}
