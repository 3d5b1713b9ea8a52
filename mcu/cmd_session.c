/* cmd_session.c - coming, coming back, going. */
#include "mcu/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/breakout.h"
#include "mcu/call.h"
#include "mcu/door.h"
#include "mcu/live.h"
#include "mcu/lobby.h"
#include "mcu/notice.h"
#include "mcu/notice_tools.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/seats.h"
#include "mcu/server_load.h"
#include "signaling/session.h"

static void offer_first(struct member *member)
{
	thread_claim(&on_ctl);
	if (call_offer(member))
		log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
	breakout_arrive(member);
}

/* Before the classes are there none can be told from one that never was: the page asks
 * again by itself. */
static const char *find(struct command *c, struct member_conf *conf) RUNS_ON(on_ctl)
{
	const char *code = proto_string(c->d, "code");

	if (!c->server->loaded && code && *code) {
		c->after_ms = SERVER_LOADING_MS;
		return "too_fast";
	}
	return door_find(c->server, ws_remote_ip(c->ws), proto_string(c->d, "code"),
			 proto_string(c->d, "token"), &conf->room, &conf->role);
}

static bool come_later(struct command *c, struct room *room) RUNS_ON(on_ctl)
{
	c->after_ms = door_wait_ms(room, ws_remote_ip(c->ws));
	return c->after_ms > 0;
}

/* Who waits may say its name when it enters. */
static const char *name_of(struct command *c, char name[LIMIT_NAME_BYTES + 1], bool must)
{
	const char *said = proto_string(c->d, "name");

	name[0] = '\0';
	if (!must && (!said || !*said))
		return NULL;
	c->field = "name";
	if (!said || !*said)
		return "bad_field";
	if (proto_name(name, LIMIT_NAME_BYTES + 1, said))
		return "bad_name";
	c->field = NULL;
	return NULL;
}

/* The seat that it shows, or a fresh one. One that is not good is no error: the page
 * may have kept it over a change of the server's key. */
static void seat_of(const struct command *c, const struct room *room,
		    char seat[SEAT_ID + 1])
{
	const char *said = proto_string(c->d, "seat");

	if (!said || !seat_read(room, said, seat))
		seat_fresh(seat);
}

/* May it come in, or wait (`knocks`)? NULL or an error code. */
static const char *pass(const struct room *room, const struct member_conf *conf,
			bool *knocks) RUNS_ON(on_ctl)
{
	switch (seats_gate(room, conf->role, conf->seat, ws_remote_ip(conf->ws))) {
	case GATE_BANNED:
		return "banned";
	case GATE_LOCKED:
		return "locked";
	case GATE_LOBBY:
		*knocks = true;
		return NULL;
	case GATE_OPEN:
		break;
	}
	*knocks = false;
	return NULL;
}

/* Whoever is in a group comes back: its place in the class is not another's. */
static bool crowded(const struct room *room) RUNS_ON(on_ctl)
{
	return room && room->breakout &&
	       breakout_crowd(room) >= room->server->conf->max_members;
}

/* Who waits in the lobby is on the porch; who only looks into its camera there knocks
 * when it wants to enter. */
static const char *come_in(struct command *c, struct member_conf *conf) RUNS_ON(on_ctl)
{
	bool knocks = false, enters = !conf->warm;
	char seat[SEAT_ID + 1];
	const char *error;
	int err;

	if (conf->room) {
		seat_of(c, conf->room, seat);
		conf->seat = seat;
		error = pass(conf->room, conf, &knocks);
		if (error)
			return error;
	}
	if (crowded(conf->room))
		return "room_full";
	conf->warm = conf->warm || knocks;
	err = member_join(&c->member, conf);
	if (err)
		return err == -ENOSPC ? "room_full" : "no_resources";
	if (knocks && enters)
		lobby_knock(c->member);
	if (conf->room && !conf->warm)
		seats_take_over(c->member);
	c->reply = conf->warm ? notice_porch(c->member)
			      : notice_snapshot(c->member, false);
	if (conf->room)
		c->after = offer_first;
	return NULL;
}

const char *cmd_join(struct command *c)
{
	char name[LIMIT_NAME_BYTES + 1];
	struct member_conf conf = {.server = c->server,
				   .name = name,
				   .ws = c->ws,
				   .warm = proto_bool(c->d, "warm", false)};
	const char *error;

	thread_claim(&on_ctl);
	if (c->server->draining)
		return "server_draining";
	error = name_of(c, name, !conf.warm);
	if (error)
		return error;
	error = find(c, &conf);
	if (error)
		return error;
	if (c->server->no_newcomers && conf.role != ROLE_ADMIN)
		return "server_draining";
	if (conf.warm && !conf.room) {
		c->field = "warm";
		return "bad_field"; /* a console has nothing to enter */
	}
	if (door_busy(c->server, conf.role))
		return "server_busy";
	if (!policy_staff(conf.role) && come_later(c, conf.room))
		return "too_fast";
	return come_in(c, &conf);
}

