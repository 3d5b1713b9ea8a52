/* deck_show.c - the page that is shown: drawn, put on the air, and its neighbours made
 * ready. */
#include "mcu/deck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/call.h"
#include "mcu/clip.h"
#include "mcu/happenings.h"
#include "mcu/member.h"
#include "mcu/notice_deck.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mixer/picture.h"
#include "mixer/vworker.h"

/* ---- what is ready -------------------------------------------------------- */

static void leaf_drop(struct deck_leaf *slot)
{
	leaf_put(slot->leaf);
	*slot = (struct deck_leaf){.page = 0};
}

static struct deck_leaf *leaf_of(struct room_decks *decks, uint32_t page)
{
	for (uint32_t i = 0; i < DECK_LEAVES; i++)
		if (decks->leaves[i].page == page)
			return &decks->leaves[i];
	return NULL;
}

static void leaves_drop(struct room_decks *decks)
{
	for (uint32_t i = 0; i < DECK_LEAVES; i++)
		leaf_drop(&decks->leaves[i]);
}

/* ---- on the air ----------------------------------------------------------- */

static void picture_release(void *leaf)
{
	leaf_put(leaf);
}

struct picture *deck_picture(struct leaf *leaf, uint16_t rotation_deg)
{
	struct picture *picture = malloc(sizeof(*picture));

	if (!picture) {
		leaf_put(leaf);
		return NULL;
	}
	*picture = (struct picture){.w_px = leaf->w_px,
				    .h_px = leaf->h_px,
				    .rotation_deg = rotation_deg,
				    .y = (uint8_t *)(uintptr_t)leaf->y,
				    .u = (uint8_t *)(uintptr_t)leaf->u,
				    .v = (uint8_t *)(uintptr_t)leaf->v,
				    .y_stride = leaf->y_stride,
				    .u_stride = leaf->c_stride,
				    .v_stride = leaf->c_stride,
				    .release = picture_release,
				    .owner = leaf};
	return picture;
}

static void put_on_air(struct room *room, const struct deck_leaf *slot) RUNS_ON(on_ctl)
{
	struct room_decks *decks = &room->decks;
	struct vworker *vworker = room->server->vworker;
	struct picture *picture;
	uint32_t id = room->base + ID_DECK;

	if (!decks->open) {
		if (vworker_source_open(vworker, id))
			return; /* tried again with the next page */
		decks->open = true;
	}
	picture = deck_picture(leaf_get(slot->leaf), 0);
	if (!picture || vworker_source_put(vworker, id, picture)) {
		log_warn("deck_page_lost", "room=%s", room->row.id);
		return;
	}
	decks->on_air = slot->page;
	if (decks->w_px == slot->leaf->w_px && decks->h_px == slot->leaf->h_px)
		return;
	decks->w_px = slot->leaf->w_px;
	decks->h_px = slot->leaf->h_px;
	programme_arrange(room);
}

static void off_air(struct room *room) RUNS_ON(on_ctl)
{
	struct room_decks *decks = &room->decks;

	leaves_drop(decks);
	if (decks->open)
		vworker_source_close(room->server->vworker, room->base + ID_DECK);
	decks->open = false;
	decks->w_px = decks->h_px = 0;
	decks->on_air = 0;
}

/* ---- drawing -------------------------------------------------------------- */

/* Who asked for a page, until it was drawn. */
struct ask {
	struct server *server;
	uint32_t room, page;
	char deck[DB_ID + 1];
	enum sheet_fault fault;
	struct leaf *leaf;
};

static void refresh(struct room *room) RUNS_ON(on_ctl);

static void drawn(void *arg)
{
	struct ask *ask = arg;
	struct room *room;
	struct deck_leaf *slot = NULL;
	struct room_decks *decks;

	thread_claim(&on_ctl);
	room = ask->server->draining ? NULL : room_by_number(ask->server, ask->room);
	decks = room ? &room->decks : NULL;
	if (decks && decks->shown && strcmp(decks->shown->row.id, ask->deck) == 0)
		slot = leaf_of(decks, ask->page);
	if (slot && slot->asked) {
		bool now = slot->page == (uint32_t)decks->shown->row.page;

		slot->asked = false;
		slot->leaf = ask->leaf;
		ask->leaf = NULL;
		if (!slot->leaf)
			leaf_drop(slot);
		if (now && decks->fault != ask->fault) {
			decks->fault = ask->fault;
			notice_deck(room);
		}
		if (!ask->fault)
			refresh(room);
	}
	leaf_put(ask->leaf);
	free(ask);
}

