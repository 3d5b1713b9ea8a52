#include "mcu/seats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/breakout.h"
#include "mcu/live.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/subscriber.h"

#define SEATS_FIRST 16

/* A class and its groups know the same seats: those of the class. */
static const struct room *root(const struct room *room)
{
	return room->parent ? room->parent : room;
}

/* ---- the name of a seat ------------------------------------------------------ */

void seat_fresh(char id[SEAT_ID + 1])
{
	rand_token(id, SEAT_ID);
}

#define PURPOSE 40
static void purpose_of(const struct room *room, const char *id, char out[PURPOSE])
{
	snprintf(out, PURPOSE, "seat:%s:%s", root(room)->row.code, id);
}

void seat_token(const struct room *room, const char *id, char out[SEAT_TOKEN + 1])
{
	char purpose[PURPOSE];

	purpose_of(room, id, purpose);
	memcpy(out, id, SEAT_ID);
	out[SEAT_ID] = '.';
	auth_key_token(&room->server->key, purpose, out + SEAT_ID + 1);
}

bool seat_read(const struct room *room, const char *token, char id[SEAT_ID + 1])
{
	char said[SEAT_ID + 1], purpose[PURPOSE];

	if (strlen(token) != SEAT_TOKEN || token[SEAT_ID] != '.')
		return false;
	memcpy(said, token, SEAT_ID);
	said[SEAT_ID] = '\0';
	purpose_of(room, said, purpose);
	if (!auth_key_matches(&room->server->key, purpose, token + SEAT_ID + 1))
		return false;
	memcpy(id, said, sizeof(said));
	return true;
}

/* ---- the list ----------------------------------------------------------------- */

void seats_fini(struct seats *seats)
{
	free(seats->list);
	*seats = (struct seats){0};
}

static struct db_seat *find(const struct room *room, const char *id)
{
	room = root(room);
	for (uint32_t i = 0; i < room->seats.n; i++)
		if (strcmp(room->seats.list[i].id, id) == 0)
			return &room->seats.list[i];
	return NULL;
}

static bool only_admitted(const struct db_seat *seat)
{
	return !seat->banned_ms && !seat->grants && !seat->denies;
}

static void drop(struct room *room, struct db_seat *seat) RUNS_ON(on_ctl)
{
	if (db_seat_delete(room->server->db, seat->id))
		log_warn("seat_undeleted", "room=%s", room->row.id);
	*seat = room->seats.list[--room->seats.n];
}

/* Makes place for one more. */
static int make_place(struct room *room) RUNS_ON(on_ctl)
{
	struct seats *seats = &room->seats;
	struct db_seat *oldest = NULL, *list;
	uint32_t size;

	if (seats->n == SEATS_MAX) {
		for (uint32_t i = 0; i < seats->n; i++) {
			struct db_seat *seat = &seats->list[i];

			if (only_admitted(seat) &&
			    (!oldest || seat->admitted_ms < oldest->admitted_ms))
				oldest = seat;
		}
		if (!oldest)
			return -ENOSPC;
		drop(room, oldest);
	}
	if (seats->n < seats->size)
		return 0;
	size = seats->size ? seats->size * 2 : SEATS_FIRST;
	list = realloc(seats->list, size * sizeof(*list));
	if (!list)
		return -ENOMEM;
	seats->list = list;
	seats->size = size;
	return 0;
}

int seats_load(struct room *room, const struct db_seat *row)
{
	int err;

	if (find(room, row->id))
		return 0;
	err = make_place(room);
	if (!err)
		room->seats.list[room->seats.n++] = *row;
	return err;
}

/* What is known of it, or an empty row. */
static struct db_seat row_of(const struct room *room, const struct member *member)
{
	const struct db_seat *known = find(room, member->seat);
	struct db_seat row = {.grants = 0};

	if (known)
		row = *known;
	snprintf(row.id, sizeof(row.id), "%s", member->seat);
	snprintf(row.room, sizeof(row.room), "%s", root(room)->row.id);
	snprintf(row.name, sizeof(row.name), "%s", member->name);
	return row;
}

static int store(struct room *room, const struct db_seat *row) RUNS_ON(on_ctl)
{
	struct db_seat *known = find(room, row->id);
	int err;

	room = room->parent ? room->parent : room;
	err = known ? 0 : make_place(room);

	if (!err)
		err = db_seat_put(room->server->db, row);
	if (err)
		return err;
	if (known)
		*known = *row;
	else
		room->seats.list[room->seats.n++] = *row;
	return 0;
}

/* ---- who comes in --------------------------------------------------------------- */

