/* deck.h - the decks of a class: pages that were uploaded, and the one that is shown,
 * which is a source like a screen. Control thread.
 *
 * The pages are drawn beside this process (slides/shelf.h); the one that is shown and
 * its neighbours are kept ready, so that the next one is on the air within a frame.
 */
#ifndef MCU_DECK_H
#define MCU_DECK_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "slides/shelf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct conf;
struct http_request;
struct http_sink;
struct member;
struct picture;
struct room;
struct server;
struct upload;

#define DECK_TICKET    24
#define DECK_TICKET_US INT64_C(60000000) /* to begin an upload */
/* A page is drawn as large as it goes into this: the largest canvas of pages. */
#define DECK_BOX_W 1280
#define DECK_BOX_H 720

enum deck_coming { DECK_IDLE, DECK_TICKETED, DECK_COMES };

struct deck {
	TAILQ_ENTRY(deck) link;
	struct db_deck row; /* pages 0: nothing has come yet */
	enum deck_coming coming;
	char ticket[DECK_TICKET + 1];
	int64_t until_us;  /* the ticket is good */
	uint64_t expected; /* bytes that come */
	uint32_t by;       /* base of who uploads it; 0: nobody did in this process */
	bool staff;        /* that is one of the staff: others leave half of the room */
};

/* A clip that is played: it is what `shown` says, see clip.h. */
struct room_clip {
	uint32_t run; /* 0: none; each play and seek is another one */
	bool playing;
	uint32_t at_ms, length_ms; /* as was told; length 0: not known yet */
	int64_t told_us;           /* then */
};

#define DECK_LEAVES 3

/* A page that is ready, or asked for. */
struct deck_leaf {
	uint32_t page; /* 0: free */
	bool asked;
	struct leaf *leaf;
};

struct room_decks {
	TAILQ_HEAD(, deck) list; /* oldest first, LIMIT_DECKS at most */
	uint32_t n;
	struct deck *shown;     /* NULL: none */
	uint32_t by;            /* base of who shows it; 0: before this process */
	bool staff;             /* that was one of the staff */
	bool open;              /* the source is, at the video thread */
	uint16_t w_px, h_px;    /* of what is on the air; 0: nothing yet */
	uint32_t on_air;        /* its page */
	enum sheet_fault fault; /* of the page that was asked for last */
	struct deck_leaf leaves[DECK_LEAVES];
	struct room_clip clip;
};

/* The program that reads them. */
void deck_reader(const struct conf *conf, char out[SHELF_PATH]);

/* ---- life ----------------------------------------------------------------- */

int decks_start(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* After the HTTP server is gone; what was asked for is told to nobody. */
void decks_stop(struct server *server) RUNS_ON(on_ctl);
/* What was stored, when all rooms are there. */
int decks_load(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void decks_init(struct room *room) RUNS_ON(on_ctl);
void decks_fini(struct room *room) RUNS_ON(on_ctl);
/* The room's media are open: what is shown is to be seen; or are being closed. */
void decks_open(struct room *room) RUNS_ON(on_ctl);
void decks_close(struct room *room) RUNS_ON(on_ctl);
void decks_second(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* ---- decks ---------------------------------------------------------------- */

struct deck *deck_find(const struct room *room, const char *id);
enum deck_kind deck_kind_of(const struct deck *deck);
/* The deck of pages that is shown; NULL: none, or it is a clip. */
struct deck *deck_pages(const struct room *room);
/* The folder of a deck, or a file in it. */
void deck_dir(const struct server *server, const char *id, char out[SHELF_PATH]);
void deck_path(const struct server *server, const char *id, uint32_t n,
	       const char *ending, char out[SHELF_PATH]);
/* What shelf_draw() is to be asked for to get this page and its files. */
void deck_ask(const struct room *room, const struct deck *deck, uint32_t page,
	      struct shelf_ask *out) RUNS_ON(on_ctl);
/* A new one that waits for its upload, or more pages of this one. -ENOSPC, -EBUSY (one
 * comes already), -EINVAL (not a deck of pictures), -ENOMEM. */
int deck_ticket(struct deck **deck, struct member *member, const char *title)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void deck_delete(struct room *room, struct deck *deck) RUNS_ON(on_ctl);
/* Nothing came, or nothing good: a new one is let go. */
void deck_undo(struct room *room, struct deck *deck) RUNS_ON(on_ctl);
/* Bytes of all of a class, with those that are coming. */
uint64_t decks_bytes(const struct room *room);

/* ---- showing -------------------------------------------------------------- */

/* `page` from 1, within it. Ends the screen of who shares it. */
void deck_show(struct room *room, struct deck *deck, uint32_t page,
	       const struct member *by) RUNS_ON(on_ctl);
void deck_hide(struct room *room) RUNS_ON(on_ctl);
/* Ends the screen that somebody shares. */
void deck_screen_off(struct room *room) RUNS_ON(on_ctl);
/* ANY_THREAD. Takes the leaf, whose pixels it shares: nobody writes into what a source
 * shows. NULL without memory. */
struct picture *deck_picture(struct leaf *leaf, uint16_t rotation_deg);
/* NULL: this member may show something instead of it; else an error code. */
const char *deck_yields(const struct room *room, const struct member *member)
	RUNS_ON(on_ctl);

/* ---- HTTP ----------------------------------------------------------------- */

#define DECKS_PATH "/api/v1/decks/"

/* A PUT, as http_events.upload: `ctx` is the server. */
bool deck_upload(void *ctx, struct http_request *req, struct http_sink *sink);
/* A GET of a still: "ID/PAGE.webp" or "ID/PAGE.thumb.webp" with a signature. */
void deck_get(struct server *server, struct http_request *req, const char *rest)
	RUNS_ON(on_ctl);
/* Path and signature of one page's still, or of all thumbs of a deck with "{n}" for the
 * page: for this member (its base) as long as it is in the class, in a group of it, or an
 * administrator; not once it left or was removed. Else good for 10 minutes, and 6 hours. */
#define DECK_URL 256
void deck_url(const struct deck *deck, uint32_t page, uint32_t member,
	      char out[DECK_URL]);
void deck_thumbs_url(const struct deck *deck, uint32_t member, char out[DECK_URL]);
/* This member may still use what it was given for decks of the room. */
bool deck_reads(const struct room *room, uint32_t member) RUNS_ON(on_ctl);

#endif
