/* cmd_record.c - recordings: start, stop, pause, mark. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/cmd_library.h"
#include "mcu/editions.h"
#include "mcu/keeper.h"
#include "mcu/push_target.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "plugins/set.h"

static const char *bad_edition(struct command *c, const char *text, const char *why)
{
	c->field = "editions";
	snprintf(c->why, sizeof(c->why), "%.40s%s", text, why);
	return "bad_field";
}

static const char *unknown_edition(struct command *c, const char *text)
{
	const char *wrong = bad_edition(c, text, " is none of");

	for (enum edition e = 0; e < EDITIONS; e++) {
		size_t n = strlen(c->why);

		snprintf(c->why + n, sizeof(c->why) - n, "%s %s", e ? "," : "",
			 edition_name(e));
	}
	return wrong;
}

/* Those that are wanted, or the usual ones. */
static const char *read_editions(struct command *c, uint32_t *bits) RUNS_ON(on_ctl)
{
	const struct server *server = c->server;
	const cJSON *item, *list = cJSON_GetObjectItemCaseSensitive(c->d, "editions");

	*bits = list ? 0 : editions_usual(server->plugins, server->conf);
	cJSON_ArrayForEach(item, list)
	{
		enum edition e = edition_by_name(item->valuestring);

		if (e == EDITIONS)
			return unknown_edition(c, item->valuestring);
		if (!edition_extension(server->plugins, server->conf, e))
			return bad_edition(c, item->valuestring,
					   ": this server has no plugin for it");
		*bits |= EDITION_BIT(e);
	}
	return list && !*bits ? bad_edition(c, "", "there must be one") : NULL;
}

/* Where it is sent to, and that goes with the edition `push`. */
static const char *read_push(struct command *c, struct recording_wish *wish)
	RUNS_ON(on_ctl)
{
	const struct server *server = c->server;
	bool listed = cJSON_HasObjectItem(c->d, "editions");
	const char *wrong = NULL;

	wish->push = proto_string(c->d, "push");
	if (wish->push && !listed)
		wish->editions |= EDITION_BIT(EDITION_PUSH);
	if (!wish->push && wish->editions & EDITION_BIT(EDITION_PUSH))
		wrong = "the edition push needs an address";
	else if (wish->push && !(wish->editions & EDITION_BIT(EDITION_PUSH)))
		wrong = "is of the edition push, which is not asked for";
	else if (wish->push &&
		 !edition_extension(server->plugins, server->conf, EDITION_PUSH))
		wrong = "this server has no plugin for it";
	else if (wish->push)
		wrong = push_target_wrong(wish->push, server->conf);
	if (!wrong)
		return NULL;
	c->field = "push";
	snprintf(c->why, sizeof(c->why), "%s", wrong);
	return "bad_field";
}

static const char *bad(struct command *c, const char *field, const char *why)
{
	c->field = field;
	snprintf(c->why, sizeof(c->why), "%s", why);
	return "bad_field";
}

/* What is in its picture: what the class sees, or its own. */
static const char *read_view(struct command *c, struct recording_wish *wish)
	RUNS_ON(on_ctl)
{
	const char *view = proto_string(c->d, "view");
	enum picture_kind kind = view ? picture_by_name(view) : PICTURE_CLASS;

	if (kind != PICTURE_CLASS && kind != PICTURE_RECORDING)
		return bad(c, "view", "is none of class, recording");
	wish->own = kind == PICTURE_RECORDING;
	wish->layout = proto_string(c->d, "layout");
	if (!wish->layout)
		return NULL;
	if (!wish->own)
		return bad(c, "layout",
			   "is of the view recording, which is not asked for");
	if (!*wish->layout)
		return NULL; /* the usual one */
	switch (plugin_set_facts(c->server->plugins, wish->layout, NULL)) {
	case 0:
		return NULL;
	case -EINVAL:
		return bad(c, "layout", "the layout takes no such parameters");
	default:
		return "unknown_layout";
	}
}

/* The layout of its own picture, had it one. */
static const char *own_layout(const struct room *room)
{
	const char *chosen = room->looks.layout[PICTURE_RECORDING];

	return *chosen ? chosen : looks_usual(PICTURE_RECORDING);
}

