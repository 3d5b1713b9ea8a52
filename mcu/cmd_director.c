/* cmd_director.c - a look at a layout before it is taken, one step back, and the cues. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/director.h"
#include "mcu/notice_director.h"
#include "mcu/notice_json.h"
#include "mcu/plan_read.h"
#include "mcu/preview.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "plugins/host.h"
#include "plugins/set.h"

#define BUSY_MS 500 /* a preview takes about that long */

/* An administrator may be elsewhere. */
static struct room *room_of(const struct command *c)
{
	return c->room ? c->room : c->member->room;
}

static const char *field(struct command *c, const char *key, const char *why)
{
	c->field = key;
	snprintf(c->why, sizeof(c->why), "%s", why);
	return "bad_field";
}

/* What director_layout() and the like say, as a code. */
static const char *refusal(struct command *c, int err, const char *key)
{
	switch (err) {
	case -EINVAL:
		return field(c, key, "the layout takes no such parameters");
	case -ENOENT:
		return "unknown_layout";
	case -ESRCH:
		return "unknown_cue";
	case -EIO:
		return "layout_failed";
	default:
		return "no_resources";
	}
}

/* ---- taking ------------------------------------------------------------------------ */

/* Which picture is meant; without a word the class's. */
static const char *picture_meant(struct command *c, enum picture_kind *out)
{
	const char *view = proto_string(c->d, "view");

	*out = view ? picture_by_name(view) : PICTURE_CLASS;
	return *out == PICTURE_KINDS ? field(c, "view", "no such picture") : NULL;
}

/* The same, to be changed: what is recorded is of those alone who may record. */
static const char *picture_changed(struct command *c, enum picture_kind *out)
	RUNS_ON(on_ctl)
{
	const char *error = picture_meant(c, out);

	if (!error && *out == PICTURE_RECORDING && !member_may(c->member, CAP_RECORD))
		error = "forbidden";
	return error;
}

const char *cmd_layout_set(struct command *c)
{
	enum picture_kind kind;
	uint32_t generation = 0;
	const char *error;
	int err;

	thread_claim(&on_ctl);
	error = picture_changed(c, &kind);
	if (error)
		return error;
	err = director_layout(room_of(c), c->member, kind, proto_string(c->d, "name"),
			      &generation);
	if (err)
		return refusal(c, err, "name");
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "generation", generation);
	return NULL;
}

/* What is on air then. */
static const char *back(struct command *c, bool redo) RUNS_ON(on_ctl)
{
	struct room *room = room_of(c);
	enum picture_kind kind;
	struct on_air now;
	uint32_t generation = 0;
	const char *error = picture_changed(c, &kind);
	int err;

	if (error)
		return error;
	err = director_undo(room, c->member, kind, redo, &generation);
	if (err == -ENOENT)
		return "no_change";
	if (err)
		return refusal(c, err, "name");
	director_on_air(room, kind, &now);
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "generation", generation);
	cJSON_AddStringToObject(c->reply, "name", now.layout);
	notice_json_ref(c->reply, "pinned", room, now.pinned);
	notice_json_ref(c->reply, "interpreter", room, now.interpreter);
	notice_json_ref(c->reply, "guest", room, now.guest);
	cJSON_AddNumberToObject(c->reply, "undo", director_undos(room, false));
	cJSON_AddNumberToObject(c->reply, "redo", director_undos(room, true));
	return NULL;
}

const char *cmd_layout_undo(struct command *c)
{
	thread_claim(&on_ctl);
	return back(c, false);
}

const char *cmd_layout_redo(struct command *c)
{
	thread_claim(&on_ctl);
	return back(c, true);
}

/* ---- looking ----------------------------------------------------------------------- */

static const char *ask(struct command *c, struct room *room, const char *layout,
		       const struct plugin *draft) RUNS_ON(on_ctl)
{
	enum picture_kind kind;
	const char *error = picture_meant(c, &kind);
	const struct preview_wish wish = {
		.room = room,
		.by = c->member,
		.id = c->id,
		.picture = kind,
		.layout = layout,
		.draft = draft,
		.shape = proto_bool(c->d, "tall", false) ? SHAPE_TALL : SHAPE_WIDE,
	};
	int err;

	if (error)
		return error;
	err = preview_ask(c->server->previews, &wish);
	switch (err) {
	case 0:
		c->later = true;
		return NULL;
	case -EBUSY:
		c->after_ms = BUSY_MS;
		return "preview_busy";
	case -ENOTCONN:
		return "no_preview";
	default:
		return refusal(c, err, "name");
	}
}

/* One that is not among the layouts yet: for those who make them. */
static const char *ask_draft(struct command *c, struct room *room, const cJSON *json)
	RUNS_ON(on_ctl)
{
	struct plan *plan = malloc(sizeof(*plan));
	struct plugin *draft = NULL;
	struct plan_wrong wrong;
	const char *error = "no_resources";

	if (!plan)
		return error;
	if (plan_read(plan, json, &wrong)) {
		c->field = "layout";
		snprintf(c->why, sizeof(c->why), "%s: %s", wrong.path, wrong.why);
		error = "bad_field";
	} else if (plugin_of_plan(&draft, plan) == 0) {
		error = ask(c, room, plan->name, draft);
		plugin_free(draft);
	}
	free(plan);
	return error;
}

const char *cmd_layout_preview(struct command *c)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(c->d, "layout");
	const char *name = proto_string(c->d, "name"), *error;
	struct room *room;

	thread_claim(&on_ctl);
	error = command_room(c, &room);
	if (error)
		return error;
	if (!json == !name)
		return field(c, "name", "either a name or a layout");
	if (!json)
		return ask(c, room, name, NULL);
	return member_may(c->member, CAP_SERVER) ? ask_draft(c, room, json) : "forbidden";
}

