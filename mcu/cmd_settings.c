/* cmd_settings.c - the configuration in force, and what of it can change now. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "mcu/console.h"
#include "mcu/server.h"
#include "mcu/tuning.h"

#define TEXT 2400 /* of the longest list, CONF_LIST entries */

static const char *unit_of(const char *key)
{
	static const struct {
		const char *end, *unit;
	} units[] = {{"_kbps", "kbit/s"},
		     {"_ms", "ms"},
		     {"_mb", "MB"},
		     {"_fps", "fps"},
		     {"_days", "days"},
		     {"max_joins", "per second"},
		     {"max_joins_per_address", "per second"}};
	size_t n = strlen(key);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t k = strlen(units[i].end);

		if (n >= k && strcmp(key + n - k, units[i].end) == 0)
			return units[i].unit;
	}
	return "";
}

/* A database's address may hold a password. */
static bool secret(const char *key, const char *value)
{
	return strcmp(key, "database") == 0 && strncmp(value, "sqlite:", 7) != 0;
}

static const char *whence(const struct server *server, const char *key)
{
	const struct conf *file = server->console->file;

	if (tuning_stored(server, key))
		return "stored";
	if (strcmp(key, "data_dir") == 0 && file->data_dir_option)
		return "option";
	return conf_said(file, key) ? "file" : "default";
}

static cJSON *json_setting(const struct server *server, const char *key)
{
	cJSON *d = cJSON_CreateObject();
	struct conf usual;
	char text[TEXT] = "";
	bool hide;

	conf_init(&usual);
	(void)!conf_show(server->conf, key, text, sizeof(text));
	hide = secret(key, text);
	cJSON_AddStringToObject(d, "key", key);
	cJSON_AddStringToObject(d, "value", hide ? "" : text);
	(void)!conf_show(&usual, key, text, sizeof(text));
	cJSON_AddStringToObject(d, "usual", text);
	cJSON_AddStringToObject(d, "from", whence(server, key));
	cJSON_AddStringToObject(d, "unit", unit_of(key));
	cJSON_AddBoolToObject(d, "live", tuning_live(key));
	cJSON_AddBoolToObject(d, "secret", hide);
	return d;
}

const char *cmd_settings_list(struct command *c)
{
	const char *key;
	cJSON *list;

	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "settings");
	for (size_t i = 0; (key = conf_key(i)); i++)
		cJSON_AddItemToArray(list, json_setting(c->server, key));
	return NULL;
}

const char *cmd_settings_set(struct command *c)
{
	const char *key = proto_string(c->d, "key");

	thread_claim(&on_ctl);
	switch (tuning_set(c->server, key, proto_string(c->d, "value"), c->why,
			   sizeof(c->why))) {
	case 0:
		c->reply = json_setting(c->server, key);
		return NULL;
	case -ENOENT:
		c->field = "key";
		return "bad_field";
	case -EINVAL:
		c->field = "value";
		return "bad_field";
	default:
		return "server_busy";
	}
}
