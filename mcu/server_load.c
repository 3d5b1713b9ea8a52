#include "mcu/server_load.h"

#include <stdio.h>

#include "base/log.h"
#include "db/db.h"
#include "mcu/deck.h"
#include "mcu/director.h"
#include "mcu/gallery.h"
#include "mcu/layouts.h"
#include "mcu/live.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/seats.h"
#include "mcu/server.h"
#include "mcu/tools.h"
#include "mcu/tuning.h"

static void got_chat(void *ctx, int err, const struct db_message *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	room = n ? room_by_id(server, rows[0].room) : NULL;
	if (err || !room || room->n_chat)
		return;
	for (uint32_t i = 0; i < n && room->n_chat < ROOM_CHAT; i++)
		room->chat[room->n_chat++] = rows[i];
}

static void got_seats(void *ctx, int err, const struct db_seat *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	if (err)
		log_error("seats_unread", "err=%d", err);
	for (uint32_t i = 0; i < n; i++) {
		room = room_by_id(server, rows[i].room);
		if (room && seats_load(room, &rows[i]))
			log_warn("seat_unread", "room=%s", rows[i].room);
	}
}

static void got_cues(void *ctx, int err, const struct db_cues *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	if (err)
		log_error("cues_unread", "err=%d", err);
	room = n ? room_by_id(server, rows[0].room) : NULL;
	if (room)
		director_load(room, &rows[0]);
}

static void print_links(struct server *server) RUNS_ON(on_ctl)
{
	char url[400], token[AUTH_TOKEN + 1];

	for (uint32_t i = 0; i < server->n_rooms && i < 3; i++) {
		const struct room *room = server->rooms[i];

		if (room->row.parent[0])
			continue; /* a group is entered by its class */
		printf("Class \"%s\"\n", room->row.title);
		room_url(room, false, url, sizeof(url));
		printf("  students:  %s\n", url);
		room_url(room, true, url, sizeof(url));
		printf("  lecturer:  %s\n", url);
	}
	server_url(server, url, sizeof(url));
	auth_key_token(&server->key, "admin", token);
	printf("Admin:       %s/admin#t=%s\n", url, token);
	printf("Ready:       %s\n", url);
	fflush(stdout);
}

static void got_layouts(void *ctx, int err, const struct db_layout *rows, uint32_t n)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (err)
		log_error("layouts_unread", "err=%d", err);
	layouts_stored(server->plugins, rows, n);
	gallery_check(server->gallery);
}

static void got_settings(void *ctx, int err, const struct db_setting *rows, uint32_t n)
{
	thread_claim(&on_ctl);
	if (err)
		log_error("settings_unread", "err=%d", err);
	tuning_load(ctx, rows, n);
}

/* What belongs to rooms, when they are there. */
static void load_of_rooms(struct server *server) RUNS_ON(on_ctl)
{
	if (decks_load(server))
		log_error("decks_unread", "db=%d", db_healthy(server->db));
	if (db_seats(server->db, got_seats, server))
		log_error("seats_unread", "db=%d", db_healthy(server->db));
}

static void got_rooms(void *ctx, int err, const struct db_room *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	if (server->draining)
		return; /* stopped before it began */
	if (err)
		log_error("rooms_unread", "err=%d", err);
	if (n > LIMIT_ROOMS)
		log_warn("rooms_left_out", "n=%u", n - LIMIT_ROOMS);
	for (uint32_t i = 0; i < n && i < LIMIT_ROOMS; i++)
		if (room_create(&room, server, &rows[i]) ||
		    db_messages(server->db, rows[i].id, ROOM_CHAT, got_chat, server) ||
		    db_cues(server->db, rows[i].id, got_cues, server) ||
		    tools_load(room) || live_load(room))
			log_warn("room_unread", "room=%s", rows[i].id);
	if (!err && n == 0 && room_new(&room, server, "First class"))
		log_error("no_first_class", "db=%d", db_healthy(server->db));
	load_of_rooms(server);
	if (recording_recover(server))
		log_error("recovery_failed", "db=%d", db_healthy(server->db));
	print_links(server);
}

int server_load(struct server *server)
{
	/* layouts before the classes that may show them */
	int err = db_layouts(server->db, got_layouts, server);

	if (!err)
		err = db_settings(server->db, got_settings, server);
	return err ? err : db_rooms(server->db, got_rooms, server);
}
