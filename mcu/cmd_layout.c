/* cmd_layout.c - the layouts that there are, and those that an administrator makes. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/director.h"
#include "mcu/gallery.h"
#include "mcu/layouts.h"
#include "mcu/notice.h"
#include "mcu/plan_read.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/tryout.h"
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
		if (plugin_set_quarantined(set, names[i]))
			cJSON_AddTrueToObject(one, "aside");
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

/* What it names and is not there: it is shown without. */
static void warn(struct command *c, const struct plan *plan, const char *log_as)
	RUNS_ON(on_ctl)
{
	struct gallery_lack lacks[GALLERY_PLACES];
	uint32_t n = gallery_lacks(c->server->gallery, &plan->decor, log_as, lacks);
	cJSON *list;

	if (!n)
		return;
	if (!c->reply)
		c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "warnings");
	for (uint32_t i = 0; i < n; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToArray(list, one);
		cJSON_AddStringToObject(one, "field", lacks[i].field);
		cJSON_AddStringToObject(one, "why", lacks[i].why);
	}
}

/* Of the form alone: whether its name is free is asked when it is put. */
const char *cmd_layout_validate(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	struct plan *plan = malloc(sizeof(*plan));
	struct plan_wrong wrong;
	const char *error = NULL;

	thread_claim(&on_ctl);
	if (!plan)
		return "no_resources";
	if (plan_read(plan, json, &wrong))
		error = refuse(c, &wrong);
	else
		warn(c, plan, NULL);
	free(plan);
	return error;
}

const char *cmd_layout_put(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	struct plugin_facts facts;
	struct plan_wrong wrong;
	const char *name;

	thread_claim(&on_ctl);
	switch (layouts_put(c->server, json, &wrong)) {
	case 0:
		name = cJSON_GetObjectItemCaseSensitive(json, "name")->valuestring;
		if (plugin_set_facts(c->server->plugins, name, &facts) == 0)
			warn(c, facts.plan, name);
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

/* ---- trying ---------------------------------------------------------------------- */

static void add_cells(cJSON *to, const struct aula_cell *cells, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct aula_cell *c = &cells[i];
		bool page = c->source == TRYOUT_SCREEN;
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToArray(to, one);
		cJSON_AddNumberToObject(one, "x", c->x);
		cJSON_AddNumberToObject(one, "y", c->y);
		cJSON_AddNumberToObject(one, "w", c->w);
		cJSON_AddNumberToObject(one, "h", c->h);
		cJSON_AddStringToObject(one, "kind",
					page        ? "screen"
					: c->source ? "camera"
						    : "text");
		if (c->source)
			cJSON_AddNumberToObject(one, "member", tryout_member(c->source));
		else
			cJSON_AddStringToObject(one, "text", c->text);
		/* a page of text is never cropped */
		cJSON_AddBoolToObject(one, "fill", c->flags & AULA_CELL_FILL && !page);
		cJSON_AddBoolToObject(one, "border", c->flags & AULA_CELL_BORDER);
	}
}

static void add_rung(cJSON *to, enum level level, const struct tryout_rung *rung)
{
	cJSON *one = cJSON_CreateObject();

	cJSON_AddItemToArray(to, one);
	cJSON_AddStringToObject(one, "level", level_name(level));
	cJSON_AddNumberToObject(one, "w", rung->w_px);
	cJSON_AddNumberToObject(one, "h", rung->h_px);
	cJSON_AddNumberToObject(one, "least", rung->least_px);
	cJSON_AddNumberToObject(one, "page", rung->page_px);
	cJSON_AddNumberToObject(one, "shown", rung->n);
	cJSON_AddNumberToObject(one, "thin", rung->thin_px);
}

static const char *json_try(struct command *c, const struct plugin *layout,
			    const struct tryout_class *who, const struct ladder *ladder)
	RUNS_ON(on_ctl)
{
	struct aula_cell cells[AULA_CELLS_MAX];
	struct tryout_rung rung;
	uint32_t n = 0, mark = 0;
	cJSON *rungs;

	if (tryout_arrange(layout, who, cells, &n, &mark))
		return "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "variant", (double)mark - 1);
	add_cells(cJSON_AddArrayToObject(c->reply, "cells"), cells, n);
	cJSON_AddNumberToObject(c->reply, "least", tryout_least(who));
	rungs = cJSON_AddArrayToObject(c->reply, "rungs");
	for (enum level level = LEVEL_VIDEO; level < LEVELS; level++) {
		if (tryout_rung(layout, who, ladder, level, &rung))
			return "no_resources";
		add_rung(rungs, level, &rung);
	}
	return NULL;
}

static bool said(const struct command *c, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c->d, key));
}

/* Those that come with the choice of a layout. */
static const char *try_params(struct command *c, const struct plan *plan,
			      struct params *params)
{
	const char *given = proto_string(c->d, "params");
	char text[LIMIT_LAYOUT_TEXT + 1];

	snprintf(text, sizeof(text), "%s%s%s", plan->name, given && *given ? " " : "",
		 given ? given : "");
	if (params_read(params, text) == 0 && params_check(params, &plan->params) == 0)
		return NULL;
	c->field = "params";
	return "bad_field";
}

static const char *try_plan(struct command *c, const struct plan *plan,
			    const struct ladder *ladder) RUNS_ON(on_ctl)
{
	struct params params;
	struct tryout_class who = {
		.people = (uint32_t)proto_int(c->d, "n", 0),
		.tall = said(c, "tall"),
		.screen = said(c, "screen"),
		.pinned = said(c, "pinned"),
		.hand = said(c, "hand"),
		.guest = said(c, "guest"),
		.interpreter = said(c, "interpreter"),
		.wall = said(c, "wall"),
		.params = &params,
	};
	struct plugin *layout;
	const char *error = try_params(c, plan, &params);

	if (error)
		return error;
	if (plugin_of_plan(&layout, plan))
		return "no_resources";
	error = json_try(c, layout, &who, ladder);
	plugin_free(layout);
	if (!error)
		warn(c, plan, NULL);
	return error;
}

/* By the same engine that arranges classes; nothing is stored. */
const char *cmd_layout_try(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	const struct ladder *ladder = &c->server->ladder;
	struct plan_wrong wrong;
	struct plan *plan;
	struct room *room;
	const char *error = NULL;

	thread_claim(&on_ctl);
	if (proto_string(c->d, "code")) {
		error = command_room(c, &room);
		if (error)
			return error;
		ladder = &room->ladder;
	}
	plan = malloc(sizeof(*plan));
	if (!plan)
		return "no_resources";
	error = plan_read(plan, json, &wrong) ? refuse(c, &wrong)
					      : try_plan(c, plan, ladder);
	free(plan);
	return error;
}

/* Who is meant by cells for an interpreter or a guest. */
const char *cmd_layout_part(struct command *c)
{
	struct room *room = c->room;
	const char *part = proto_string(c->d, "part");
	const char *id = proto_string(c->d, "member");
	uint32_t base = member_base_of(id);

	thread_claim(&on_ctl);
	if (*id && !(base && room_member(room, base)))
		return "unknown_member";
	if (strcmp(part, "interpreter") == 0) {
		director_note(room);
		room->interpreter = base;
	} else if (strcmp(part, "guest") == 0) {
		director_note(room);
		room->guest = base;
	} else {
		c->field = "part";
		return "bad_field";
	}
	notice_parts(room);
	programme_arrange(room);
	return NULL;
}
