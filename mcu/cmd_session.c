/* cmd_session.c - coming, coming back, going. */
#include "mcu/command.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/call.h"
#include "mcu/guess.h"
#include "mcu/notice.h"
#include "mcu/room.h"
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

/* Finds the class and the role. Codes are short, so whoever was wrong too often
 * waits; a good token cannot be guessed and always passes, so that nobody locks
 * a lecturer out from the same address. */
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
	if (!allowed)
		return "too_fast"; /* the same for right and wrong ones */
	if (error)
		guess_wrong(c->server->guess, ip, now);
	return error;
}

const char *cmd_join(struct command *c)
{
	char name[LIMIT_NAME_BYTES + 1];
	struct member_conf conf = {.server = c->server, .name = name, .ws = c->ws};
	const char *error;
	int err;

	thread_claim(&on_ctl);
	if (c->server->draining)
		return "server_draining";
	if (proto_name(name, sizeof(name), proto_string(c->d, "name"))) {
		c->field = "name";
		return "bad_name";
	}
	error = find(c, &conf);
	if (error)
		return error;
	err = member_join(&c->member, &conf);
	if (err)
		return err == -ENOSPC ? "room_full" : "no_resources";
	c->reply = notice_snapshot(c->member, false);
	if (c->member->room)
		c->after = offer_first;
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
	offer_again(member);
}

static void resume_anew(struct member *member)
{
	thread_claim(&on_ctl);
	offer_again(member);
}

const char *cmd_resume(struct command *c)
{
	struct member *member;

	thread_claim(&on_ctl);
	member = member_by_session(c->server, proto_string(c->d, "token"));
	if (!member)
		return "no_session";
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
