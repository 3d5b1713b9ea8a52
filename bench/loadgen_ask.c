#include "bench/loadgen_ask.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "bench/loadgen_get.h"
#include "tests/ws_client.h"

#define PATIENCE_MS 10000
#define REPLY_MAX   (1 << 20) /* bytes: what a list of all classes may have */

/* ---- the request ------------------------------------------------------------------ */

static cJSON *object_of(cJSON *d, const char *key)
{
	cJSON *sub = cJSON_GetObjectItemCaseSensitive(d, key);

	return sub ? sub : cJSON_AddObjectToObject(d, key);
}

static bool add_field(cJSON *d, const char *arg)
{
	const char *equals = strchr(arg, '=');
	char path[64], *key = path, *dot;

	if (!equals || equals == arg || (size_t)(equals - arg) >= sizeof(path))
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)(equals - arg), arg);
	dot = strchr(path, '.');
	if (dot) {
		*dot = '\0';
		d = object_of(d, path);
		key = dot + 1;
	}
	if (!*key || !cJSON_IsObject(d) || cJSON_GetObjectItemCaseSensitive(d, key))
		return false;
	return equals[1] ? cJSON_AddStringToObject(d, key, equals + 1) != NULL
			 : cJSON_AddNullToObject(d, key) != NULL;
}

char *lg_ask_text(const char *type, int argc, char **argv)
{
	cJSON *root = cJSON_CreateObject(), *d;
	char *text = NULL;
	bool good = cJSON_AddStringToObject(root, "t", type) &&
		    cJSON_AddNumberToObject(root, "id", 2);

	d = cJSON_AddObjectToObject(root, "d");
	for (int i = 0; i < argc && good; i++)
		good = add_field(d, argv[i]);
	if (good)
		text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

/* ---- the reply --------------------------------------------------------------------- */

/* What people wrote must not move the cursor, or look like another line. */
static void print_value(const char *path, const cJSON *item)
{
	char *text = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
	const char *v = text ? text : cJSON_GetStringValue(item);

	printf("%s ", path);
	for (; v && *v; v++)
		putchar((unsigned char)*v < ' ' || *v == 0x7f ? '?' : *v);
	putchar('\n');
	free(text);
}

/* As deep as the server makes it, which is little. */
static void print_tree(const char *path, const cJSON *item)
{
	const cJSON *child;
	char sub[256];
	int i = 0;

	if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
		print_value(path, item);
		return;
	}
	cJSON_ArrayForEach(child, item)
	{
		const char *dot = *path ? "." : "";

		if (child->string)
			snprintf(sub, sizeof(sub), "%.120s%s%.100s", path, dot,
				 child->string);
		else
			snprintf(sub, sizeof(sub), "%.120s%s%d", path, dot, i++);
		print_tree(sub, child);
	}
}

static const char *word(const cJSON *root, const char *key)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(root, key));

	return text ? text : "";
}

static void explain(const char *code, const char *field)
{
	static const struct {
		const char *code, *words;
	} rows[] = {
		{"no_room", "no class has this code"},
		{"bad_token", "the token is not that of this server's administrator"},
		{"too_fast", "too many requests: try again in a minute"},
		{"server_busy", "the server has not the power now"},
		{"server_draining", "the server is stopping"},
	};
	const char *words = code;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].code, code) == 0)
			words = rows[i].words;
	fprintf(stderr, "loadgen: %s%s%s\n", words, *field ? ": " : "", field);
}

static int tell(const char *reply)
{
	cJSON *root = cJSON_Parse(reply);
	bool good = strcmp(word(root, "t"), "ok") == 0;

	if (good)
		print_tree("", cJSON_GetObjectItemCaseSensitive(root, "d"));
	else if (*word(root, "why"))
		fprintf(stderr, "loadgen: %s\n", word(root, "why"));
	else
		explain(word(root, "code"), word(root, "field"));
	cJSON_Delete(root);
	return !good;
}

/* Reads until the reply to request `id` is in `out`; what comes in between is of no
 * use. */
static bool await(struct ws_client *ws, int id, char *out)
{
	char want[40];

	snprintf(want, sizeof(want), "\"id\":%d,", id);
	for (int i = 0; i < 100; i++) {
		if (ws_client_recv(ws, out, REPLY_MAX, PATIENCE_MS) < 0)
			return false;
		if (strstr(out, want))
			return true;
	}
	return false;
}

static int talk(struct ws_client *ws, const char *token, const char *ask, char *out)
{
	char join[300];

	snprintf(join, sizeof(join),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"\",\"name\":\"console\","
		 "\"token\":\"%.150s\"}}",
		 token);
	if (!ws_client_send(ws, join) || !await(ws, 1, out))
		return EX_UNAVAILABLE;
	if (strncmp(out, "{\"t\":\"ok\"", 9) != 0)
		return tell(out);
	if (!ws_client_send(ws, ask) || !await(ws, 2, out))
		return EX_UNAVAILABLE;
	ws_client_send(ws, "{\"t\":\"leave\",\"id\":3,\"d\":{}}");
	return tell(out);
}

int lg_ask(int argc, char **argv)
{
	const char *token = getenv("AULA_TOKEN");
	int code = EX_UNAVAILABLE;
	struct ws_client *ws;
	struct lg_url url;
	char *ask, *out;

	ask = argc >= 2 ? lg_ask_text(argv[1], argc - 2, argv + 2) : NULL;
	if (!ask || !token || strpbrk(token, "\"\\") || !lg_url_read(&url, argv[0])) {
		fprintf(stderr, "loadgen: --ask URL TYPE [KEY=VALUE]... is wanted, and "
				"AULA_TOKEN in the environment\n");
		free(ask);
		return EX_USAGE;
	}
	out = malloc(REPLY_MAX);
	ws = ws_client_open(url.host, (uint16_t)strtoul(url.port, NULL, 10), url.tls,
			    NULL, NULL);
	if (!out)
		code = EX_OSERR;
	else if (ws)
		code = talk(ws, token, ask, out);
	if (code == EX_UNAVAILABLE)
		fprintf(stderr, "loadgen: no answer from %s port %s\n", url.host,
			url.port);
	ws_client_close(ws);
	free(out);
	free(ask);
	return code;
}
