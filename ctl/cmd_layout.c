/* cmd_layout.c - layouts: those of a server, and files that may become some. */
#include "ctl/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/process.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define FILE_MAX (64 << 10)

int cmd_layout_tool(struct call *call)
{
	char *argv[SPEC_ARGS + 3] = {NULL, (char *)strchr(call->spec->name, ' ') + 1};

	memcpy(argv + 2, call->args, ((size_t)call->n + 1) * sizeof(*argv));
	/* where the pictures are is in the configuration, which not everybody may read */
	if (call->site->conf_path && access(call->site->conf_path, R_OK) == 0 &&
	    site_conf(call->site) == 0)
		setenv("AULA_PICTURES", call->site->conf.pictures_dir, true);
	return site_exec_tool(call->site, "layout", argv);
}

static void add_params(char *out, size_t size, const cJSON *params)
{
	const cJSON *one, *word;
	size_t n = 0;

	out[0] = '\0';
	cJSON_ArrayForEach(one, params)
	{
		const char *bar = "";

		if (n + 1 < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s=", n ? " " : "",
					      one->string);
		if (cJSON_IsObject(one) && n + 1 < size)
			n += (size_t)snprintf(out + n, size - n, "%.0f..%.0f",
					      json_number(one, "min"),
					      json_number(one, "max"));
		else
			cJSON_ArrayForEach(word, one)
			{
				const char *text = cJSON_GetStringValue(word);

				if (text && n + 1 < size)
					n += (size_t)snprintf(out + n, size - n, "%s%s",
							      bar, text);
				bar = "|";
			}
	}
}

static void tell_list(const struct call *call, const cJSON *reply)
{
	static const struct table_column columns[] = {
		{.title = "NAME"},
		{.title = "OWN"},
		{.title = "TITLE", .gives = true},
		{.title = "PARAMETERS", .gives = true}};
	struct table *table = table_create(columns, 4);
	const cJSON *one;
	char params[400];

	(void)call;
	cJSON_ArrayForEach(one, json_get(reply, "layouts"))
	{
		add_params(params, sizeof(params), json_get(one, "params"));
		table_cell(table, "%s", json_text(one, "name"));
		table_cell(table, "%s", json_true(one, "own") ? "own" : "");
		table_cell(table, "%s", json_text(one, "title"));
		table_cell(table, "%s", params);
	}
	table_print(table, stdout, table_width(), 0);
	table_destroy(table);
}

/* Is a server to be asked at all? Where none runs, what is built in is told. */
static bool runs(struct call *call)
{
	pid_t pid;

	return call->site->url || getenv("AULA_TOKEN") || call->site->token_file ||
	       process_find(call->site, false, &pid) == 0;
}

int cmd_layout_list(struct call *call)
{
	char *argv[] = {NULL, (char *)"list", NULL};

	if (!call->json && !runs(call))
		return site_exec_tool(call->site, "layout", argv);
	return ask(call, "layout.list", NULL, tell_list);
}

/* *out is to be deleted. Says what is wrong, and where. */
static int read_json(const char *path, cJSON **out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	const char *end = NULL;
	int line = 1, code = 0;
	char *text;
	size_t n;

	if (!f) {
		text_say("%s: %s", path, strerror(errno));
		return EX_NOINPUT;
	}
	text = calloc(1, FILE_MAX + 2);
	n = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
	if (!text || ferror(f) || n > FILE_MAX) {
		text_say("%s: %s", path,
			 n > FILE_MAX ? "is too long for a layout" : "cannot be read");
		code = EX_DATAERR;
	} else {
		*out = cJSON_ParseWithOpts(text, &end, true);
		for (const char *at = text; end && at < end; at++)
			line += *at == '\n';
		if (!*out) {
			text_say("%s:%d: this is no JSON", path, line);
			code = EX_DATAERR;
		}
	}
	if (f != stdin)
		fclose(f);
	free(text);
	return code;
}

static void tell_put(const struct call *call, const cJSON *reply)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(reply, "warnings"))
		text_say("%s: warning: %s: %s, so it is shown without", call->args[0],
			 json_text(one, "field"), json_text(one, "why"));
	printf("%s: it can be chosen now\n", call->args[0]);
}

int cmd_layout_put(struct call *call)
{
	cJSON *layout = NULL, *d;
	int code = read_json(call->args[0], &layout);

	if (code)
		return code;
	d = cJSON_CreateObject();
	cJSON_AddItemToObject(d, "layout", layout);
	return ask(call, "layout.put", d, tell_put);
}

static void tell_get(const struct call *call, const cJSON *reply)
{
	char *text = cJSON_Print(json_get(reply, "layout"));

	(void)call;
	if (text)
		puts(text);
	free(text);
}

int cmd_layout_get(struct call *call)
{
	return ask(call, "layout.get", json_make("name", call->args[0], NULL), tell_get);
}

static void tell_gone(const struct call *call, const cJSON *reply)
{
	(void)reply;
	printf("%s is gone\n", call->args[0]);
}

int cmd_layout_delete(struct call *call)
{
	return ask(call, "layout.delete", json_make("name", call->args[0], NULL),
		   tell_gone);
}
