/* live_text.h - what goes on in a class, as the text that is stored: JSON with a list
 * `due`, the timer, and the groups. Control thread.
 */
#ifndef MCU_LIVE_TEXT_H
#define MCU_LIVE_TEXT_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/live.h"

struct room;

/* One thing more that waits. -ENOSPC, -ENOMEM. */
int live_add(struct live *live, const struct live_due *one) AULA_MUST_CHECK;

/* To be freed; NULL: no memory. */
char *live_text_write(const struct room *room, const struct live *all) RUNS_ON(on_ctl);
/* Adds what the text says to the room; what a later program wrote is left out. -EINVAL:
 * it is none. */
int live_text_read(struct room *room, const char *text) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
