/* cmd_layout.c - the layouts that there are, and those that an administrator makes. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/layouts.h"
#include "mcu/plan_read.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "plugins/set.h"

static void add_params(cJSON *to, const struct param_specs *specs)
{
	for (uint32_t i = 0; i < specs->n; i++) {
		const struct param_spec *spec = &specs->specs[i];
		cJSON *one = spec->n_words ? cJSON_AddArrayToObject(to, spec->key)
					   : cJSON_AddObjectToObject(to, spec->key);

		for (uint32_t k = 0; k < spec->n_words; k++)
			cJSON_AddItemToArray(one, cJSON_CreateString(spec->words[k]));
		if (spec->n_words)
			continue;
		cJSON_AddNumberToObject(one, "min", spec->min);
		cJSON_AddNumberToObject(one, "max", spec->max);
		cJSON_AddNumberToObject(one, "usual", spec->usual);
	}
}

const char *cmd_layout_list(struct command *c)
{
	const struct plugin_set *set = c->server->plugins;
	const char *names[PLUGIN_SET_MAX];
	cJSON *list, *one;
	uint32_t n;

	thread_claim(&on_ctl);
	n = plugin_set_layouts(set, names, PLUGIN_SET_MAX);
	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "layouts");
	for (uint32_t i = 0; i < n; i++) {
		struct plugin_facts facts;

		if (plugin_set_facts(set, names[i], &facts))
			continue;
		one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, one);
		cJSON_AddStringToObject(one, "name", names[i]);
		cJSON_AddBoolToObject(one, "own", facts.own != NULL);
		if (facts.plan && facts.plan->title[0])
			cJSON_AddStringToObject(one, "title", facts.plan->title);
		if (facts.plan && facts.plan->group[0])
			cJSON_AddStringToObject(one, "group", facts.plan->group);
		if (facts.params && facts.params->n)
			add_params(cJSON_AddObjectToObject(one, "params"), facts.params);
	}
	return NULL;
}

static const char *refuse(struct command *c, const struct plan_wrong *wrong)
{
	c->field = "layout";
	snprintf(c->why, sizeof(c->why), "%s%s%s", wrong->path,
		 wrong->path[0] ? ": " : "", wrong->why);
	return "bad_field";
}

/* Of the form alone: whether its name is free is asked when it is put. */
const char *cmd_layout_validate(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	struct plan *plan = malloc(sizeof(*plan));
	struct plan_wrong wrong;
	const char *error = NULL;

	if (!plan)
		return "no_resources";
	if (plan_read(plan, json, &wrong))
		error = refuse(c, &wrong);
	free(plan);
	return error;
}

const char *cmd_layout_put(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	struct plan_wrong wrong;

	thread_claim(&on_ctl);
	switch (layouts_put(c->server, json, &wrong)) {
	case 0:
		return NULL;
	case -EINVAL:
		return refuse(c, &wrong);
	case -EEXIST:
		wrong = (struct plan_wrong){"name", "is one of the server's own layouts"};
		return refuse(c, &wrong);
	case -ENOSPC:
		wrong = (struct plan_wrong){"", "is one too many: others must go first"};
		return refuse(c, &wrong);
	default:
		return "no_resources";
	}
}

const char *cmd_layout_get(struct command *c)
{
	const char *name = proto_string(c->d, "name");
	const char *text;
	size_t len;

	thread_claim(&on_ctl);
	if (layouts_text(c->server->plugins, name, &text, &len))
		return "unknown_layout";
	c->reply = cJSON_CreateObject();
	cJSON_AddItemToObject(c->reply, "layout", cJSON_ParseWithLength(text, len));
	return NULL;
}

const char *cmd_layout_delete(struct command *c)
{
	thread_claim(&on_ctl);
	switch (layouts_delete(c->server, proto_string(c->d, "name"))) {
	case 0:
		return NULL;
	case -ENOENT:
		return "unknown_layout";
	default:
		return "no_resources";
	}
}

/* Who is meant by cells for an interpreter or a guest. */
const char *cmd_layout_part(struct command *c)
{
	struct room *room = c->member->room;
	const char *part = proto_string(c->d, "part");
	const char *id = proto_string(c->d, "member");
	uint32_t base = member_base_of(id);

	thread_claim(&on_ctl);
	if (*id && !(base && room_member(room, base)))
		return "unknown_member";
	if (strcmp(part, "interpreter") == 0) {
		room->interpreter = base;
	} else if (strcmp(part, "guest") == 0) {
		room->guest = base;
	} else {
		c->field = "part";
		return "bad_field";
	}
	programme_arrange(room);
	return NULL;
}
