/* breakout_room.h - the room of a group: what it takes from its class, how it is stored
 * and how it ends. Control thread.
 */
#ifndef MCU_BREAKOUT_ROOM_H
#define MCU_BREAKOUT_ROOM_H

#include "base/attr.h"
#include "base/thread.h"

struct breakout;
struct breakout_seat;
struct room;

/* A fresh room of this class, stored. Members speak, show themselves and write there,
 * whatever the class allows: a group that only listens is none. Errors as of
 * room_create() and of the database. */
int breakout_room_make(struct room **out, struct room *class, const char *title)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Nobody is in it any more. Its recordings are those of `class` (NULL: its class did not
 * come back, they are lost in the list), all else of it is deleted. */
void breakout_room_end(struct room *room, const struct room *class) RUNS_ON(on_ctl);

/* Of breakout.c: the place of a seat, made when there is none; NULL: no memory. */
struct breakout_seat *breakout_seat_make(struct breakout *b, const char *id);

#endif
