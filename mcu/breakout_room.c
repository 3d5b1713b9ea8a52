#include "mcu/breakout_room.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/deck.h"
#include "mcu/member.h"
#include "mcu/policy.h"
#include "mcu/room.h"
#include "mcu/takes.h"
#include "mcu/workshop.h"
#include "mcu/workshop_cut.h"

/* In a lecture, and in an exam, groups talk all the same. */
static enum kind kind_of(enum kind class)
{
	return class == KIND_LECTURE || class == KIND_EXAM ? KIND_DISCUSSION : class;
}

int breakout_room_make(struct room **out, struct room *class, const char *title)
{
	struct server *server = class->server;
	const struct policy policy = {.kind = kind_of(class->policy.kind)};
	struct db_room row = {.created_ms = clock_wall_ms()};
	int err;

	rand_token(row.id, 16);
	room_code_fresh(server, row.code);
	snprintf(row.title, sizeof(row.title), "%s", title);
	snprintf(row.layout, sizeof(row.layout), "%s", server->conf->layout);
	memcpy(row.settings, class->row.settings, sizeof(row.settings));
	memcpy(row.most, class->row.most, sizeof(row.most));
	memcpy(row.parent, class->row.id, sizeof(row.parent));
	policy_write(&policy, row.policy, sizeof(row.policy));
	err = room_create(out, server, &row);
	if (err)
		return err;
	(*out)->parent = class;
	err = db_room_put(server->db, &row);
	if (err)
		room_destroy(*out);
	return err;
}

void breakout_room_end(struct room *room, const struct room *class)
{
	struct server *server = room->server;
	char id[DB_ID + 1];

	memcpy(id, room->row.id, sizeof(id));
	while (room->n_members)
		member_leave(room->members[room->n_members - 1], "left", "ended");
	while (!TAILQ_EMPTY(&room->decks.list)) /* with their files */
		deck_delete(room, TAILQ_FIRST(&room->decks.list));
	if (class) {
		takes_inherit(server, id, class->row.id);
		workshop_inherit(server->workshop, id, class->row.id);
		workshop_cut_inherit(server, id, class->row.id);
	}
	if (db_room_delete(server->db, id, class ? class->row.id : id))
		log_warn("room_undeleted", "room=%s", id);
	room_destroy(room);
}
