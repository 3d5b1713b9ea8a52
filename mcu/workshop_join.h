/* workshop_join.h - recordings of a class joined as one, in the order of their times, by
 * what workshop_cut.h says. Whether they fit together is looked at before there is
 * anything to wait for: pictures may differ in size, sound may not. Control thread.
 */
#ifndef MCU_WORKSHOP_JOIN_H
#define MCU_WORKSHOP_JOIN_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"

#include <stdint.h>

struct joining; /* that is looked at */
struct server;

#define JOININGS 4 /* looked at at once; the rest is told to come again */

struct workshop_join {
	const char *room;       /* they are all of this class */
	char (*ids)[DB_ID + 1]; /* 2 to LIMIT_JOINS, none of them twice */
	uint32_t n;
	const char *title; /* empty: that of the first */
	/* Told once, later. `code`: NULL, and it waits to be made, or why not:
	 * unknown_recording, recordings_differ, too_long, too_many_cuts, quota_full,
	 * in_storage, not_supported, server_draining, no_resources. */
	void (*done)(void *ctx, const char *code, const char *id);
	void *ctx;
};

/* What it names is copied. -EBUSY: JOININGS are looked at; -ENOSYS: nothing is joined
 * here; -ENOMEM, -ENOBUFS. */
int workshop_join(struct server *server, const struct workshop_join *wish)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What is answered to who asked for a cut, or to join: of the errors of these calls and
 * of those of workshop_cut.h. */
const char *workshop_refusal(int err);

/* At the end, before the database: all that are looked at are told so. */
void workshop_join_forget(struct server *server) RUNS_ON(on_ctl);

#endif
