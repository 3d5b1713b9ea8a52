#include "mcu/room.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/breakout.h"
#include "mcu/director.h"
#include "mcu/happenings.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/preview.h"
#include "mcu/programme.h"
#include "mcu/recording.h"
#include "mcu/roster.h"
#include "mcu/settings.h"
#include "mcu/tools.h"
#include "mcu/viewer.h"

/* What cannot be read is left as it is stored, for somebody to look at. */
static void row_apply(struct room *room) RUNS_ON(on_ctl)
{
	const struct server *server = room->server;
	const struct db_room *row = &room->row;
	struct settings_wrong wrong;
	char quoted[sizeof(wrong.why) + 16];

	room->ladder = server->ladder;
	if (settings_read(row->settings, server->conf, &server->ladder, &room->ladder,
			  &wrong))
		log_error("settings_refused", "room=%s code=%s key=%s why=%s", row->id,
			  row->code, wrong.key,
			  log_quote(quoted, sizeof(quoted), wrong.why));
	if (policy_read(&room->policy, row->policy))
		log_error("settings_refused", "room=%s code=%s key=policy", row->id,
			  row->code);
	if (hearing_read(row->hearing, &room->hearing)) {
		log_error("settings_refused", "room=%s code=%s key=hearing", row->id,
			  row->code);
		/* rather too little */
		room->hearing.rule = room->hearing.sees = HEARING_LECTURERS;
	}
	if (looks_read(row->looks, &room->looks))
		log_error("settings_refused", "room=%s code=%s key=looks", row->id,
			  row->code);
	room->top = row->most[0] ? level_by_name(row->most) : LEVEL_HIGH;
	if (room->top < LEVELS)
		return;
	log_error("settings_refused", "room=%s code=%s key=most", row->id, row->code);
	room->top = LEVEL_HIGH;
}

int room_create(struct room **out, struct server *server, const struct db_room *row)
{
	struct room *room;

	if (server->n_rooms == LIMIT_ROOMS)
		return -ENOSPC;
	room = calloc(1, sizeof(*room));
	if (!room)
		return -ENOMEM;
	room->chat = calloc(ROOM_CHAT, sizeof(*room->chat));
	if (!room->chat) {
		free(room);
		return -ENOMEM;
	}
	room->server = server;
	decks_init(room);
	room->base = server_block(server);
	room->made_us = clock_us();
	room->row = *row;
	row_apply(room);
	if (idmap_put(&server->room_of, room->base, room)) {
		free(room->chat);
		free(room);
		return -ENOMEM;
	}
	server->rooms[server->n_rooms++] = room;
	*out = room;
	return 0;
}

void room_destroy(struct room *room)
{
	struct server *server = room->server;

	while (room->n_members)
		member_leave(room->members[room->n_members - 1], NULL, NULL);
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (server->rooms[i] == room) {
			server->rooms[i] = server->rooms[--server->n_rooms];
			break;
		}
	idmap_del(&server->room_of, room->base);
	session_alike_fini(&room->alike);
	tools_close(room);
	decks_fini(room);
	breakout_close(room);
	live_fini(&room->live);
	director_free(room);
	happenings_free(room);
	seats_fini(&room->seats);
	free(room->chat);
	free(room);
}

static bool code_taken(const struct server *server, const char *code)
{
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (strcmp(server->rooms[i]->row.code, code) == 0)
			return true;
	return false;
}

void room_code_fresh(const struct server *server, char out[8])
{
	do
		rand_code(out);
	while (code_taken(server, out));
}

int room_new(struct room **out, struct server *server, const char *title)
{
	struct db_room row = {.created_ms = clock_wall_ms()};
	int err;

	rand_token(row.id, 16);
	room_code_fresh(server, row.code);
	snprintf(row.title, sizeof(row.title), "%s", title);
	snprintf(row.layout, sizeof(row.layout), "%s", server->conf->layout);
	err = room_create(out, server, &row);
	if (err)
		return err;
	err = db_room_put(server->db, &row);
	if (err)
		room_destroy(*out);
	else
		log_info("room_made", "room=%s code=%s", row.id, row.code);
	return err;
}

bool room_code_read(const char *text, char out[8])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (n == 7 || !isalnum((unsigned char)*text))
			return false;
		out[n++] = (char)toupper((unsigned char)*text);
	}
	out[n] = '\0';
	return n == 7;
}

struct room *room_by_code(struct server *server, const char *code)
{
	char plain[8];

	if (!room_code_read(code, plain))
		return NULL;
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (strcmp(server->rooms[i]->row.code, plain) == 0)
			return server->rooms[i];
	return NULL;
}

struct room *room_by_id(struct server *server, const char *id)
{
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (strcmp(server->rooms[i]->row.id, id) == 0)
			return server->rooms[i];
	return NULL;
}

struct room *room_by_number(struct server *server, uint32_t id)
{
	return idmap_get(&server->room_of, id_base(id));
}

/* Of the code, so that a command beside the server can make the token, too. */
void room_role_purpose(const char *code, enum role role, char out[ROOM_PURPOSE_MAX])
{
	snprintf(out, ROOM_PURPOSE_MAX, "%s:%s", role_name(role), code);
}

