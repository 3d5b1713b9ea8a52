/* cmd_session.c - coming, coming back, going. */
#include "mcu/command.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/call.h"
#include "mcu/guess.h"
#include "mcu/joins.h"
#include "mcu/notice.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/subscriber.h"
#include "signaling/session.h"

/* A token that is given must be good: a stale link is told, not degraded. */
static enum role role_of(const struct server *server, const struct room *room,
			 const char *token)
{
	char purpose[ROOM_PURPOSE_MAX];

	if (!token || !*token)
		return room ? ROLE_STUDENT : ROLE_NONE;
	if (auth_key_matches(&server->key, "admin", token))
		return ROLE_ADMIN;
	if (!room)
		return ROLE_NONE;
	room_purpose(room->row.code, purpose);
	return auth_key_matches(&server->key, purpose, token) ? ROLE_LECTURER : ROLE_NONE;
}

static void offer_first(struct member *member)
{
	thread_claim(&on_ctl);
	if (call_offer(member))
		log_warn("offer_failed", "member=%u", member->base / ID_BLOCK);
}

/* Is somebody from there in the class already? */
static bool has_subscriber(const struct room *room, const char *ip)
{
	const struct subscriber who = subscriber_of(ip);

	for (uint32_t i = 0; i < room->n_members; i++)
		if (subscriber_same(&who, &room->members[i]->from))
			return true;
	return false;
}

/* Finds the class and the role. Codes are short, so whoever was wrong too often
 * waits. Two pass nevertheless, so that one pupil does not keep a whole school out
 * that has one address: who has a good token, since that cannot be guessed, and who
 * has the code of a class that others of the same address are in. */
static const char *find(struct command *c, struct member_conf *conf) RUNS_ON(on_ctl)
{
	const char *code = proto_string(c->d, "code"), *error = NULL;
	const char *ip = ws_remote_ip(c->ws);
	int64_t now = clock_us();
	bool allowed = guess_allowed(c->server->guess, ip, now);

	if (*code) {
		conf->room = room_by_code(c->server, code);
		if (!conf->room)
			error = "no_room";
	}
	if (!error) {
		conf->role = role_of(c->server, conf->room, proto_string(c->d, "token"));
		if (conf->role >= ROLE_LECTURER)
			return NULL;
		if (conf->role == ROLE_NONE)
			error = *code ? "bad_token" : "no_room";
	}
	if (!allowed && (error || !has_subscriber(conf->room, ip)))
		return "too_fast"; /* the same for right and wrong ones */
	if (error)
		guess_wrong(c->server->guess, ip, now);
	return error;
}

/* Both lines count everybody who asks: who is refused at the second was at the
 * first, and cannot make the second longer than its address may. */
static bool come_later(struct command *c, struct room *room) RUNS_ON(on_ctl)
{
	const uint32_t n = c->server->conf->max_joins;
	const struct bucket_rate rate = {n, n * (LIMIT_JOINS_BURST / LIMIT_JOINS_SEC)};
	int64_t now = clock_us();

	c->after_ms = joins_wait(c->server->joins, ws_remote_ip(c->ws), now);
	if (!c->after_ms)
		c->after_ms = join_line_wait(&room->joins, &rate, now);
	if (c->after_ms)
		count_add(COUNT_REJECT_RATE, 1);
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

static bool busy(const struct command *c, enum role role) RUNS_ON(on_ctl)
{
	if (role >= ROLE_LECTURER || overload_shed(c->server->overload) < SHED_MAIN)
		return false;
	count_add(COUNT_REJECT_LOAD, 1);
	return true;
}

const char *cmd_join(struct command *c)
{
	char name[LIMIT_NAME_BYTES + 1];
	struct member_conf conf = {.server = c->server,
				   .name = name,
				   .ws = c->ws,
				   .warm = proto_bool(c->d, "warm", false)};
	const char *error;
	int err;

	thread_claim(&on_ctl);
	if (c->server->draining)
		return "server_draining";
	error = name_of(c, name, !conf.warm);
	if (error)
		return error;
	error = find(c, &conf);
	if (error)
		return error;
	if (conf.warm && !conf.room) {
		c->field = "warm";
		return "bad_field"; /* a console has nothing to enter */
	}
	if (busy(c, conf.role))
		return "server_busy";
	if (conf.role < ROLE_LECTURER && come_later(c, conf.room))
		return "too_fast";
	err = member_join(&c->member, &conf);
	if (err)
		return err == -ENOSPC ? "room_full" : "no_resources";
	c->reply = conf.warm ? notice_porch(c->member)
			     : notice_snapshot(c->member, false);
	if (c->member->room)
		c->after = offer_first;
	return NULL;
}

static void media_begins(struct member *member)
{
	thread_claim(&on_ctl);
	call_enter(member);
	if (member->cam)
		notice_asks(member); /* what was asked for before the reply */
}

/* How fast they may come was asked when they came to wait. */
const char *cmd_enter(struct command *c)
{
	char name[LIMIT_NAME_BYTES + 1];
	struct member_entry entry = {.name = name, .mic = proto_bool(c->d, "mic", false)};
	const char *error;
	int err;

	thread_claim(&on_ctl);
	if (!c->member->warm)
		return "bad_state";
	if (c->server->draining)
		return "server_draining";
	error = name_of(c, name, !c->member->name[0]);
	if (error)
		return error;
	if (busy(c, c->member->role))
		return "server_busy";
	entry.cam = proto_bool(c->d, "cam", false) &&
		    overload_shed(c->server->overload) < SHED_MAIN;
	err = member_enter(c->member, &entry);
	if (err)
		return err == -ENOSPC ? "room_full" : "no_resources";
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
	if (member->room)
		notice_roster_to(member); /* hints are not replayed */
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
	if (member->role >= ROLE_LECTURER)
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
	member_leave(member, "left", NULL);
}

const char *cmd_leave(struct command *c)
{
	c->after = leave_now;
	return NULL;
}
