/* move.h - a member goes to another class of this server without a new page: its
 * connection, its call and its id are the same, it is told the other class as a whole
 * by the event `moved`. Control thread.
 */
#ifndef MCU_MOVE_H
#define MCU_MOVE_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/policy.h"

struct member;
struct room;

/* `why` as the event says it: "moved", "group", "back". Errors as of member_move(). */
int move_to(struct member *member, struct room *to, enum role role, const char *why)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What somebody of this role is in another class that did not give it a link: who
 * leads here does not lead there. Groups are of the class: there it is the same. */
enum role move_role(const struct room *from, const struct room *to, enum role role);

#endif
