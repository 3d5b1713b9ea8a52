#include "mcu/door.h"

#include "base/clock.h"
#include "base/count.h"
#include "mcu/command.h"
#include "mcu/guess.h"
#include "mcu/joins.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mcu/subscriber.h"

/* A token that is given must be good: a stale link is told, not degraded. */
enum role command_role(const struct server *server, const struct room *room,
		       const char *token)
{
	static const enum role roles[] = {ROLE_LECTURER, ROLE_MODERATOR, ROLE_INTERPRETER,
					  ROLE_GUEST, ROLE_OBSERVER};
	char purpose[ROOM_PURPOSE_MAX];

	if (!token || !*token)
		return room ? ROLE_STUDENT : ROLE_NONE;
	if (auth_key_matches(&server->key, "admin", token))
		return ROLE_ADMIN;
	for (size_t i = 0; room && i < sizeof(roles) / sizeof(roles[0]); i++) {
		room_role_purpose(room->row.code, roles[i], purpose);
		if (auth_key_matches(&server->key, purpose, token))
			return roles[i];
	}
	return ROLE_NONE;
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

const char *door_find(struct server *server, const char *ip, const char *code,
		      const char *token, struct room **room, enum role *role)
{
	const char *error = NULL;
	int64_t now = clock_us();
	bool allowed = guess_allowed(server->guess, ip, now);

	*room = NULL;
	*role = ROLE_NONE;
	if (*code) {
		*room = room_by_code(server, code);
		if (!*room ||
		    (*room)->row.parent[0]) /* a group is entered by its class */
			error = "no_room";
	}
	if (!error) {
		*role = command_role(server, *room, token);
		if (*role != ROLE_NONE && token && *token)
			return NULL;
		if (*role == ROLE_NONE)
			error = *code ? "bad_token" : "no_room";
	}
	if (!allowed && (error || !has_subscriber(*room, ip)))
		return "too_fast"; /* the same for right and wrong ones */
	if (error)
		guess_wrong(server->guess, ip, now);
	return error;
}

/* Both lines count everybody who asks: who is refused at the second was at the
 * first, and cannot make the second longer than its address may. */
uint32_t door_wait_ms(struct room *room, const char *ip)
{
	const uint32_t n = room->server->conf->max_joins;
	const struct bucket_rate rate = {n, n * (LIMIT_JOINS_BURST / LIMIT_JOINS_SEC)};
	int64_t now = clock_us();
	uint32_t after_ms = joins_wait(room->server->joins, ip, now);

	if (!after_ms)
		after_ms = join_line_wait(&room->joins, &rate, now);
	if (after_ms)
		count_add(COUNT_REJECT_RATE, 1);
	return after_ms;
}

bool door_busy(const struct server *server, enum role role)
{
	if (policy_staff(role) || overload_shed(server->overload) < SHED_MAIN)
		return false;
	count_add(COUNT_REJECT_LOAD, 1);
	return true;
}
