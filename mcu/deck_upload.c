/* deck_upload.c - a deck that comes by HTTP: let in by a ticket, written to the disk as
 * it comes, read once beside this process, and then either there or refused whole.
 */
#include "mcu/deck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/captions.h"
#include "mcu/member.h"
#include "mcu/notice_deck.h"
#include "mcu/room.h"
#include "signaling/auth_key.h"
#include "signaling/http.h"
#include "slides/sniff.h"

#define AHEAD (1u << 20) /* bytes on their way to the disk: above, the socket waits */
#define HEAD  16         /* bytes that tell what it is */

struct upload {
	struct server *server;
	struct http_request *req; /* NULL: nobody waits for a reply any more */
	uint32_t room;            /* its number */
	char deck[DB_ID + 1];
	uint32_t n; /* of the file */
	enum deck_kind kind;
	size_t len, waiting; /* bytes of all; not written yet */
	uint8_t head[HEAD];
	size_t n_head;
	struct shelf_file *file; /* NULL: closed, or being closed */
	int err;                 /* of the file */
	/* what reading it said */
	enum sheet_fault fault;
	uint32_t pages;
};

/* ---- its end -------------------------------------------------------------- */

static struct deck *deck_of(const struct upload *up, struct room **room) RUNS_ON(on_ctl)
{
	if (up->server->draining)
		return NULL;
	*room = room_by_number(up->server, up->room);
	return *room ? deck_find(*room, up->deck) : NULL;
}

static void refuse(struct upload *up, int status, const char *code) RUNS_ON(on_ctl)
{
	struct http_request *req = up->req;

	up->req = NULL;
	if (req && !up->server->draining)
		http_reply_error(req, status, code);
}

static void upload_free(struct upload *up) RUNS_ON(on_ctl)
{
	up->server->n_uploads--;
	free(up);
}

/* The deck is as it was before. */
static void undo(struct upload *up) RUNS_ON(on_ctl)
{
	struct room *room;
	struct deck *deck = deck_of(up, &room);

	if (deck)
		deck_undo(room, deck);
	upload_free(up);
}

static int post(struct upload *up, void (*fn)(void *arg))
{
	int err = loop_post_must(up->server->loop, fn, up);

	if (err) { /* the client's time will be over */
		count_add(COUNT_REJECT_QUEUE, 1);
		log_error("deck_upload_lost", "deck=%s", up->deck);
	}
	return err;
}

/* ---- reading it ----------------------------------------------------------- */

static void accept_deck(struct upload *up, struct room *room, struct deck *deck)
	RUNS_ON(on_ctl)
{
	struct http_request *req = up->req;
	char *text;

	deck->coming = DECK_IDLE;
	deck->expected = 0;
	deck->row.pages = up->kind == DECK_PDF ? up->pages : up->n;
	deck->row.bytes += (int64_t)up->len;
	if (db_deck_put(up->server->db, &deck->row))
		log_warn("deck_lost", "deck=%s", up->deck);
	log_info("deck_uploaded", "room=%s deck=%s pages=%lld bytes=%zu", room->row.id,
		 up->deck, (long long)deck->row.pages, up->len);
	notice_decks(room);
	text = notice_deck_text(room, deck, deck->by);
	if (req && text)
		http_reply(req, 201, "application/json", text, strlen(text));
	else if (req)
		http_reply_error(req, 503, "no_resources");
	free(text);
	up->req = NULL;
	upload_free(up);
	if (room->decks.shown == deck)
		notice_deck(room); /* it has one page more */
}

static void read_done(void *arg)
{
	struct upload *up = arg;
	struct room *room = NULL;
	struct deck *deck;

	thread_claim(&on_ctl);
	deck = deck_of(up, &room);
	if (!deck)
		refuse(up, 410, "unknown_deck");
	else if (up->fault)
		refuse(up, up->fault == SHEET_BUSY ? 503 : 422,
		       sheet_fault_name(up->fault));
	if (!deck || up->fault)
		undo(up);
	else
		accept_deck(up, room, deck);
}

