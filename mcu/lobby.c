#include "mcu/lobby.h"

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/notice_rights.h"
#include "mcu/room.h"
#include "mcu/seats.h"

bool lobby_waits(const struct member *member, const struct room *room)
{
	return member->room == room && member->knock_us;
}

static void changed(struct room *room, int n) RUNS_ON(on_ctl)
{
	room->lobby.n += (uint32_t)n;
	room->lobby.dirty = true;
	lobby_tick(room, clock_us());
}

void lobby_knock(struct member *member)
{
	if (member->knock_us)
		return;
	member->knock_us = clock_us();
	log_info("lobby_knock", "room=%s member=%u", member->room->row.id,
		 member->base / ID_BLOCK);
	changed(member->room, 1);
}

void lobby_forget(struct member *member)
{
	if (!member->knock_us)
		return;
	member->knock_us = 0;
	changed(member->room, -1);
}

struct member *lobby_find(const struct room *room, uint32_t base)
{
	const struct server *server = room->server;

	for (uint32_t i = 0; i < server->n_waiting; i++)
		if (server->waiting[i]->base == base &&
		    lobby_waits(server->waiting[i], room))
			return server->waiting[i];
	return NULL;
}

int lobby_admit(struct room *room, struct member *member)
{
	struct server *server = room->server;
	int err;

	if (member) {
		err = seats_admit(room, member);
		if (!err)
			notice_admitted(member);
		return err;
	}
	for (uint32_t i = 0; i < server->n_waiting; i++) {
		if (!lobby_waits(server->waiting[i], room))
			continue;
		err = seats_admit(room, server->waiting[i]);
		if (err)
			return err;
		notice_admitted(server->waiting[i]);
	}
	return 0;
}

void lobby_open(struct room *room)
{
	const struct server *server = room->server;

	for (uint32_t i = 0; i < server->n_waiting; i++) {
		const struct member *member = server->waiting[i];

		if (lobby_waits(member, room) &&
		    seats_gate(room, member->role, member->seat, member->ip) == GATE_OPEN)
			notice_admitted(member);
	}
}

void lobby_tick(struct room *room, int64_t now_us)
{
	if (!room->lobby.dirty || now_us - room->lobby.told_us < LOBBY_HINT_US)
		return;
	room->lobby.dirty = false;
	room->lobby.told_us = now_us;
	notice_lobby(room);
}