static bool is_in(const struct room *room, const char *id)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		if (strcmp(room->members[i]->seat, id) == 0)
			return true;
	return false;
}

static bool is_held(const struct room *room, const char *id) RUNS_ON(on_ctl)
{
	struct room *group;

	room = root(room);
	if (is_in(room, id))
		return true;
	for (uint32_t i = 1; (group = breakout_room(room, i)); i++)
		if (is_in(group, id))
			return true;
	return false;
}

static bool is_admitted(const struct room *room, const char *id)
{
	const struct db_seat *seat = find(room, id);

	return seat && seat->admitted_ms > clock_wall_ms() - SEAT_ADMITTED_MS;
}

static bool is_suspect(const struct room *room, const char *ip)
{
	const struct subscriber who = subscriber_of(ip);

	room = root(room);
	for (uint32_t i = 0; i < room->seats.n; i++) {
		const struct db_seat *seat = &room->seats.list[i];
		const struct subscriber banned = subscriber_of(seat->net);

		if (seat->banned_ms && subscriber_same(&banned, &who))
			return true;
	}
	return false;
}

enum gate seats_gate(const struct room *room, enum role role, const char *id,
		     const char *ip)
{
	const struct db_seat *seat = find(room, id);

	if (role >= ROLE_LECTURER)
		return GATE_OPEN;
	if (seat && seat->banned_ms)
		return GATE_BANNED;
	if (policy_staff(role) || is_held(room, id) || is_admitted(room, id))
		return GATE_OPEN;
	if (room->policy.locked)
		return GATE_LOCKED;
	return room->policy.lobby || is_suspect(room, ip) ? GATE_LOBBY : GATE_OPEN;
}

/* ---- what is remembered --------------------------------------------------------- */

void seats_own(const struct room *room, const char *id, struct policy_own *out)
{
	const struct db_seat *seat = find(room, id);

	*out = (struct policy_own){0};
	/* what a later program stored is left out */
	if (seat)
		*out = (struct policy_own){(uint32_t)seat->grants & CAPS_PERSONAL,
					   (uint32_t)seat->denies & CAPS_PERSONAL};
}

int seats_keep(struct room *room, const struct member *member)
{
	struct db_seat row = row_of(room, member);
	struct policy_own own; /* without what the floor gives for a while */

	own = hands_own(member);
	row.grants = own.grants;
	row.denies = own.denies;
	return store(room, &row);
}

int seats_admit(struct room *room, const struct member *member)
{
	struct db_seat row = row_of(room, member);

	row.admitted_ms = clock_wall_ms();
	return store(room, &row);
}

int seats_ban(struct room *room, const struct member *member)
{
	struct db_seat row = row_of(room, member);

	row.banned_ms = clock_wall_ms();
	row.admitted_ms = 0;
	snprintf(row.net, sizeof(row.net), "%s", member->ip);
	return store(room, &row);
}

int seats_unban(struct room *room, const char *id)
{
	const struct db_seat *seat = find(room, id);
	struct db_seat row;

	if (!seat || !seat->banned_ms)
		return -ENOENT;
	row = *seat;
	row.banned_ms = 0;
	row.net[0] = '\0';
	return store(room, &row);
}

void seats_hold(struct room *room)
{
	/* who was admitted earlier and is gone is a newcomer again */
	for (uint32_t i = room->seats.n; i-- > 0;) {
		struct db_seat *seat = &room->seats.list[i];

		if (only_admitted(seat) && !is_held(room, seat->id))
			drop(room, seat);
	}
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct member *member = room->members[i];

		if (!policy_staff(member->role) && seats_admit(room, member)) {
			log_warn("seats_unstored", "room=%s from=%u", room->row.id, i);
			return; /* they are in memory as long as they are here */
		}
	}
}

static void take_over(struct room *room, struct member *member) RUNS_ON(on_ctl)
{
	for (uint32_t i = room->n_members; i-- > 0;) {
		struct member *other = room->members[i];

		if (other == member || !other->away_since_us ||
		    strcmp(other->seat, member->seat) != 0)
			continue;
		live_park(other); /* its hand and all that wait for the seat's next one */
		if (room == member->room)
			live_claim(member);
		member_leave(other, "left", NULL);
	}
}

void seats_take_over(struct member *member)
{
	struct room *class = member->room->parent ? member->room->parent : member->room;
	struct room *group;

	take_over(class, member);
	for (uint32_t i = 1; (group = breakout_room(class, i)); i++)
		take_over(group, member);
	live_claim(member); /* of before a restart */
}