/* On the shelf's thread. */
static void on_drawn(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	struct ask *ask = ctx;

	(void)pages;
	ask->fault = fault;
	ask->leaf = leaf;
	if (loop_post_must(ask->server->loop, drawn, ask) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1);
	leaf_put(leaf);
	free(ask);
}

static int draw(struct room *room, const struct deck *deck, uint32_t page, bool urgent)
	RUNS_ON(on_ctl)
{
	struct ask *ask = calloc(1, sizeof(*ask));
	struct shelf_ask wish;
	int err;

	if (!ask)
		return -ENOMEM;
	ask->server = room->server;
	ask->room = room->base;
	ask->page = page;
	memcpy(ask->deck, deck->row.id, sizeof(ask->deck));
	deck_ask(room, deck, page, &wish);
	wish.box_w_px = DECK_BOX_W;
	wish.box_h_px = DECK_BOX_H;
	wish.urgent = urgent;
	wish.done = on_drawn;
	wish.ctx = ask;
	err = shelf_draw(room->server->shelf, &wish);
	if (err)
		free(ask);
	return err;
}

/* Makes this page ready, if it is one. */
static void want(struct room *room, uint32_t page, bool urgent) RUNS_ON(on_ctl)
{
	struct room_decks *decks = &room->decks;
	const struct deck *deck = decks->shown;
	struct deck_leaf *slot;

	if (page < 1 || page > (uint32_t)deck->row.pages || leaf_of(decks, page))
		return;
	slot = leaf_of(decks, 0);
	if (!slot || draw(room, deck, page, urgent))
		return;
	*slot = (struct deck_leaf){.page = page, .asked = true};
}

/* Shows the page that is wanted as soon as it is there, then looks ahead. */
static void refresh(struct room *room)
{
	struct room_decks *decks = &room->decks;
	const struct deck_leaf *slot;
	uint32_t page;

	if (!deck_pages(room) || !room->media)
		return;
	page = (uint32_t)decks->shown->row.page;
	for (uint32_t i = 0; i < DECK_LEAVES; i++)
		if (decks->leaves[i].page + 1 < page || decks->leaves[i].page > page + 1)
			leaf_drop(&decks->leaves[i]);
	want(room, page, true);
	slot = leaf_of(decks, page);
	if (!slot || !slot->leaf)
		return; /* its neighbours when it is there */
	if (decks->on_air != page)
		put_on_air(room, slot);
	want(room, page + 1, false);
	if (page > 1)
		want(room, page - 1, false);
}

void decks_open(struct room *room)
{
	refresh(room);
}

void decks_close(struct room *room)
{
	clip_close(room);
	off_air(room);
}

/* ---- asked for ------------------------------------------------------------ */

static void store(const struct room *room, const struct deck *deck) RUNS_ON(on_ctl)
{
	if (db_deck_put(room->server->db, &deck->row))
		log_warn("deck_lost", "deck=%s", deck->row.id);
}

void deck_screen_off(struct room *room)
{
	struct member *owner = room->screen_owner ? room_member(room, room->screen_owner)
						  : NULL;

	if (!owner)
		return;
	member_set_screen(owner, false);
	if (call_offer(owner))
		log_warn("offer_failed", "member=%u", owner->base / ID_BLOCK);
}

void deck_show(struct room *room, struct deck *deck, uint32_t page,
	       const struct member *by)
{
	struct room_decks *decks = &room->decks;
	struct deck *before;

	clip_stop(room);
	before = decks->shown;

	if (before != deck) {
		deck_screen_off(room);
		leaves_drop(decks);
		decks->on_air = 0; /* what is seen stays until the new page is there */
		if (before) {
			before->row.shown = 0;
			store(room, before);
		}
	}
	decks->shown = deck;
	decks->by = by->room == room ? by->base : 0; /* nobody of the class */
	decks->staff = policy_staff(by->role);
	decks->fault = SHEET_FINE;
	deck->row.shown = 1;
	deck->row.page = page;
	store(room, deck);
	notice_deck(room);
	refresh(room);
	happenings_look(room);
}

void deck_hide(struct room *room)
{
	struct room_decks *decks = &room->decks;
	struct deck *deck = deck_pages(room);

	if (!deck) {
		clip_stop(room);
		return;
	}
	decks->shown = NULL;
	decks->by = 0;
	deck->row.shown = 0;
	store(room, deck);
	off_air(room);
	notice_deck(room);
	programme_arrange(room);
}

const char *deck_yields(const struct room *room, const struct member *member)
{
	const struct room_decks *decks = &room->decks;

	if (!decks->shown || decks->by == member->base || policy_staff(member->role))
		return NULL;
	return decks->staff || room_member(room, decks->by) ? "screen_busy" : NULL;
}
