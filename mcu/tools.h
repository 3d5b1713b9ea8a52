/* tools.h - the tools of a class in time: what a member takes with it, what is told
 * together, and how a poll is stored and comes back. Control thread.
 */
#ifndef MCU_TOOLS_H
#define MCU_TOOLS_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/poll.h"

#include <stdint.h>

struct member;
struct room;
struct server;

#define TOOLS_TICK_US INT64_C(500000)

/* Each TOOLS_TICK_US. Sums of a poll are told each second time. */
void tools_tick(struct room *room, int64_t now_us, bool even) RUNS_ON(on_ctl);
/* It is no longer among the members. */
void tools_leave(struct room *room, struct member *member) RUNS_ON(on_ctl);
/* Of a room that ends, and of one that nobody is in any more. */
void tools_close(struct room *room) RUNS_ON(on_ctl);
void tools_idle(struct room *room) RUNS_ON(on_ctl);
/* The last poll of a class, as it was stored, comes back. */
int tools_load(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Told and stored. -ENOBUFS, -ENOMEM: nothing has changed. */
int tools_poll_start(struct room *room, const struct poll_ask *ask)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
int tools_poll_stop(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
int tools_poll_show(struct room *room, bool all) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Counted and stored; *ballot is its secret. -ENOSPC too. */
int tools_vote(struct member *member, const char *known, uint16_t choices,
	       const char **ballot) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
