/* roster.h - of whom the others are told. Telling everybody of everybody is
 * quadratic: in a class of thousands it would be most of what the server sends.
 *
 * A member is listed when it joined while fewer than ROSTER_LISTED were, when it
 * is a lecturer or an administrator, and as soon as others see, hear or have to
 * deal with it: microphone, camera, screen, pinned, a weak link. Who is listed
 * stays so. All others are the audience: no events tell of them, and the snapshot
 * lists none of them but the member that it is for. How many they are says the
 * hint `roster`. Control thread.
 */
#ifndef MCU_ROSTER_H
#define MCU_ROSTER_H

#include "base/thread.h"

#include <stdint.h>

struct member;
struct room;

#define ROSTER_LISTED  200
#define ROSTER_HINT_US INT64_C(2000000) /* from one hint to the next, at least */

/* It has come, and is among the room's members: listed or not. Tells nobody. */
void roster_join(struct member *member) RUNS_ON(on_ctl);
/* It is among them no longer. Tells nobody. */
void roster_leave(struct member *member) RUNS_ON(on_ctl);
/* Is listed from now on; when it was not, the others get `member.joined`. */
void roster_list(struct member *member) RUNS_ON(on_ctl);

/* Each second: how many there are, when that changed. */
void roster_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

#endif
