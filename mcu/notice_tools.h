/* notice_tools.h - what members are told of hands, polls, reactions and the timer.
 * Control thread.
 */
#ifndef MCU_NOTICE_TOOLS_H
#define MCU_NOTICE_TOOLS_H

#include "base/thread.h"
#include "mcu/member.h"
#include "mcu/room.h"

#include <cjson/cJSON.h>

/* All of it as it is now: fields of the snapshot. */
void notice_json_tools(cJSON *d, const struct member *member) RUNS_ON(on_ctl);
/* After a replay, which has no hints. */
void notice_tools_to(const struct member *member) RUNS_ON(on_ctl);

/* To all; the names of more hands to staff than to others. */
void notice_hands(const struct room *room) RUNS_ON(on_ctl);
/* To one: its own place, and whether it has the floor. */
void notice_hand(const struct member *member) RUNS_ON(on_ctl);
/* To all; the sums to those who may ask, and to others where they are shown. */
void notice_poll(const struct room *room) RUNS_ON(on_ctl);
void notice_poll_counts(const struct room *room) RUNS_ON(on_ctl); /* a hint */
void notice_countdown(const struct room *room) RUNS_ON(on_ctl);
void notice_reactions(const struct room *room) RUNS_ON(on_ctl); /* a hint */

#endif
