#include "mcu/tools.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/live.h"
#include "mcu/member.h"
#include "mcu/notice_tools.h"
#include "mcu/room.h"

void tools_tick(struct room *room, int64_t now_us, bool even)
{
	hands_tick(room, now_us);
	reactions_tick(room);
	if (even && room->poll && room->poll->changed) {
		room->poll->changed = false;
		notice_poll_counts(room);
	}
	if (countdown_stale(&room->countdown, now_us)) {
		room->countdown = (struct countdown){.on = false};
		notice_countdown(room);
	}
}

void tools_leave(struct room *room, struct member *member)
{
	hands_forget(room, member);
	if (room->poll && member->ballot)
		poll_vote_leave(room->poll, member->ballot - 1);
	member->ballot = 0;
}

void tools_close(struct room *room)
{
	poll_destroy(room->poll);
	poll_destroy(room->poll_read);
	room->poll = room->poll_read = NULL;
}

/* The next lesson begins without yesterday's timer; a poll and its sums stay. */
void tools_idle(struct room *room)
{
	if (room->breakout)
		return; /* its members are in their groups */
	room->countdown = (struct countdown){.on = false};
	room->reactions = (struct reactions){.any = false};
}

/* ---- polls ------------------------------------------------------------------ */

static int store(const struct room *room, const struct poll *poll)
{
	struct db_poll row;

	poll_row(poll, room->row.id, &row);
	return db_poll_put(room->server->db, &row);
}

int tools_poll_start(struct room *room, const struct poll_ask *ask)
{
	struct poll *poll;
	int err = poll_create(&poll, ask, clock_wall_ms());

	if (err)
		return err;
	err = store(room, poll);
	if (err) {
		poll_destroy(poll);
		return err;
	}
	poll_destroy(room->poll);
	room->poll = poll;
	for (uint32_t i = 0; i < room->n_members; i++)
		room->members[i]->ballot = 0;
	log_info("poll_started", "room=%s poll=%s", room->row.id, poll->id);
	notice_poll(room);
	return 0;
}

int tools_poll_stop(struct room *room)
{
	struct poll *poll = room->poll;
	int err;

	if (!poll->on)
		return 0;
	poll->stopped_ms = clock_wall_ms();
	err = store(room, poll);
	if (err) {
		poll->stopped_ms = 0;
		return err;
	}
	poll->on = false;
	poll->changed = false;
	log_info("poll_stopped", "room=%s poll=%s voters=%u", room->row.id, poll->id,
		 poll->voters);
	notice_poll(room);
	return 0;
}

int tools_poll_show(struct room *room, bool all)
{
	struct poll *poll = room->poll;
	bool before = poll->ask.show;
	int err;

	if (before == all)
		return 0;
	poll->ask.show = all;
	err = store(room, poll);
	if (err) {
		poll->ask.show = before;
		return err;
	}
	notice_poll(room);
	return 0;
}

int tools_vote(struct member *member, const char *known, uint16_t choices,
	       const char **ballot)
{
	struct room *room = member->room;
	struct poll_vote vote = {.member = member->base,
				 .ballot = known,
				 .hint = member->ballot,
				 .name = member->name,
				 .choices = choices,
				 .now_ms = clock_wall_ms()};
	struct db_vote row;
	uint32_t at = 0;
	int err = poll_vote_put(room->poll, &vote, &at);

	if (err)
		return err;
	member->ballot = at + 1;
	*ballot = room->poll->ballots[at].id;
	poll_vote_row(room->poll, at, room->row.id, &row);
	if (db_vote_put(room->server->db, &row)) /* it counts all the same */
		log_warn("vote_lost", "room=%s poll=%s", room->row.id, room->poll->id);
	return 0;
}

/* ---- what was stored -------------------------------------------------------- */

static struct room *reads(struct server *server, const char *poll) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (server->rooms[i]->poll_read &&
		    strcmp(server->rooms[i]->poll_read->id, poll) == 0)
			return server->rooms[i];
	return NULL;
}

/* Whoever votes now has the ballot of before, and no vote of before is forgotten. */
static void poll_is_whole(struct room *room) RUNS_ON(on_ctl)
{
	struct poll *poll = room->poll_read;

	room->poll_read = NULL;
	if (room->poll) { /* the class did not wait for it */
		poll_destroy(poll);
		return;
	}
	room->poll = poll;
	notice_poll(room); /* to those who were faster than the database */
}

static void got_votes(void *ctx, int err, const char *poll, const struct db_vote *rows,
		      uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	room = reads(server, poll);
	if (!room)
		return;
	if (err)
		log_error("votes_unread", "poll=%s err=%d", poll, err);
	for (uint32_t i = 0; i < n; i++)
		if (poll_vote_row_read(room->poll_read, &rows[i]))
			log_warn("vote_unread", "poll=%s", poll);
	poll_is_whole(room);
}

static void got_poll(void *ctx, int err, const struct db_poll *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	room = n ? room_by_id(server, rows[0].room) : NULL;
	if (err || !room || room->poll || room->poll_read)
		return;
	if (poll_row_read(&room->poll_read, &rows[0])) {
		log_warn("poll_unread", "poll=%s", rows[0].id);
		return;
	}
	if (db_votes(server->db, rows[0].id, got_votes, server)) {
		log_error("votes_unread", "poll=%s", rows[0].id);
		poll_is_whole(room);
	}
}

int tools_load(struct room *room)
{
	return db_polls(room->server->db, room->row.id, 1, got_poll, room->server);
}
