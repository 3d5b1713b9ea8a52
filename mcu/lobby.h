/* lobby.h - who knocked and waits to be let in. They are on the porch (porch.h): their
 * call stands, and nobody of the class is told of them but who may let them in.
 * Control thread.
 */
#ifndef MCU_LOBBY_H
#define MCU_LOBBY_H

#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

#define LOBBY_HINT_US INT64_C(1000000)          /* between two tellings */
#define LOBBY_US      (INT64_C(3600) * 1000000) /* then it is let go */

/* It waits from now on; a second time changes nothing. */
void lobby_knock(struct member *member) RUNS_ON(on_ctl);
/* It goes, or comes in. Of who did not knock nothing is done. */
void lobby_forget(struct member *member) RUNS_ON(on_ctl);

/* Did it knock at this one? */
bool lobby_waits(const struct member *member, const struct room *room) RUNS_ON(on_ctl);
/* Who knocked, by its block; NULL: nobody. */
struct member *lobby_find(const struct room *room, uint32_t base) RUNS_ON(on_ctl);
/* Lets it in, or all (NULL): it is told, and enters by itself. 0, or as seats_admit(). */
int lobby_admit(struct room *room, struct member *member) RUNS_ON(on_ctl);
/* The lobby was opened: who waits comes in. */
void lobby_open(struct room *room) RUNS_ON(on_ctl);

/* Tells those who may admit, if it changed. */
void lobby_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

#endif