/* What there is to choose, what an hour of it takes, and how much there may be. */
const char *cmd_record_options(struct command *c)
{
	const struct server *server = c->server;
	uint32_t usual;
	int64_t left;
	cJSON *list;

	thread_claim(&on_ctl);
	usual = editions_usual(server->plugins, server->conf);
	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "editions");
	for (enum edition e = 0; e < EDITIONS; e++) {
		cJSON *d;

		if (!edition_extension(server->plugins, server->conf, e))
			continue;
		d = cJSON_CreateObject();
		cJSON_AddStringToObject(d, "edition", edition_name(e));
		cJSON_AddNumberToObject(
			d, "hour_mb", edition_hour_mb(server->conf, &c->room->ladder, e));
		cJSON_AddBoolToObject(d, "usual", (usual & EDITION_BIT(e)) != 0);
		cJSON_AddItemToArray(list, d);
	}
	cJSON_AddStringToObject(c->reply, "layout", own_layout(c->room));
	left = keeper_left(c->room);
	if (left < INT64_MAX)
		cJSON_AddNumberToObject(c->reply, "left_bytes",
					left > 0 ? (double)left : 0);
	return NULL;
}

/* Which recording it is, for the record of acts. */
static void about(struct command *c)
{
	if (c->room->recording)
		snprintf(c->about, sizeof(c->about), "%s", c->room->recording_row.id);
}

const char *cmd_record_start(struct command *c)
{
	struct room *room = c->room;
	struct recording_wish wish = {.title = proto_string(c->d, "title")};
	const char *code;
	int err;

	thread_claim(&on_ctl);
	code = read_editions(c, &wish.editions);
	if (!code)
		code = read_push(c, &wish);
	if (!code && !wish.editions)
		code = bad_edition(c, "", "there must be one");
	if (!code)
		code = read_view(c, &wish);
	if (code)
		return code;
	wish.editions = editions_along(c->server->plugins, c->server->conf,
				       wish.editions);
	err = recording_start(room, &wish);
	if (err == -ENOENT)
		return "nobody_there";
	if (err == -EDQUOT)
		return "quota_full";
	if (err == -EIO)
		return "layout_failed";
	if (err)
		return err == -EBUSY ? "recording_busy" : "no_resources";
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "id", room->recording_row.id);
	about(c);
	return NULL;
}

const char *cmd_record_stop(struct command *c)
{
	thread_claim(&on_ctl);
	if (!c->room->recording)
		return "not_recording";
	about(c);
	recording_stop(c->room, "stopped");
	return NULL;
}

static const char *code_of(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -ENOENT:
		return "not_recording";
	case -EALREADY:
		return "no_change";
	case -EAGAIN:
		return "nobody_there";
	default:
		return "no_resources";
	}
}

const char *cmd_record_pause(struct command *c)
{
	thread_claim(&on_ctl);
	about(c);
	return code_of(recording_pause(c->room));
}

const char *cmd_record_resume(struct command *c)
{
	thread_claim(&on_ctl);
	about(c);
	return code_of(recording_resume(c->room));
}

static cJSON *json_mark(const struct db_mark *mark)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", mark->id);
	cJSON_AddNumberToObject(d, "at_ms", (double)mark->at_ms);
	cJSON_AddStringToObject(d, "text", mark->text);
	return d;
}

const char *cmd_record_mark(struct command *c)
{
	const char *text = proto_string(c->d, "text");
	char clean[LIMIT_MARK_BYTES + 1] = "";
	struct db_mark mark;
	int err;

	thread_claim(&on_ctl);
	if (text && *text && proto_text(clean, sizeof(clean), text)) {
		c->field = "text";
		return "bad_field";
	}
	about(c);
	err = recording_mark(c->room, clean, &mark);
	if (err)
		return err == -ENOSPC ? "too_many_marks" : code_of(err);
	c->reply = json_mark(&mark);
	return NULL;
}

static void got_marks(void *ctx, int err, const struct db_mark *rows, uint32_t n)
{
	struct library_ask *ask = ctx;
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "marks");

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, json_mark(&rows[i]));
	library_answer(ask, d, err ? "no_resources" : NULL);
}

/* What is in the trash was taken from all others. */
static void marks_found(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct library_ask *ask = ctx;
	bool told = n && (!rows[0].deleted_ms || ask->on);

	thread_claim(&on_ctl);
	if (err || !told)
		got_marks(ask, err, NULL, 0);
	else if (db_marks(ask->server->db, ask->room, ask->recording, got_marks, ask))
		got_marks(ask, -ENOBUFS, NULL, 0);
}

const char *cmd_recording_marks(struct command *c)
{
	struct library_ask *ask;

	thread_claim(&on_ctl);
	ask = library_ask_new(c);
	if (!ask)
		return "no_resources";
	ask->on = member_may(c->member, CAP_RECORD);
	snprintf(ask->recording, sizeof(ask->recording), "%s", proto_string(c->d, "id"));
	if (db_recording(c->server->db, ask->recording, marks_found, ask)) {
		free(ask);
		return "no_resources";
	}
	c->later = true;
	return NULL;
}
