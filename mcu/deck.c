#include "mcu/deck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/member.h"
#include "mcu/notice_deck.h"
#include "mcu/page_files.h"
#include "mcu/room.h"

#ifndef AULA_LIBEXEC_DIR
#define AULA_LIBEXEC_DIR "/usr/libexec/aula"
#endif

/* ---- files ---------------------------------------------------------------- */

void deck_dir(const struct server *server, const char *id, char out[SHELF_PATH])
{
	snprintf(out, SHELF_PATH, "%s/decks/%s", server->conf->data_dir, id);
}

void deck_path(const struct server *server, const char *id, uint32_t n,
	       const char *ending, char out[SHELF_PATH])
{
	snprintf(out, SHELF_PATH, "%s/decks/%s/%u.%s", server->conf->data_dir, id, n,
		 ending);
}

enum deck_kind deck_kind_of(const struct deck *deck)
{
	return strcmp(deck->row.kind, "pdf") == 0    ? DECK_PDF
	       : strcmp(deck->row.kind, "clip") == 0 ? DECK_CLIP
						     : DECK_PICTURES;
}

struct deck *deck_pages(const struct room *room)
{
	struct deck *deck = room->decks.shown;

	return deck && deck_kind_of(deck) != DECK_CLIP ? deck : NULL;
}

void deck_ask(const struct room *room, const struct deck *deck, uint32_t page,
	      struct shelf_ask *out)
{
	const char *id = deck->row.id;
	bool pdf = deck_kind_of(deck) == DECK_PDF;

	memset(out, 0, sizeof(*out));
	out->owner = room->base;
	out->kind = deck_kind_of(deck);
	out->page = pdf ? page : 1; /* each picture has a file of its own */
	deck_path(room->server, id, pdf ? 1 : page, "src", out->source);
	deck_path(room->server, id, page, "webp", out->still);
	deck_path(room->server, id, page, "thumb.webp", out->thumb);
}

/* ---- the list ------------------------------------------------------------- */

struct deck *deck_find(const struct room *room, const char *id)
{
	struct deck *deck;

	TAILQ_FOREACH(deck, &room->decks.list, link)
	if (strcmp(deck->row.id, id) == 0)
		return deck;
	return NULL;
}

uint64_t decks_bytes(const struct room *room)
{
	const struct deck *deck;
	uint64_t n = 0;

	TAILQ_FOREACH(deck, &room->decks.list, link)
	n += (uint64_t)deck->row.bytes + deck->expected;
	return n;
}

static int add(struct deck **out, struct room *room)
{
	struct deck *deck;

	if (room->decks.n >= LIMIT_DECKS)
		return -ENOSPC;
	deck = calloc(1, sizeof(*deck));
	if (!deck)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&room->decks.list, deck, link);
	room->decks.n++;
	*out = deck;
	return 0;
}

static void drop(struct room *room, struct deck *deck)
{
	TAILQ_REMOVE(&room->decks.list, deck, link);
	room->decks.n--;
	free(deck);
}

/* So that one pupil does not take the place of all. */
static bool has_enough(const struct member *member) RUNS_ON(on_ctl)
{
	const struct deck *deck;
	uint32_t n = 0;

	if (policy_staff(member->role))
		return false;
	TAILQ_FOREACH(deck, &member->room->decks.list, link)
	n += strcmp(deck->row.seat, member->seat) == 0;
	return n >= LIMIT_DECKS_OWN || member->room->decks.n >= LIMIT_DECKS / 2;
}

int deck_ticket(struct deck **out, struct member *member, const char *title)
{
	struct room *room = member->room;
	struct deck *deck = *out;
	int err;

	if (!deck && has_enough(member))
		return -ENOSPC;
	if (deck && deck_kind_of(deck) != DECK_PICTURES)
		return -EINVAL;
	if (deck && (deck->coming == DECK_COMES || deck->row.pages >= LIMIT_DECK_PAGES))
		return deck->coming == DECK_COMES ? -EBUSY : -ENOSPC;
	if (!deck) {
		err = add(&deck, room);
		if (err)
			return err;
		rand_token(deck->row.id, 20);
		snprintf(deck->row.room, sizeof(deck->row.room), "%s", room->row.id);
		snprintf(deck->row.title, sizeof(deck->row.title), "%s", title);
		deck->row.made_ms = clock_wall_ms();
		deck->row.page = 1;
		snprintf(deck->row.seat, sizeof(deck->row.seat), "%s", member->seat);
	}
	deck->coming = DECK_TICKETED;
	deck->by = member->base;
	deck->staff = policy_staff(member->role);
	deck->until_us = clock_us() + DECK_TICKET_US;
	rand_token(deck->ticket, DECK_TICKET);
	*out = deck;
	return 0;
}

static void remove_files(struct room *room, const struct deck *deck) RUNS_ON(on_ctl)
{
	char dir[SHELF_PATH];

	deck_dir(room->server, deck->row.id, dir);
	if (shelf_remove(room->server->shelf, dir))
		log_warn("deck_left", "deck=%s", deck->row.id);
}

void deck_undo(struct room *room, struct deck *deck)
{
	deck->coming = DECK_IDLE;
	deck->expected = 0;
	if (deck->row.pages)
		return;
	remove_files(room, deck);
	drop(room, deck);
}

