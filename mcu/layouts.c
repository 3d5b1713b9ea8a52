#include "mcu/layouts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/notice.h"
#include "mcu/plan_read.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "plugins/layouts.h"
#include "plugins/set.h"

/* `own`: as it is stored, with a zero behind it; NULL: it is built in. */
static int put_text(struct plugin_set *set, const char *text, size_t len, const char *own)
	RUNS_ON(on_ctl)
{
	struct plan_wrong wrong;
	struct plan *plan = malloc(sizeof(*plan)); /* too large for a stack */
	char quoted[300], why[sizeof(wrong.path) + sizeof(wrong.why) + 2];
	int err;

	if (!plan)
		return -ENOMEM;
	err = plan_read_text(plan, text, len, &wrong);
	if (err) {
		snprintf(why, sizeof(why), "%s: %s", wrong.path, wrong.why);
		log_error("layout_unread", "why=%s",
			  log_quote(quoted, sizeof(quoted), why));
	} else {
		err = plugin_set_put(set, plan, own);
	}
	free(plan);
	return err;
}

int layouts_built_in(struct plugin_set *set)
{
	int err = 0;

	for (const struct layout_file *f = layout_files; f->name && !err; f++) {
		err = put_text(set, f->json, f->len, NULL);
		if (err == -EEXIST)
			err = 0; /* somebody's plugin is meant */
	}
	return err;
}

void layouts_stored(struct plugin_set *set, const struct db_layout *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *json = rows[i].json;
		int err = put_text(set, json, strlen(json), json);

		if (err)
			log_warn("layout_left_out", "layout=%s err=%d", rows[i].name,
				 err);
	}
}

int layouts_text(const struct plugin_set *set, const char *name, const char **text,
		 size_t *len)
{
	struct plugin_facts facts;

	if (plugin_set_facts(set, name, &facts) || !facts.plan)
		return -ENOENT;
	if (facts.own) {
		*text = facts.own;
		*len = strlen(facts.own);
		return 0;
	}
	for (const struct layout_file *f = layout_files; f->name; f++)
		if (strcmp(f->name, facts.plan->name) == 0) {
			*text = f->json;
			*len = f->len;
			return 0;
		}
	return -ENOENT;
}

/* ---- while it runs -------------------------------------------------------------- */

/* The text is that of a layout of this name, with parameters or without. */
static bool is_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	return strncmp(text, name, n) == 0 && (text[n] == '\0' || text[n] == ' ');
}

static bool shows(const struct room *room, const char *name)
{
	for (enum picture_kind kind = PICTURE_STAFF; kind < PICTURE_KINDS; kind++)
		if (is_of(room->looks.layout[kind], name))
			return true;
	return is_of(room->row.layout, name);
}

/* Who shows it is arranged anew; all lecturers have another list. */
static void changed(struct server *server, const char *name, bool gone) RUNS_ON(on_ctl)
{
	uint32_t ignored;

	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct room *room = server->rooms[i];

		if (shows(room, name)) {
			/* other pictures go back to their usual ones */
			if (gone && is_of(room->row.layout, name) &&
			    programme_set_layout(room, PICTURE_CLASS, "grid", &ignored))
				log_warn("layout_kept", "room=%s", room->row.id);
			programme_layout_changed(room);
		}
		notice_layouts(room);
	}
}

int layouts_put(struct server *server, const struct cJSON *json, struct plan_wrong *wrong)
{
	struct plan *plan = malloc(sizeof(*plan));
	struct db_layout row = {.changed_ms = clock_wall_ms()};
	char *text = NULL;
	int err = plan ? plan_read(plan, json, wrong) : -ENOMEM;

	if (!err) {
		text = cJSON_PrintUnformatted(json);
		err = text ? 0 : -ENOMEM;
	}
	if (!err && strlen(text) > LIMIT_OWN_LAYOUT) {
		*wrong = (struct plan_wrong){.path = ""};
		snprintf(wrong->why, sizeof(wrong->why), "is larger than %d bytes",
			 LIMIT_OWN_LAYOUT);
		err = -EINVAL;
	}
	if (!err)
		err = plugin_set_put(server->plugins, plan, text);
	if (!err) {
		snprintf(row.name, sizeof(row.name), "%s", plan->name);
		snprintf(row.json, sizeof(row.json), "%s", text);
		changed(server, plan->name, false);
		if (db_layout_put(server->db, &row)) {
			log_warn("layout_lost", "layout=%s", plan->name);
			err = -ENOBUFS;
		}
	}
	free(text);
	free(plan);
	return err;
}

int layouts_delete(struct server *server, const char *name)
{
	char copy[33];
	int err;

	snprintf(copy, sizeof(copy), "%s", name);
	err = plugin_set_remove(server->plugins, copy);
	if (err)
		return err;
	changed(server, copy, true);
	return db_layout_delete(server->db, copy) ? -ENOBUFS : 0;
}