static void media_begins(struct member *member)
{
	thread_claim(&on_ctl);
	if (breakout_arrive(member))
		return;
	call_enter(member);
	if (member->cam)
		notice_asks(member); /* what was asked for before the reply */
}

/* The answer to who must be let in first: it is told by `admitted`, and asks again. */
static void wait_in_lobby(struct command *c, const char *name) RUNS_ON(on_ctl)
{
	struct member *member = c->member;

	if (*name)
		snprintf(member->name, sizeof(member->name), "%s", name);
	lobby_knock(member);
	c->reply = cJSON_CreateObject();
	cJSON_AddBoolToObject(c->reply, "lobby", true);
}

/* How fast they may come was asked when they came to wait. */
const char *cmd_enter(struct command *c)
{
	char name[LIMIT_NAME_BYTES + 1];
	struct member_entry entry = {.name = name, .mic = proto_bool(c->d, "mic", false)};
	struct member_conf conf = {.role = c->member->role, .ws = c->ws};
	const char *error;
	bool knocks;
	int err;

	thread_claim(&on_ctl);
	if (!c->member->warm)
		return "bad_state";
	if (c->server->draining ||
	    (c->server->no_newcomers && c->member->role != ROLE_ADMIN))
		return "server_draining";
	error = name_of(c, name, !c->member->name[0]);
	if (error)
		return error;
	if (door_busy(c->server, c->member->role))
		return "server_busy";
	conf.seat = c->member->seat;
	error = pass(c->member->room, &conf, &knocks);
	if (error)
		return error;
	if (knocks) {
		wait_in_lobby(c, name);
		return NULL;
	}
	if (crowded(c->member->room))
		return "room_full";
	entry.mic = entry.mic && member_may(c->member, CAP_SPEAK);
	entry.cam = proto_bool(c->d, "cam", false) && member_may(c->member, CAP_CAMERA) &&
		    overload_shed(c->server->overload) < SHED_MAIN;
	err = member_enter(c->member, &entry);
	if (err)
		return err == -ENOSPC ? "room_full" : "no_resources";
	seats_take_over(c->member);
	c->reply = notice_snapshot(c->member, false);
	c->after = media_begins;
	return NULL;
}

static void offer_again(struct member *member) RUNS_ON(on_ctl)
{
	if (member->room && call_resume(member))
		log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
}

/* Both run behind the reply, so that the client gets all in order. */
static void resume_replayed(struct member *member)
{
	thread_claim(&on_ctl);
	session_replay(member->session, member->resume_seq);
	if (member->room) { /* hints are not replayed */
		notice_roster_to(member);
		notice_tools_to(member);
	}
	offer_again(member);
}

static void resume_anew(struct member *member)
{
	thread_claim(&on_ctl);
	if (member->room)
		notice_asks(member); /* a snapshot does not have it */
	offer_again(member);
}

/* A class hears of it only when the member is listed: those are so few that the
 * burst lets all of them back in at once. */
static bool resume_later(struct command *c, struct member *member) RUNS_ON(on_ctl)
{
	static const struct bucket_rate own = {LIMIT_RESUMES_SEC, LIMIT_RESUMES_BURST};
	static const struct bucket_rate all = {LIMIT_JOINS_SEC, LIMIT_JOINS_BURST};
	int64_t now = clock_us(), wait_us;

	_Static_assert(LIMIT_JOINS_BURST > ROSTER_LISTED, "they come back all at once");
	if (policy_staff(member->role))
		return false;
	wait_us = bucket_wait(&member->resumes, &own, BUCKET_DEED_US, now);
	c->after_ms = (uint32_t)((wait_us + MS_US - 1) / MS_US);
	if (!c->after_ms)
		bucket_take(&member->resumes, BUCKET_DEED_US);
	if (!c->after_ms && member->listed)
		c->after_ms = join_line_wait(&member->room->resumes, &all, now);
	if (c->after_ms)
		count_add(COUNT_REJECT_RATE, 1);
	return c->after_ms > 0;
}

const char *cmd_resume(struct command *c)
{
	struct member *member;

	thread_claim(&on_ctl);
	member = member_by_session(c->server, proto_string(c->d, "token"));
	if (!member || member->warm)
		return "no_session";
	if (resume_later(c, member))
		return "too_fast";
	c->member = member;
	member->resume_seq = (uint64_t)proto_int(c->d, "seq", 0);
	member_back(member, c->ws);
	if (session_can_replay(member->session, member->resume_seq)) {
		c->reply = cJSON_CreateObject();
		cJSON_AddBoolToObject(c->reply, "replayed", true);
		c->after = resume_replayed;
	} else {
		c->reply = notice_snapshot(member, true);
		c->after = resume_anew;
		count_add(COUNT_WS_SNAPSHOT, 1);
	}
	return NULL;
}

const char *cmd_ping(struct command *c)
{
	(void)c;
	return NULL;
}

static void leave_now(struct member *member)
{
	thread_claim(&on_ctl);
	if (member->room && !member->warm)
		live_park(member); /* a page that is loaded anew says so, too */
	member_leave(member, "left", NULL);
}

const char *cmd_leave(struct command *c)
{
	c->after = leave_now;
	return NULL;
}
