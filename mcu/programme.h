/* programme.h - what a room shows and sounds like: scenes by the layout
 * plugin, the tile map, and the encoders that its viewers need. Control thread.
 */
#ifndef MCU_PROGRAMME_H
#define MCU_PROGRAMME_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/room.h"

/* Opens view, mix and their outlets; closes them. */
int programme_open(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void programme_close(struct room *room) RUNS_ON(on_ctl);

/* Asks the layout where everybody goes; posts a scene when anything moved.
 * A failing layout keeps the last good scene. */
void programme_arrange(struct room *room) RUNS_ON(on_ctl);

/* -ENOENT: no such layout. Else `generation` is the scene that will show it. */
int programme_set_layout(struct room *room, const char *name, uint32_t *generation)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Starts the encoders that are needed, stops the others. */
void programme_rungs(struct room *room) RUNS_ON(on_ctl);

/* Points the member's peer at the rung of its codec and at the mix. */
void programme_watch(struct member *member) RUNS_ON(on_ctl);

/* A scene was seen for the first time. */
void programme_live(struct room *room, uint32_t generation, int64_t pts_us)
	RUNS_ON(on_ctl);

#endif
