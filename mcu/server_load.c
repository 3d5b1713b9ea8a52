#include "mcu/server_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/db.h"
#include "mcu/deck.h"
#include "mcu/director.h"
#include "mcu/gallery.h"
#include "mcu/layouts.h"
#include "mcu/live.h"
#include "mcu/room.h"
#include "mcu/seats.h"
#include "mcu/server.h"
#include "mcu/takes.h"
#include "mcu/tools.h"
#include "mcu/tuning.h"

static void got_chat(void *ctx, int err, const struct db_message *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	room = n ? room_by_id(server, rows[0].room) : NULL;
	if (!err && room)
		room_chat_read(room, rows, n);
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

/* Classes, until their seats are known, too: whoever comes in between would find them
 * without bans, and would not find the place that is held for it. */
struct load {
	struct server *server;
	struct db_room *rows; /* owned */
	uint32_t n;
};

static void make_rooms(const struct load *load) RUNS_ON(on_ctl)
{
	struct server *server = load->server;
	struct room *room;

	for (uint32_t i = 0; i < load->n; i++)
		if (room_create(&room, server, &load->rows[i]) ||
		    db_messages(server->db, load->rows[i].id, ROOM_CHAT, got_chat,
				server) ||
		    db_cues(server->db, load->rows[i].id, got_cues, server) ||
		    tools_load(room) || live_load(room))
			log_warn("room_unread", "room=%s", load->rows[i].id);
}

static void load_seats(struct server *server, const struct db_seat *rows, uint32_t n)
	RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < n; i++) {
		struct room *room = room_by_id(server, rows[i].room);

		if (room && seats_load(room, &rows[i]))
			log_warn("seat_unread", "room=%s", rows[i].room);
	}
}

static void got_seats(void *ctx, int err, const struct db_seat *rows, uint32_t n)
{
	struct load *load = ctx;
	struct server *server = load->server;
	struct room *room;

	thread_claim(&on_ctl);
	if (err)
		log_error("seats_unread", "err=%d", err);
	if (!server->draining) { /* else it was stopped before it began */
		make_rooms(load);
		load_seats(server, rows, err ? 0 : n);
		if (load->rows && load->n == 0 && room_new(&room, server, "First class"))
			log_error("no_first_class", "db=%d", db_healthy(server->db));
		server->loaded = true;
		if (decks_load(server))
			log_error("decks_unread", "db=%d", db_healthy(server->db));
		if (takes_recover(server))
			log_error("recovery_failed", "db=%d", db_healthy(server->db));
		print_links(server);
	}
	free(load->rows);
	free(load);
}

static void got_rooms(void *ctx, int err, const struct db_room *rows, uint32_t n)
{
	struct load *load = ctx;

	thread_claim(&on_ctl);
	if (err)
		log_error("rooms_unread", "err=%d", err);
	if (n > LIMIT_ROOMS)
		log_warn("rooms_left_out", "n=%u", n - LIMIT_ROOMS);
	if (!err) /* NULL: how many there are is not known */
		load->rows = malloc((n + 1) * sizeof(*rows));
	if (load->rows) {
		load->n = n < LIMIT_ROOMS ? n : LIMIT_ROOMS;
		if (load->n)
			memcpy(load->rows, rows, load->n * sizeof(*rows));
	}
	err = db_seats(load->server->db, got_seats, load);
	if (err)
		got_seats(load, err, NULL, 0);
}

static int load_rooms(struct server *server) RUNS_ON(on_ctl)
{
	struct load *load = calloc(1, sizeof(*load));
	int err = load ? 0 : -ENOMEM;

	if (load)
		load->server = server;
	if (!err)
		err = db_rooms(server->db, got_rooms, load);
	if (err)
		free(load);
	return err;
}

int server_load(struct server *server)
{
	/* layouts before the classes that may show them */
	int err = db_layouts(server->db, got_layouts, server);

	if (!err)
		err = db_settings(server->db, got_settings, server);
	return err ? err : load_rooms(server);
}
