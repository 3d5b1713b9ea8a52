/* deck_get.c - pages of decks as small files by HTTP, for those who got a signed
 * address: sharp ones for who looks closely, thumbs for who chooses. */
#include "mcu/deck.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/room.h"
#include "signaling/auth.h"
#include "signaling/http.h"

#define PAGE_GOOD_MS   (10 * 60 * 1000)
#define THUMBS_GOOD_MS (6 * 60 * 60 * 1000)

/* What a signature is for: one page, or all thumbs. */
static void purpose(char out[64], const char *id, uint32_t page)
{
	if (page)
		snprintf(out, 64, "deck:%s:%u", id, page);
	else
		snprintf(out, 64, "thumbs:%s", id);
}

void deck_url(const struct deck *deck, uint32_t page, char out[DECK_URL])
{
	char what[64], sig[128];

	purpose(what, deck->row.id, page);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + PAGE_GOOD_MS);
	snprintf(out, DECK_URL, DECKS_PATH "%s/%u.webp?sig=%s", deck->row.id, page, sig);
}

void deck_thumbs_url(const struct deck *deck, char out[DECK_URL])
{
	char what[64], sig[128];

	purpose(what, deck->row.id, 0);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + THUMBS_GOOD_MS);
	snprintf(out, DECK_URL, DECKS_PATH "%s/{n}.thumb.webp?sig=%s", deck->row.id, sig);
}

/* "ID/PAGE.webp" or "ID/PAGE.thumb.webp". False: it is neither. */
static bool target(const char *rest, char id[DB_ID + 1], uint32_t *page, bool *thumb)
{
	size_t n = strcspn(rest, "/");
	unsigned long v;
	char *end;

	if (n == 0 || n > DB_ID || rest[n] != '/' || rest[n + 1] < '1' ||
	    rest[n + 1] > '9')
		return false;
	memcpy(id, rest, n);
	id[n] = '\0';
	for (const char *p = id; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p))
			return false;
	v = strtoul(rest + n + 1, &end, 10);
	*thumb = strcmp(end, ".thumb.webp") == 0;
	if (v > LIMIT_DECK_PAGES || (!*thumb && strcmp(end, ".webp") != 0))
		return false;
	*page = (uint32_t)v;
	return true;
}

static bool reply(struct http_request *req, const char *path) RUNS_ON(on_ctl)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return false;
	http_reply_file(req, fd, "image/webp", NULL);
	return true;
}

/* Who waits until the page is drawn. At most LIMIT_DECK_JOBS do. */
struct wait {
	struct server *server;
	struct http_request *req;
	char path[SHELF_PATH];
	enum sheet_fault fault;
};

static void drawn(void *arg)
{
	struct wait *wait = arg;

	thread_claim(&on_ctl);
	if (wait->server->draining) { /* the request goes, or is gone, with its server */
		free(wait);
		return;
	}
	if (wait->fault == SHEET_BUSY || (!wait->fault && !reply(wait->req, wait->path)))
		http_reply_error(wait->req, 503, "no_resources");
	else if (wait->fault)
		http_reply_error(wait->req, 404, sheet_fault_name(wait->fault));
	free(wait);
}

/* On the shelf's thread. */
static void on_drawn(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	struct wait *wait = ctx;

	(void)pages;
	leaf_put(leaf);
	wait->fault = fault;
	if (loop_post_must(wait->server->loop, drawn, wait)) {
		count_add(COUNT_REJECT_QUEUE, 1);
		log_warn("control_queue_full", "path=%s", wait->path);
		free(wait);
	}
}

static struct deck *find(struct server *server, const char *id, struct room **room)
	RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct deck *deck = deck_find(server->rooms[i], id);

		*room = server->rooms[i];
		if (deck)
			return deck;
	}
	return NULL;
}

void deck_get(struct server *server, struct http_request *req, const char *rest)
{
	const char *sig = http_query(req, "sig");
	char id[DB_ID + 1], what[64];
	struct shelf_ask ask;
	struct wait *wait;
	struct room *room;
	struct deck *deck;
	uint32_t page;
	bool thumb;

	if (!target(rest, id, &page, &thumb)) {
		http_reply_error(req, 404, "not_found");
		return;
	}
	purpose(what, id, thumb ? 0 : page);
	if (!sig || !auth_verify(sig, what, clock_wall_ms())) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	deck = find(server, id, &room);
	if (!deck || page > (uint32_t)deck->row.pages) {
		http_reply_error(req, 404, "unknown_deck");
		return;
	}
	wait = calloc(1, sizeof(*wait));
	if (!wait) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	deck_path(server, id, page, thumb ? "thumb.webp" : "webp", wait->path);
	if (reply(req, wait->path)) {
		free(wait);
		return;
	}
	wait->server = server;
	wait->req = req;
	deck_ask(room, deck, page, &ask);
	ask.done = on_drawn;
	ask.ctx = wait;
	if (shelf_draw(server->shelf, &ask)) {
		free(wait);
		http_reply_error(req, 503, "no_resources");
	}
}
