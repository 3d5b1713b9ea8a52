/* cmd_deck.c - decks of pages: uploaded, shown, turned over, looked at closely. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcu/clip.h"
#include "mcu/deck.h"
#include "mcu/notice_deck.h"
#include "mcu/room.h"

/* Its own, or of the staff. */
static bool may_use(const struct member *member, const struct deck *deck) RUNS_ON(on_ctl)
{
	return policy_staff(member->role) || strcmp(deck->row.seat, member->seat) == 0;
}

/* The one that is meant, and may be. NULL: *code says why. */
static struct deck *meant(struct command *c, const char *id, const char **code)
	RUNS_ON(on_ctl)
{
	struct deck *deck = deck_find(c->room, id);

	*code = !deck || !deck->row.pages   ? "unknown_deck"
		: !may_use(c->member, deck) ? "forbidden"
					    : NULL;
	return *code ? NULL : deck;
}

const char *cmd_deck_ticket(struct command *c)
{
	const struct conf *conf = c->server->conf;
	const char *id = proto_string(c->d, "deck"), *title, *code;
	struct deck *deck = NULL;
	char url[DECK_URL];
	int err;

	thread_claim(&on_ctl);
	if (c->room != c->member->room)
		return "no_seat"; /* a deck is of the seat that uploads it */
	if (id) {
		deck = meant(c, id, &code);
		if (!deck)
			return code;
	}
	title = proto_string(c->d, "title");
	err = deck_ticket(&deck, c->member, title ? title : "");
	if (err)
		return err == -ENOSPC   ? "too_many_decks"
		       : err == -EBUSY  ? "deck_busy"
		       : err == -EINVAL ? "not_pictures"
					: "no_resources";
	snprintf(url, sizeof(url), DECKS_PATH "%s?ticket=%s", deck->row.id, deck->ticket);
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "deck", deck->row.id);
	cJSON_AddStringToObject(c->reply, "url", url);
	cJSON_AddNumberToObject(c->reply, "max_bytes",
				(double)((uint64_t)conf->deck_max_mb << 20));
	cJSON_AddNumberToObject(c->reply, "max_clip_bytes",
				(double)((uint64_t)conf->clip_max_mb << 20));
	cJSON_AddNumberToObject(c->reply, "ms", DECK_TICKET_US / 1000);
	return NULL;
}

const char *cmd_deck_list(struct command *c)
{
	const struct room *room = c->room;
	const struct conf *conf = c->server->conf;
	const struct deck *deck;
	cJSON *list;

	thread_claim(&on_ctl);
	c->reply = cJSON_CreateObject();
	list = cJSON_AddArrayToObject(c->reply, "decks");
	TAILQ_FOREACH(deck, &room->decks.list, link)
	if (deck->row.pages && may_use(c->member, deck))
		cJSON_AddItemToArray(list, notice_json_deck_row(room, deck, c->member->base));
	cJSON_AddNumberToObject(c->reply, "bytes", (double)decks_bytes(room));
	cJSON_AddNumberToObject(c->reply, "max_bytes",
				(double)((uint64_t)conf->deck_max_mb << 20));
	cJSON_AddNumberToObject(c->reply, "quota_bytes",
				(double)((uint64_t)conf->deck_quota_mb << 20));
	return NULL;
}

/* Somebody of the staff shares a screen, or, for others, anybody else does. */
static bool screen_busy(const struct room *room, const struct member *member)
	RUNS_ON(on_ctl)
{
	const struct member *owner = room->screen_owner
					     ? room_member(room, room->screen_owner)
					     : NULL;

	if (!owner || owner == member)
		return false;
	return !policy_staff(member->role) || policy_staff(owner->role);
}

const char *cmd_deck_show(struct command *c)
{
	struct room *room = c->room;
	const char *code;
	struct deck *deck;
	int64_t page;

	thread_claim(&on_ctl);
	deck = meant(c, proto_string(c->d, "deck"), &code);
	if (!deck)
		return code;
	if (deck_kind_of(deck) == DECK_CLIP)
		return "not_pages";
	page = proto_int(c->d, "page", deck->row.page);
	if (page > deck->row.pages) {
		c->field = "page";
		return "bad_field";
	}
	code = screen_busy(room, c->member) ? "screen_busy"
					    : deck_yields(room, c->member);
	if (code)
		return code;
	deck_show(room, deck, (uint32_t)page, c->member);
	return NULL;
}

