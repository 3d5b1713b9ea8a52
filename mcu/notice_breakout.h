/* notice_breakout.h - what members are told of the groups of their class. Control
 * thread.
 */
#ifndef MCU_NOTICE_BREAKOUT_H
#define MCU_NOTICE_BREAKOUT_H

#include "base/thread.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

#define BREAKOUT_NAMES 1000 /* that staff is told */

/* Of the class that `room` is, or is a group of, as this member may know it, who need not
 * be in there; null without groups. */
cJSON *notice_json_breakout(const struct room *room, const struct member *member)
	RUNS_ON(on_ctl);
/* To staff what has changed; to all with `all`, or when it concerns them. Clears what was
 * to be told. */
void notice_breakout(struct room *class, bool all) RUNS_ON(on_ctl);
/* To everybody in the groups: a word of the lecturer's. */
void notice_breakout_said(const struct room *class, const struct member *by,
			  const char *text) RUNS_ON(on_ctl);
/* To staff, wherever they are: this group asks for help, or does so no longer. */
void notice_breakout_call(const struct room *class, uint32_t number,
			  const struct member *by) RUNS_ON(on_ctl);

#endif
