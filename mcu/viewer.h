/* viewer.h - which of a class's pictures a member is shown: by its own choice, what it
 * may, and the rule of who sees whom. Control thread.
 */
#ifndef MCU_VIEWER_H
#define MCU_VIEWER_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/picture.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

/* It is in the room from here on, or no longer. */
void viewer_join(struct member *member) RUNS_ON(on_ctl);
void viewer_leave(struct member *member) RUNS_ON(on_ctl);

/* Its own choice; `front` (base of a member) only for PICTURE_PIN, else 0. -EPERM: not
 * for it; -ENOENT: nobody whom it may see; -EDQUOT: too many are put in front already;
 * -ENOMEM. On an error it goes on with what it had. */
int viewer_choose(struct member *member, enum picture_kind kind, uint32_t front)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* It looks at it upright, or no longer. */
void viewer_tall(struct member *member, bool tall) RUNS_ON(on_ctl);

/* The rule, roles or who is there has changed: all are shown what they may see now. */
void viewers_update(struct room *room) RUNS_ON(on_ctl);

#endif
