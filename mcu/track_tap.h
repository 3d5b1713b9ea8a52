/* track_tap.h - what members send, for the edition `tracks` of a class's recording: whose
 * sources the mixers copy to the recorder, and what it is told of them. Nothing is copied
 * while no such edition runs. A source that is closed, as by a member who goes into a
 * group or leaves, is no longer copied by that alone. Control thread.
 */
#ifndef MCU_TRACK_TAP_H
#define MCU_TRACK_TAP_H

#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

/* All who send in the class, once the recorder knows of the recording and everybody was
 * told of it; `on` false: in a pause, and at the end. */
void track_tap_room(struct room *room, bool on) RUNS_ON(on_ctl);

/* One is in the class from here on, or goes. */
void track_tap_enter(struct member *member) RUNS_ON(on_ctl);
void track_tap_leave(struct member *member) RUNS_ON(on_ctl);

/* It switched this on (`part` is ID_VOICE, ID_CAMERA or ID_SCREEN): after the mixer has
 * the source. A camera or a screen that is switched off is a track that has ended; a
 * voice is the same one until its member leaves. */
void track_tap_on(struct member *member, uint32_t part) RUNS_ON(on_ctl);
void track_tap_off(struct member *member, uint32_t part) RUNS_ON(on_ctl);

#endif