/* ---- the cue list ------------------------------------------------------------------ */

const char *cmd_cue_list(struct command *c)
{
	thread_claim(&on_ctl);
	c->reply = notice_json_cues(room_of(c));
	return NULL;
}

static const char *done(struct command *c, int err)
{
	if (!err)
		return NULL;
	if (err != -ENOSPC)
		return err == -ENOENT ? "unknown_cue" : "no_resources";
	snprintf(c->why, sizeof(c->why), "the list is full");
	return "no_resources";
}

/* A member's id, "" for nobody, "same" for whoever it is then. */
static const char *read_person(struct command *c, const char *key, struct cue_person *out)
	RUNS_ON(on_ctl)
{
	const char *text = proto_string(c->d, key);
	const struct member *member;
	uint32_t base;

	if (!text)
		return NULL;
	memset(out, 0, sizeof(*out));
	if (strcmp(text, "same") == 0)
		return NULL;
	out->who = CUE_NOBODY;
	if (!*text)
		return NULL;
	base = member_base_of(text);
	member = base ? room_member(room_of(c), base) : NULL;
	if (!member)
		return "unknown_member";
	out->who = CUE_MEMBER;
	snprintf(out->seat, sizeof(out->seat), "%s", member->seat);
	snprintf(out->name, sizeof(out->name), "%s", member->name);
	return NULL;
}

static const char *read_layout(struct command *c, struct cue *cue) RUNS_ON(on_ctl)
{
	const char *layout = proto_string(c->d, "layout");
	int err;

	if (!layout)
		return NULL;
	err = *layout ? plugin_set_facts(c->server->plugins, layout, NULL) : 0;
	if (err)
		return refusal(c, err, "layout");
	snprintf(cue->layout, sizeof(cue->layout), "%s", layout);
	return NULL;
}

static const char *read_when(struct command *c, struct cue *cue)
{
	int64_t at_ms = proto_int(c->d, "at_ms", -1);
	int64_t after_s = proto_int(c->d, "after_s", -1);
	bool by_hand = proto_bool(c->d, "by_hand", false);

	if (by_hand + (at_ms >= 0) + (after_s >= 0) > 1)
		return field(c, "at_ms", "a cue has one time");
	if (at_ms >= 0 && at_ms + CUE_LATE_MS < clock_wall_ms())
		return field(c, "at_ms", "that is over");
	if (!by_hand && at_ms < 0 && after_s < 0)
		return NULL; /* as it was */
	cue->when = by_hand ? CUE_BY_HAND : at_ms >= 0 ? CUE_AT : CUE_AFTER;
	cue->at_ms = at_ms >= 0 ? at_ms : 0;
	cue->after_s = after_s >= 0 ? (uint32_t)after_s : 0;
	cue->done = cue->missed = false;
	return NULL;
}

static const char *read_cue(struct command *c, struct cue *cue) RUNS_ON(on_ctl)
{
	static const char *const keys[CUE_PARTS] = {"pin", "interpreter", "guest"};
	const char *name = proto_string(c->d, "name"), *error;

	if (name && proto_name(cue->name, sizeof(cue->name), name))
		return field(c, "name", "1 to 64 characters");
	if (!cue->name[0])
		return field(c, "name", "a cue has a name");
	error = read_layout(c, cue);
	for (int i = 0; i < CUE_PARTS && !error; i++)
		error = read_person(c, keys[i], &cue->people[i]);
	return error ? error : read_when(c, cue);
}

const char *cmd_cue_put(struct command *c)
{
	struct room *room = room_of(c);
	uint32_t id = (uint32_t)proto_int(c->d, "id", 0);
	const struct cues *cues;
	struct cue cue = {.id = id};
	const char *error;
	int at;

	thread_claim(&on_ctl);
	cues = director_cues(room);
	at = cues ? cues_find(cues, id) : -1;
	if (id && at < 0)
		return "unknown_cue";
	if (id)
		cue = cues->list[at];
	error = read_cue(c, &cue);
	if (error)
		return error;
	error = done(c, director_cue_put(room, &cue,
					 (uint32_t)proto_int(c->d, "at", CUES_MAX)));
	if (error)
		return error;
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "id", cue.id);
	return NULL;
}

const char *cmd_cue_delete(struct command *c)
{
	thread_claim(&on_ctl);
	return done(c,
		    director_cue_delete(room_of(c), (uint32_t)proto_int(c->d, "id", 0)));
}

const char *cmd_cue_move(struct command *c)
{
	thread_claim(&on_ctl);
	return done(c, director_cue_move(room_of(c), (uint32_t)proto_int(c->d, "id", 0),
					 (uint32_t)proto_int(c->d, "to", 0)));
}

const char *cmd_cue_clear(struct command *c)
{
	thread_claim(&on_ctl);
	return done(c, director_cue_clear(room_of(c)));
}

static const char *go(struct command *c, uint32_t id) RUNS_ON(on_ctl)
{
	struct room *room = room_of(c);
	uint32_t generation = 0;
	int err = director_cue_go(room, c->member, id, &generation);

	if (err)
		return refusal(c, err, "id");
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "id", director_cues(room)->current);
	cJSON_AddNumberToObject(c->reply, "generation", generation);
	return NULL;
}

const char *cmd_cue_go(struct command *c)
{
	thread_claim(&on_ctl);
	return go(c, (uint32_t)proto_int(c->d, "id", 0));
}

const char *cmd_cue_next(struct command *c)
{
	thread_claim(&on_ctl);
	return go(c, 0);
}
