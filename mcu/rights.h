/* rights.h - what members may is put into force at once: what is taken away ends on the
 * server, whether a client obeys or not. Control thread.
 */
#ifndef MCU_RIGHTS_H
#define MCU_RIGHTS_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/policy.h"

struct member;
struct room;

/* Its role, its own or the class's policy changed, by `by` (NULL: nobody here): ends
 * what it may no longer, and tells it. */
void rights_apply(struct member *member, const struct member *by) RUNS_ON(on_ctl);

/* Another policy of the class: stored, in force for all, told to all. Nothing is changed
 * on an error. */
int rights_room(struct room *room, const struct policy *policy, const struct member *by)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The same for one member, stored with its seat. */
int rights_member(struct member *member, const struct policy_own *own,
		  const struct member *by) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
