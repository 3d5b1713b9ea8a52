/* audit.h - the record of what is done by those who look after classes: one row for
 * each act, and for each that was tried without the right. command.c is the one place
 * that writes it. Control thread.
 *
 * Nothing is done that cannot be recorded: an act for which the database's queue has
 * no room is refused before it begins. Media waits for none of that.
 */
#ifndef MCU_AUDIT_H
#define MCU_AUDIT_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/bucket.h"
#include "signaling/proto.h"

#include <stdbool.h>
#include <stdint.h>

struct command;
struct server;

/* Attempts without the right that are recorded, of all together; those beyond are
 * counted. One member has its own bucket of the same kind. */
#define AUDIT_REFUSED_SEC   2
#define AUDIT_REFUSED_BURST 200

struct audit { /* of a server; zeroed: nothing was recorded yet */
	int64_t last_id;
	struct bucket refused;
	uint32_t left_out; /* attempts that were too many, since that was logged last */
	int64_t logged_us;
	int64_t purged_us; /* when old acts were let go of last; 0: not yet */
};

/* What is kept of an act while it is done. */
struct audit_note {
	struct db_act act;
};

/* Who does what, before it is done: whoever acts may be gone behind it. False: it
 * cannot be recorded and must not be done. */
bool audit_begin(struct audit_note *note, const struct command *c, const char *name,
		 const struct proto_field *fields) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The `id` of what it was about, which only its handler knows. */
void audit_about(struct audit_note *note, const char *id);
/* Recorded, with an error code or "ok". */
void audit_end(struct server *server, struct audit_note *note, const char *result)
	RUNS_ON(on_ctl);
/* What the server does to a class by itself; `fields` is a JSON object. Where there is no
 * room for it, it is in the log alone: what happens anyway cannot be refused. */
void audit_own(struct server *server, const char *name, const char *room_id,
	       const char *fields, const char *result) RUNS_ON(on_ctl);
/* Somebody tried what it may not. */
void audit_refused(const struct command *c, const char *name,
		   const struct proto_field *fields) RUNS_ON(on_ctl);

/* Once a day lets go of what is older than the configuration's audit_days. */
void audit_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);

/* The fields of the table that `d` has, as JSON of at most DB_ACT_FIELDS bytes: no
 * texts of chats, no secrets, nothing that is long. */
void audit_fields(const cJSON *d, const struct proto_field *fields,
		  char out[DB_ACT_FIELDS + 1]);

#endif