/* Who shows it, or staff. */
static const char *turn(struct command *c, int64_t by, int64_t to) RUNS_ON(on_ctl)
{
	struct room *room = c->room;
	struct deck *deck = deck_pages(room);
	const char *code;

	if (!deck)
		return "no_deck";
	code = deck_yields(room, c->member);
	if (code)
		return "forbidden";
	to = to ? to : deck->row.page + by;
	if (to < 1 || to > deck->row.pages)
		return "no_page";
	if (to != deck->row.page || room->decks.fault)
		deck_show(room, deck, (uint32_t)to, c->member);
	c->reply = cJSON_CreateObject();
	cJSON_AddNumberToObject(c->reply, "page", (double)to);
	return NULL;
}

const char *cmd_deck_next(struct command *c)
{
	thread_claim(&on_ctl);
	return turn(c, 1, 0);
}

const char *cmd_deck_prev(struct command *c)
{
	thread_claim(&on_ctl);
	return turn(c, -1, 0);
}

const char *cmd_deck_go(struct command *c)
{
	thread_claim(&on_ctl);
	return turn(c, 0, proto_int(c->d, "page", 1));
}

const char *cmd_deck_hide(struct command *c)
{
	struct room *room = c->room;

	thread_claim(&on_ctl);
	if (!room->decks.shown)
		return "no_deck";
	if (deck_yields(room, c->member))
		return "forbidden";
	deck_hide(room);
	return NULL;
}

const char *cmd_deck_delete(struct command *c)
{
	const char *code;
	struct deck *deck;

	thread_claim(&on_ctl);
	deck = meant(c, proto_string(c->d, "deck"), &code);
	if (!deck)
		return code;
	if (deck->coming == DECK_COMES)
		return "deck_busy";
	deck_delete(c->room, deck);
	return NULL;
}

/* ---- clips ------------------------------------------------------------------ */

const char *cmd_clip_play(struct command *c)
{
	struct room *room = c->room;
	const char *code;
	struct deck *deck;

	thread_claim(&on_ctl);
	deck = meant(c, proto_string(c->d, "deck"), &code);
	if (!deck)
		return code;
	if (deck_kind_of(deck) != DECK_CLIP)
		return "not_a_clip";
	code = screen_busy(room, c->member) ? "screen_busy"
					    : deck_yields(room, c->member);
	if (code)
		return code;
	return clip_play(room, deck, (uint32_t)proto_int(c->d, "at_ms", 0), c->member);
}

/* NULL: there is one, and it is this member's to act on. */
static const char *may_act(const struct command *c) RUNS_ON(on_ctl)
{
	const struct room *room = c->room;

	if (!room->decks.clip.run)
		return "no_clip";
	return deck_yields(room, c->member) ? "forbidden" : NULL;
}

const char *cmd_clip_pause(struct command *c)
{
	const char *code;

	thread_claim(&on_ctl);
	code = may_act(c);
	if (!code)
		clip_pause(c->room, proto_bool(c->d, "on", true));
	return code;
}

const char *cmd_clip_seek(struct command *c)
{
	const char *code;

	thread_claim(&on_ctl);
	code = may_act(c);
	return code ? code : clip_seek(c->room, (uint32_t)proto_int(c->d, "ms", 0));
}

const char *cmd_clip_stop(struct command *c)
{
	const char *code;

	thread_claim(&on_ctl);
	code = may_act(c);
	if (!code)
		clip_stop(c->room);
	return code;
}

/* Of what is shown, for everybody; of others for those who may show them. */
const char *cmd_deck_still(struct command *c)
{
	struct room *room = c->room;
	const char *id = proto_string(c->d, "deck"), *code;
	struct deck *deck = deck_pages(room);
	char url[DECK_URL];
	int64_t page;

	thread_claim(&on_ctl);
	if (id)
		deck = meant(c, id, &code);
	if (!deck)
		return id ? code : "no_deck";
	page = proto_int(c->d, "page", deck->row.page);
	if (page > deck->row.pages)
		return "no_page";
	if ((deck != room->decks.shown || page != deck->row.page) &&
	    (!member_may(c->member, CAP_SHARE) || !may_use(c->member, deck)))
		return "forbidden";
	deck_url(deck, (uint32_t)page, c->member->base, url);
	c->reply = cJSON_CreateObject();
	cJSON_AddStringToObject(c->reply, "deck", deck->row.id);
	cJSON_AddNumberToObject(c->reply, "page", (double)page);
	cJSON_AddStringToObject(c->reply, "url", url);
	return NULL;
}