/* On the shelf's thread. */
static void on_read(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	struct upload *up = ctx;

	leaf_put(leaf);
	up->fault = fault;
	up->pages = pages;
	post(up, read_done);
}

#define PUPILS_UPLOADS 2 /* of a class at a time: some places are left for all others */

static uint32_t pupils_uploads(const struct room *room)
{
	const struct deck *deck;
	uint32_t n = 0;

	TAILQ_FOREACH(deck, &room->decks.list, link)
	n += deck->coming == DECK_COMES && !deck->staff;
	return n;
}

static void written(void *arg)
{
	struct upload *up = arg;
	static const char *const names[DECK_KINDS] = {"pdf", "pictures", "clip"};
	struct room *room = NULL;
	struct shelf_ask ask;
	struct deck *deck;

	thread_claim(&on_ctl);
	deck = deck_of(up, &room);
	if (up->err)
		refuse(up, 507, "disk_full");
	if (!deck || !up->req) {
		refuse(up, 410, "unknown_deck");
		undo(up);
		return;
	}
	snprintf(deck->row.kind, sizeof(deck->row.kind), "%s", names[up->kind]);
	deck_ask(room, deck, up->n, &ask);
	ask.done = on_read;
	ask.ctx = up;
	if (shelf_draw(up->server->shelf, &ask)) {
		refuse(up, 503, "no_resources");
		undo(up);
	}
}

/* On the shelf's thread. */
static void on_closed(void *ctx, int err)
{
	struct upload *up = ctx;

	up->err = err;
	post(up, written);
}

static void shut(struct upload *up, bool keep) RUNS_ON(on_ctl)
{
	struct shelf_file *file = up->file;

	up->file = NULL;
	if (file)
		shelf_file_close(file, keep, on_closed, up);
}

/* ---- as it comes ---------------------------------------------------------- */

struct told {
	struct upload *up;
	int64_t n;
};

static void piece_written(void *note)
{
	const struct told *told = note;
	struct upload *up = told->up;

	thread_claim(&on_ctl);
	if (told->n < 0) {
		log_warn("deck_not_written", "deck=%s error=\"%s\"", up->deck,
			 strerror((int)-told->n));
		if (up->file) { /* later pieces fail as well */
			refuse(up, 507, "disk_full");
			shut(up, false);
		}
		return;
	}
	up->waiting -= (size_t)told->n;
	if (up->req && up->file && up->waiting <= AHEAD / 2)
		http_upload_go(up->req);
}

/* On the shelf's thread; the letter that it is closed comes behind all of these. */
static void on_written(void *ctx, int64_t n)
{
	struct upload *up = ctx;
	const struct told told = {up, n};

	if (loop_note(up->server->loop, piece_written, &told, sizeof(told), true))
		count_add(COUNT_REJECT_QUEUE, 1);
}

/* What it is; false when it is not what it may be: nobody waits for it any more. */
static bool look(struct upload *up) RUNS_ON(on_ctl)
{
	const struct conf *conf = up->server->conf;
	enum sniff_kind kind;
	uint32_t most_mb;

	if (sniff_kind(&kind, up->head, up->n_head)) {
		refuse(up, 415, "deck_not_supported");
		return false;
	}
	up->kind = kind == SNIFF_PDF    ? DECK_PDF
		   : kind == SNIFF_CLIP ? DECK_CLIP
					: DECK_PICTURES;
	if (up->kind != DECK_PICTURES && up->n > 1) {
		refuse(up, 415, "not_a_picture"); /* more pages for a deck of pictures */
		return false;
	}
	most_mb = up->kind == DECK_CLIP ? conf->clip_max_mb : conf->deck_max_mb;
	if (up->len > (uint64_t)most_mb << 20) {
		refuse(up, 413, "too_large");
		return false;
	}
	return true;
}

