/* cmd_library.h - commands about one recording of the class, while the database is asked
 * for it. Private to the cmd_*.c of recordings. Control thread.
 */
#ifndef MCU_CMD_LIBRARY_H
#define MCU_CMD_LIBRARY_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/command.h"
#include "signaling/session.h"

#include <stdbool.h>
#include <stdint.h>

struct library_ask {
	struct server *server;
	char session[SESSION_TOKEN + 1]; /* of who asked, as long as it is there */
	int64_t id;
	char room[DB_ID + 1];
	char recording[DB_ID + 1];
	/* The recording is there, and of the class. Answers, now or later. */
	void (*found)(struct library_ask *ask, const struct db_recording *row);
	/* what it was asked with, as each command needs it */
	char text[LIMIT_TITLE * 4 + 1];
	int64_t from_ms, to_ms;
	uint32_t days;
	bool on;
};

/* Who asked; nothing was looked for yet. NULL without memory. */
struct library_ask *library_ask_new(const struct command *c)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Asked for the recording that the field `id` names. The caller fills in what it needs
 * of the rest before it returns. NULL without memory, or when nobody can be asked. */
struct library_ask *library_ask(struct command *c,
				void (*found)(struct library_ask *ask,
					      const struct db_recording *row))
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Replies by `d` (NULL: {}) or, unless that is NULL, by the error code; and it is over.
 */
void library_answer(struct library_ask *ask, cJSON *d, const char *code) RUNS_ON(on_ctl);

/* Takes `d`, what was changed, unless `err`: told before the answer, so that whoever
 * asked hears both. */
void library_changed(struct library_ask *ask, const struct db_recording *row, cJSON *d,
		     int err) RUNS_ON(on_ctl);
/* When it was thrown away, and when it goes for good; 0: it was not, never. */
cJSON *library_gone(const struct server *server, const struct db_recording *row)
	RUNS_ON(on_ctl);

#endif
