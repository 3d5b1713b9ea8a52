/* programme.h - what a room shows and sounds like: its views, its encoders, its
 * mix. Control thread.
 */
#ifndef MCU_PROGRAMME_H
#define MCU_PROGRAMME_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/picture.h"
#include "mcu/room.h"

/* Opens view, mix and their outlets; closes them. */
int programme_open(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void programme_close(struct room *room) RUNS_ON(on_ctl);

/* Net thread number `at` gets what is seen and heard from here on, until the end. */
int programme_reach(struct room *room, uint32_t at) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* On each net thread that was reached. */
int programme_outlet_open(struct room *room, uint32_t id, enum codec codec)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void programme_outlet_close(struct room *room, uint32_t id) RUNS_ON(on_ctl);

/* Asks the layout where everybody goes, and tunes the encoders to it. */
void programme_arrange(struct room *room) RUNS_ON(on_ctl);

/* The room's ladder has changed: whatever runs goes on by the new one, at once. */
void programme_retune(struct room *room) RUNS_ON(on_ctl);

/* Of the picture of this kind; an empty name: its usual one (not of the class's). `name`
 * may have parameters behind it. -ENOENT: no such layout; -EINVAL: no such
 * parameters. Else `generation` is the scene that will show it, 0 when nobody is
 * shown that picture now. Stored. */
int programme_set_layout(struct room *room, enum picture_kind kind, const char *name,
			 uint32_t *generation) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What a layout says to itself is forgotten, and all is arranged anew. */
void programme_layout_changed(struct room *room) RUNS_ON(on_ctl);

/* Each second: what was put off, what nobody needs any more. */
void programme_tick(struct room *room) RUNS_ON(on_ctl);

#endif