static bool on_data(void *ctx, const void *data, size_t len)
{
	struct upload *up = ctx;
	bool fine = true;

	thread_claim(&on_ctl);
	if (up->n_head < HEAD) {
		size_t n = len < HEAD - up->n_head ? len : HEAD - up->n_head;

		memcpy(up->head + up->n_head, data, n);
		up->n_head += n;
		if (up->n_head == HEAD)
			fine = look(up);
	}
	if (fine && shelf_file_write(up->file, data, len))
		refuse(up, 503, "no_resources");
	if (!up->req) {
		shut(up, false);
		return false;
	}
	up->waiting += len;
	return up->waiting <= AHEAD;
}

static void on_whole(void *ctx)
{
	struct upload *up = ctx;

	thread_claim(&on_ctl);
	shut(up, true);
}

static void on_gone(void *ctx)
{
	struct upload *up = ctx;

	thread_claim(&on_ctl);
	up->req = NULL;
	shut(up, false);
}

/* ---- being let in --------------------------------------------------------- */

/* By the deck's id, in whatever class it is. */
static struct deck *ticketed(struct server *server, const char *id, const char *ticket,
			     struct room **room) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct deck *deck = deck_find(server->rooms[i], id);

		if (!deck)
			continue;
		*room = server->rooms[i];
		return deck->coming == DECK_TICKETED && clock_us() <= deck->until_us &&
				       deck_reads(*room, deck->by) &&
				       auth_equal(ticket, deck->ticket)
			       ? deck
			       : NULL;
	}
	return NULL;
}

static bool no(struct http_request *req, int status, const char *code) RUNS_ON(on_ctl)
{
	count_add(COUNT_REJECT_HTTP, 1);
	http_reply_error(req, status, code);
	return false;
}

static int begin(struct upload **out, struct server *server, const struct room *room,
		 const struct deck *deck) RUNS_ON(on_ctl)
{
	struct upload *up = calloc(1, sizeof(*up));
	char path[SHELF_PATH];
	int err;

	if (!up)
		return -ENOMEM;
	up->server = server;
	up->room = room->base;
	up->n = (uint32_t)deck->row.pages + 1;
	memcpy(up->deck, deck->row.id, sizeof(up->deck));
	deck_path(server, up->deck, up->n, "src", path);
	err = shelf_file_open(&up->file, server->shelf, path, on_written, up);
	if (err)
		free(up);
	else
		*out = up;
	return err;
}

bool deck_upload(void *ctx, struct http_request *req, struct http_sink *sink)
{
	struct server *server = ctx;
	const struct conf *conf = server->conf;
	const char *path = http_path(req), *ticket = http_query(req, "ticket");
	size_t len = http_body_len(req);
	uint64_t quota;
	uint32_t most_mb;
	struct room *room = NULL;
	struct deck *deck = NULL;
	struct upload *up;

	thread_claim(&on_ctl);
	if (captions_path(path))
		return captions_upload(server, req, sink);
	if (strncmp(path, DECKS_PATH, strlen(DECKS_PATH)) != 0)
		return no(req, 404, "not_found");
	if (ticket)
		deck = ticketed(server, path + strlen(DECKS_PATH), ticket, &room);
	if (!deck)
		return no(req, 403, "bad_ticket");
	if (len < HEAD)
		return no(req, 415, "deck_not_supported");
	most_mb = conf->deck_max_mb > conf->clip_max_mb ? conf->deck_max_mb
							: conf->clip_max_mb;
	if (len > (uint64_t)most_mb << 20) /* what it is is seen when it comes */
		return no(req, 413, "too_large");
	quota = (uint64_t)conf->deck_quota_mb << 20;
	if (decks_bytes(room) + len > (deck->staff ? quota : quota / 2))
		return no(req, 413, "deck_quota");
	if (!deck->staff && pupils_uploads(room) >= PUPILS_UPLOADS)
		return no(req, 503, "no_resources");
	if (server->n_uploads == LIMIT_UPLOADS || begin(&up, server, room, deck))
		return no(req, 503, "no_resources");
	server->n_uploads++;
	deck->coming = DECK_COMES;
	deck->expected = up->len = len;
	deck->ticket[0] = '\0';
	up->req = req;
	*sink = (struct http_sink){up, on_data, on_whole, on_gone};
	return true;
}
