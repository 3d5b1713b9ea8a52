/* cmd_ladder.c - what a class has of its own: its ladder, read and set. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcu/room.h"
#include "mcu/settings.h"

/* As JSON has it: true and false, numbers, texts. */
static void add_value(cJSON *to, const char *key, const char *text)
{
	bool yes = strcmp(text, "true") == 0;

	if (yes || strcmp(text, "false") == 0)
		cJSON_AddBoolToObject(to, key, yes);
	else if (*text && strspn(text, "0123456789") == strlen(text))
		cJSON_AddRawToObject(to, key, text);
	else
		cJSON_AddStringToObject(to, key, text);
}

/* What is given to conf_set() instead of it. False: such a thing no key can be. */
static bool value_text(const cJSON *item, char *out, size_t size)
{
	if (cJSON_IsBool(item))
		snprintf(out, size, "%s", cJSON_IsTrue(item) ? "true" : "false");
	else if (cJSON_IsNumber(item))
		snprintf(out, size, "%.15g", item->valuedouble);
	else if (cJSON_IsString(item) && strlen(item->valuestring) < size)
		snprintf(out, size, "%s", item->valuestring);
	else
		return false;
	return true;
}

static void add_kbps(cJSON *to, const struct ladder *ladder, enum content content)
{
	cJSON *kbps = cJSON_AddObjectToObject(to, content_name(content));

	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		cJSON_AddNumberToObject(
			kbps, level_name(level),
			(ladder_wire_bps(ladder, level, content, LADDER_SOUND_MS) + 500) /
				1000);
}

static void add_most(cJSON *d, const struct ladder_spec *most)
{
	char text[48];

	snprintf(text, sizeof(text), "%ux%u@%u/%u", most->w_px, most->h_px, most->fps,
		 most->kbps);
	cJSON_AddStringToObject(d, "allowed", text);
}

/* What is in force: the class's own where it has that and it can be read. */
static void add_ladder(cJSON *d, const struct room *room, bool refused)
{
	const struct server *server = room->server;
	cJSON *own = cJSON_AddObjectToObject(d, "own");
	cJSON *all = cJSON_AddObjectToObject(d, "ladder");
	char text[CONF_NAME];
	const char *key;

	for (size_t i = 0; (key = conf_own_key(i)); i++) {
		bool has = settings_get(room->row.settings, key, text);

		if (has)
			add_value(own, key, text);
		if ((!has || refused) && conf_get(server->conf, key, text, sizeof(text)))
			continue;
		if (strcmp(key, "rung_top") == 0)
			snprintf(text, sizeof(text), "%s", level_name(room->ladder.top));
		else if (strcmp(key, "av1") == 0)
			snprintf(text, sizeof(text), "%s",
				 room->ladder.av1 && server->ladder.av1 ? "true"
									: "false");
		add_value(all, key, text);
	}
}

static cJSON *json_ladder(const struct room *room)
{
	const struct server *server = room->server;
	struct settings_wrong wrong;
	struct ladder ignored;
	bool refused = settings_read(room->row.settings, server->conf, &server->ladder,
				     &ignored, &wrong) != 0;
	cJSON *d = cJSON_CreateObject(), *sub;

	cJSON_AddStringToObject(d, "code", room->row.code);
	cJSON_AddStringToObject(d, "most", level_name(room->top));
	add_most(d, &server->ladder.limit);
	add_ladder(d, room, refused);
	sub = cJSON_AddObjectToObject(d, "kbps");
	add_kbps(sub, &room->ladder, CONTENT_PEOPLE);
	add_kbps(sub, &room->ladder, CONTENT_SLIDES);
	if (refused) {
		sub = cJSON_AddObjectToObject(d, "refused");
		cJSON_AddStringToObject(sub, "field", wrong.key);
		cJSON_AddStringToObject(sub, "why", wrong.why);
	}
	return d;
}

/* The name outlives the answer: one of the table, or as it was sent. */
static const char *refuse(struct command *c, const struct settings_wrong *wrong,
			  const char *sent)
{
	const char *key;

	c->field = sent;
	for (size_t i = 0; (key = conf_own_key(i)); i++)
		if (strcmp(key, wrong->key) == 0)
			c->field = key;
	snprintf(c->why, sizeof(c->why), "%s", wrong->why);
	return "bad_field";
}

/* All of it, or nothing. */
static const char *change(struct command *c, struct room *room, const cJSON *set)
	RUNS_ON(on_ctl)
{
	const struct server *server = c->server;
	struct settings next;
	struct settings_wrong wrong;
	struct ladder ladder;
	char text[CONF_NAME];
	const cJSON *item;

	snprintf(next.text, sizeof(next.text), "%s", room->row.settings);
	cJSON_ArrayForEach(item, set)
	{
		bool null = cJSON_IsNull(item);

		if (!null && !value_text(item, text, sizeof(text))) {
			c->field = item->string;
			return "bad_field";
		}
		if (settings_set(&next, server->conf, item->string, null ? NULL : text,
				 &wrong))
			return refuse(c, &wrong, item->string);
	}
	if (settings_read(next.text, server->conf, &server->ladder, &ladder, &wrong))
		return refuse(c, &wrong, "set");
	return room_settle(room, next.text, &ladder) ? "no_resources" : NULL;
}

const char *cmd_room_ladder(struct command *c)
{
	const cJSON *set = cJSON_GetObjectItemCaseSensitive(c->d, "set");
	const char *error;
	struct room *room;

	thread_claim(&on_ctl);
	error = command_room(c, &room);
	if (!error && set)
		error = change(c, room, set);
	if (!error)
		c->reply = json_ladder(room);
	return error;
}