void room_purpose(const char *code, char out[ROOM_PURPOSE_MAX])
{
	room_role_purpose(code, ROLE_LECTURER, out);
}

void room_lecturer_token(const struct room *room, char out[AUTH_TOKEN + 1])
{
	char purpose[ROOM_PURPOSE_MAX];

	room_purpose(room->row.code, purpose);
	auth_key_token(&room->server->key, purpose, out);
}

void room_role_url(const struct room *room, enum role role, char *out, size_t size)
{
	char base[300], token[AUTH_TOKEN + 1], purpose[ROOM_PURPOSE_MAX];

	server_url(room->server, base, sizeof(base));
	if (role == ROLE_STUDENT) {
		snprintf(out, size, "%s/j/%s", base, room->row.code);
		return;
	}
	room_role_purpose(room->row.code, role, purpose);
	auth_key_token(&room->server->key, purpose, token);
	snprintf(out, size, "%s/j/%s#t=%s", base, room->row.code, token);
}

void room_url(const struct room *room, bool lecturer, char *out, size_t size)
{
	room_role_url(room, lecturer ? ROLE_LECTURER : ROLE_STUDENT, out, size);
}

bool room_full(const struct room *room)
{
	return room->n_members >= room->server->conf->max_members ||
	       room->n_members == LIMIT_ROOM_MEMBERS;
}

int room_add(struct room *room, struct member *member)
{
	int err;

	if (room_full(room))
		return -ENOSPC;
	if (!room->media) {
		err = programme_open(room);
		if (err)
			return err;
		count_add(COUNT_ROOMS, 1);
	}
	room->members[room->n_members++] = member;
	viewer_join(member);
	roster_join(member);
	count_add(COUNT_MEMBERS, 1);
	return 0;
}

void room_remove(struct room *room, struct member *member)
{
	uint32_t i = 0;

	while (i < room->n_members && room->members[i] != member)
		i++;
	if (i == room->n_members)
		return;
	memmove(&room->members[i], &room->members[i + 1],
		(room->n_members - i - 1) * sizeof(room->members[0]));
	room->n_members--;
	roster_leave(member);
	tools_leave(room, member);
	count_add(COUNT_MEMBERS, -1);
	viewer_leave(member);
	if (room->screen_owner == member->base)
		room->screen_owner = 0;
	if (room->pinned == member->base)
		room->pinned = 0;
	for (i = 0; i < room->n_speakers; i++)
		if (room->speakers[i] == member->base) {
			memmove(&room->speakers[i], &room->speakers[i + 1],
				(room->n_speakers - i - 1) * sizeof(room->speakers[0]));
			room->n_speakers--;
			break;
		}
	if (room->n_members == 0 && room->media) {
		recording_alone(room, room->breakout != NULL);
		previews_forget(room->server->previews, room);
		programme_close(room);
		tools_idle(room);
		count_add(COUNT_ROOMS, -1);
	}
}

struct member *room_member(const struct room *room, uint32_t base)
{
	struct member *member = idmap_get(&room->server->member_of, base);

	return member && member->room == room ? member : NULL;
}

int room_limit(struct room *room, enum level most)
{
	struct db_room row = room->row;
	int err;

	snprintf(row.most, sizeof(row.most), "%s", level_name(most));
	err = db_room_put(room->server->db, &row);
	if (err)
		return err;
	room->row = row;
	room->top = most;
	log_info("class_limit", "room=%s most=%s", row.id, row.most);
	for (uint32_t i = 0; i < room->n_members; i++)
		quality_limit(room->members[i]);
	notice_limited(room);
	return 0;
}

int room_settle(struct room *room, const char *settings, const struct ladder *ladder)
{
	struct db_room row = room->row;
	int err;

	snprintf(row.settings, sizeof(row.settings), "%s", settings);
	err = db_room_put(room->server->db, &row);
	if (err)
		return err;
	room->row = row;
	room->ladder = *ladder;
	log_info("class_settings", "room=%s", row.id);
	programme_retune(room);
	return 0;
}

void room_chat_read(struct room *room, const struct db_message *rows, uint32_t n)
{
	uint32_t keep = ROOM_CHAT - room->n_chat;

	keep = n < keep ? n : keep;
	memmove(room->chat + keep, room->chat, room->n_chat * sizeof(*room->chat));
	memmove(room->chat_by + keep, room->chat_by,
		room->n_chat * sizeof(room->chat_by[0]));
	memcpy(room->chat, rows + n - keep, keep * sizeof(*room->chat));
	memset(room->chat_by, 0, keep * sizeof(room->chat_by[0]));
	room->n_chat += keep;
}

int room_chat(struct room *room, const struct member *by,
	      const struct db_message *message)
{
	int err = db_message_put(room->server->db, message);

	if (err)
		return err;
	if (room->n_chat == ROOM_CHAT) {
		room->n_chat--;
		memmove(room->chat, room->chat + 1, room->n_chat * sizeof(*room->chat));
		memmove(room->chat_by, room->chat_by + 1,
			room->n_chat * sizeof(room->chat_by[0]));
	}
	room->chat[room->n_chat] = *message;
	room->chat_by[room->n_chat++] = by ? by->base : 0;
	notice_chat(room, by ? by->base : 0, message);
	return 0;
}
