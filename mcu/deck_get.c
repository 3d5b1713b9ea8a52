/* deck_get.c - pages of decks as small files by HTTP, for those who got a signed
 * address: sharp ones for who looks closely, thumbs for who chooses. */
#include "mcu/deck.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/page_files.h"
#include "mcu/rest.h"
#include "mcu/room.h"
#include "signaling/auth.h"
#include "signaling/http.h"

#define PAGE_GOOD_MS   (10 * 60 * 1000)
#define THUMBS_GOOD_MS (6 * 60 * 60 * 1000)

#define WHAT 96

/* What a signature is for: one page, or all thumbs; and whom. */
static void purpose(char out[WHAT], const char *id, uint32_t page, uint32_t member)
{
	if (page)
		snprintf(out, WHAT, "deck:%s:%u:%u", id, page, member);
	else
		snprintf(out, WHAT, "thumbs:%s:%u", id, member);
}

static void url(char out[DECK_URL], const struct deck *deck, const char *page,
		const char *what, int64_t good_ms, uint32_t member)
{
	char sig[128];

	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + good_ms);
	snprintf(out, DECK_URL, DECKS_PATH "%s/%s.webp?m=%u&sig=%s", deck->row.id, page,
		 member, sig);
}

void deck_url(const struct deck *deck, uint32_t page, uint32_t member, char out[DECK_URL])
{
	char what[WHAT], name[12];

	purpose(what, deck->row.id, page, member);
	snprintf(name, sizeof(name), "%u", page);
	url(out, deck, name, what, PAGE_GOOD_MS, member);
}

void deck_thumbs_url(const struct deck *deck, uint32_t member, char out[DECK_URL])
{
	char what[WHAT];

	purpose(what, deck->row.id, 0, member);
	url(out, deck, "{n}.thumb", what, THUMBS_GOOD_MS, member);
}

static const struct room *class_of(const struct room *room)
{
	return room->parent ? room->parent : room;
}

bool deck_reads(const struct room *room, uint32_t member)
{
	const struct server *server = room->server;
	const struct member *reader = member ? idmap_get(&server->member_of, member)
					     : NULL;

	for (uint32_t i = 0; i < server->n_consoles; i++)
		if (server->consoles[i]->base == member)
			return true;
	return reader && reader->room &&
	       (reader->role == ROLE_ADMIN || class_of(reader->room) == class_of(room));
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
	uint32_t member = rest_link_member(req), page;
	char id[DB_ID + 1], what[WHAT], path[SHELF_PATH];
	struct shelf_ask draw;
	struct room *room;
	struct deck *deck;
	bool thumb;

	if (!target(rest, id, &page, &thumb)) {
		http_reply_error(req, 404, "not_found");
		return;
	}
	purpose(what, id, thumb ? 0 : page, member);
	if (!sig || !auth_verify(sig, what, clock_wall_ms())) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	deck = find(server, id, &room);
	if (!deck || page > (uint32_t)deck->row.pages) {
		http_reply_error(req, 404, "unknown_deck");
		return;
	}
	if (!deck_reads(room, member)) { /* it left, or was removed */
		http_reply_error(req, 403, "bad_link");
		return;
	}
	deck_path(server, id, page, thumb ? "thumb.webp" : "webp", path);
	deck_ask(room, deck, page, &draw);
	page_files_get(server->page_files, req, path, &draw);
}
