/* seats.h - what a class remembers of somebody who has no account: the page keeps a
 * signed name of a seat and shows it when it comes again, after a reload as after a
 * restart of the server. With it are stored: a ban, an admission, and what was allowed
 * or denied to it by name. Control thread.
 */
#ifndef MCU_SEATS_H
#define MCU_SEATS_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/policy.h"
#include "signaling/auth_key.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

#define SEAT_ID    20 /* characters */
#define SEAT_TOKEN (SEAT_ID + 1 + AUTH_TOKEN)
/* Of one class. When they are so many, the oldest that is only an admission goes. */
#define SEATS_MAX 2000
/* So long an admission holds: for the lesson, not for the next day's. */
#define SEAT_ADMITTED_MS (INT64_C(12) * 3600 * 1000)

struct seats {
	struct db_seat *list;
	uint32_t n, size;
};

void seats_fini(struct seats *seats);
/* One of the database, at the start. */
int seats_load(struct room *room, const struct db_seat *row)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

void seat_fresh(char id[SEAT_ID + 1]);
void seat_token(const struct room *room, const char *id, char out[SEAT_TOKEN + 1]);
/* False (`id` untouched): this server did not sign it, or not for this class. */
bool seat_read(const struct room *room, const char *token, char id[SEAT_ID + 1]);

enum gate { GATE_OPEN, GATE_LOBBY, GATE_LOCKED, GATE_BANNED };
/* May this one come in? A lecturer always may. Whose seat is held (here, or away) may in
 * spite of a lock and a lobby. From an address that somebody was banned from, a newcomer
 * waits in the lobby: a school has one address for all, so that it is not shut out. */
enum gate seats_gate(const struct room *room, enum role role, const char *id,
		     const char *ip) RUNS_ON(on_ctl);

/* What was allowed and denied to it before. */
void seats_own(const struct room *room, const char *id, struct policy_own *out);
/* These store. -ENOSPC: SEATS_MAX bans and settings; -ENOBUFS: the database is behind. */
int seats_keep(struct room *room, const struct member *member)
	RUNS_ON(on_ctl) AULA_MUST_CHECK; /* its `own` */
int seats_admit(struct room *room, const struct member *member)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
int seats_ban(struct room *room, const struct member *member)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* -ENOENT: no such ban. */
int seats_unban(struct room *room, const char *id) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The class is locked now: who is in it may come back, even after a restart. */
void seats_hold(struct room *room) RUNS_ON(on_ctl);
/* Somebody comes in with a seat of which an older self is away: that one goes, and what
 * it had in the class is the newcomer's, see live.h. Also what was the seat's before a
 * restart. */
void seats_take_over(struct member *member) RUNS_ON(on_ctl);

#endif