void deck_delete(struct room *room, struct deck *deck)
{
	if (room->decks.shown == deck)
		deck_hide(room);
	if (db_deck_delete(room->server->db, deck->row.id))
		log_warn("deck_row_left", "deck=%s", deck->row.id);
	log_info("deck_deleted", "room=%s deck=%s", room->row.id, deck->row.id);
	remove_files(room, deck);
	drop(room, deck);
	notice_decks(room);
}

void decks_second(struct room *room, int64_t now_us)
{
	struct deck *deck, *next;

	for (deck = TAILQ_FIRST(&room->decks.list); deck; deck = next) {
		next = TAILQ_NEXT(deck, link);
		if (deck->coming == DECK_TICKETED && now_us > deck->until_us)
			deck_undo(room, deck);
	}
}

/* ---- what was stored ------------------------------------------------------ */

static void forget(struct server *server, const struct db_deck *row) RUNS_ON(on_ctl)
{
	char dir[SHELF_PATH];

	deck_dir(server, row->id, dir);
	if (shelf_remove(server->shelf, dir) || db_deck_delete(server->db, row->id))
		log_warn("deck_left", "deck=%s", row->id);
	else
		log_info("deck_swept", "deck=%s", row->id);
}

static void load(struct server *server, const struct db_deck *row) RUNS_ON(on_ctl)
{
	struct room *room = room_by_id(server, row->room);
	struct deck *deck;

	if (!room && server->n_rooms && server->n_rooms < LIMIT_ROOMS) {
		forget(server, row); /* all classes are known: that one is gone */
		return;
	}
	if (!room || row->pages < 1 || row->pages > LIMIT_DECK_PAGES || row->page < 1 ||
	    row->page > row->pages || row->bytes < 0 || deck_find(room, row->id) ||
	    add(&deck, room)) {
		log_warn("deck_unread", "deck=%s", row->id);
		return;
	}
	deck->row = *row;
	if (row->shown && !room->decks.shown) {
		room->decks.shown = deck;
		room->decks.staff = true; /* nobody knows who it was: staff may end it */
		notice_deck(room);
		decks_open(room);
	}
}

/* Of a process that died while something came, or of a class that is gone. */
static void sweep(struct server *server, const struct db_deck *rows, uint32_t n)
	RUNS_ON(on_ctl)
{
	char path[SHELF_PATH], *keep = malloc((size_t)(n + 1) * (DB_ID + 1) + 1);
	size_t len = 1;

	if (!keep)
		return;
	snprintf(keep, 2, "/");
	for (uint32_t i = 0; i < n; i++)
		len += (size_t)snprintf(keep + len, DB_ID + 2, "%s/", rows[i].id);
	deck_dir(server, "", path);
	if (shelf_sweep(server->shelf, path, keep))
		log_warn("decks_not_swept", "path=%s", path);
	free(keep);
}

static void got_decks(void *ctx, int err, const struct db_deck *rows, uint32_t n)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (server->draining)
		return;
	if (err) {
		log_error("decks_unread", "err=%d", err);
		return;
	}
	if (n < DB_ROWS_MOST) /* these are all: other folders are nobody's */
		sweep(server, rows, n);
	for (uint32_t i = 0; i < n; i++)
		load(server, &rows[i]);
}

int decks_load(struct server *server)
{
	return db_decks(server->db, got_decks, server);
}

/* ---- life ----------------------------------------------------------------- */

/* As configured; else beside this program, where it was built; else where programs of
 * this kind are installed. */
void deck_reader(const struct conf *conf, char out[SHELF_PATH])
{
	char *slash;
	ssize_t n;

	if (conf->deck_reader[0]) {
		snprintf(out, SHELF_PATH, "%s", conf->deck_reader);
		return;
	}
	n = readlink("/proc/self/exe", out, SHELF_PATH - 32);
	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash) {
		snprintf(slash, 32, "/aula-deck");
		if (access(out, X_OK) == 0)
			return;
	}
	snprintf(out, SHELF_PATH, "%s/aula-deck", AULA_LIBEXEC_DIR);
}

int decks_start(struct server *server)
{
	const struct conf *conf = server->conf;
	char dir[SHELF_PATH], reader[SHELF_PATH];
	struct shelf_conf shelf = {.helper = reader};
	int err;

	shelf.reserve_bytes = (uint64_t)conf->recording_reserve_mb << 20;
	deck_dir(server, "", dir);
	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	deck_reader(conf, reader);
	if (access(reader, X_OK))
		log_warn("no_deck_reader", "path=%s hint=\"slides cannot be shown\"",
			 reader);
	err = shelf_create(&server->shelf, &shelf);
	return err ? err : page_files_create(server);
}

void decks_stop(struct server *server)
{
	page_files_destroy(server);
	shelf_destroy(server->shelf);
	server->shelf = NULL;
}

void decks_init(struct room *room)
{
	TAILQ_INIT(&room->decks.list);
}

void decks_fini(struct room *room)
{
	struct deck *deck;

	decks_close(room);
	while ((deck = TAILQ_FIRST(&room->decks.list)))
		drop(room, deck);
	room->decks.shown = NULL;
}
