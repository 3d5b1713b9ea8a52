/* notice_made.h - what members are told of what is made of recordings, see workshop.h.
 * Control thread. */
#ifndef MCU_NOTICE_MADE_H
#define MCU_NOTICE_MADE_H

#include "base/thread.h"
#include "db/db.h"
#include "mcu/member.h"
#include "mcu/server.h"

#include <cjson/cJSON.h>

/* Adds `made` to a recording's row, with links for this member; NULL: without links. */
void notice_made(cJSON *d, struct server *server, const struct member *reader,
		 const struct db_recording *row) RUNS_ON(on_ctl);

/* To those of its class who may see it. `code`: why it failed, or NULL. `done` is told
 * while it is worked on. */
void notice_made_event(struct server *server, const struct db_recording *row,
		       const char *state, double done, const char *code) RUNS_ON(on_ctl);

#endif
