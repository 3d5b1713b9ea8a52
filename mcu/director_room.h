/* director_room.h - what there is of a director for one room. For director*.c and
 * notice_director.c only.
 */
#ifndef MCU_DIRECTOR_ROOM_H
#define MCU_DIRECTOR_ROOM_H

#include "mcu/director.h"

/* A request that was accepted, on its way to the screen. */
struct asked {
	uint32_t member; /* base of who asked; 0: a cue's time came */
	enum picture_kind picture;
	uint32_t generation; /* as it was replied */
	uint32_t first;      /* no scene before this one shows it */
	int64_t at_us;
};

struct history {
	uint32_t n;
	struct on_air list[DIRECTOR_UNDO]; /* oldest first */
};

struct director {
	struct history undo, redo;
	uint32_t n_asked;
	struct asked asked[DIRECTOR_ASKED]; /* oldest first */
	struct cues cues;
};

/* Makes it when it is needed; NULL: no memory. */
struct director *director_of(struct room *room) RUNS_ON(on_ctl);

/* Wakes up when the next cue or deadline is due. */
void director_arm(struct server *server) RUNS_ON(on_ctl);

/* The cues of this room whose time has come; when the next one is due by clock_us(), or
 * INT64_MAX. */
void director_cues_tick(struct room *room) RUNS_ON(on_ctl);
int64_t director_cues_due_us(const struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* Shows this, with all that must be told; undo is the caller's affair. As
 * director_layout(). */
int director_show(struct room *room, struct member *by, const struct on_air *want,
		  uint32_t *generation) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The state before a change, to be gone back to. */
void director_push(struct room *room, const struct on_air *before) RUNS_ON(on_ctl);

#endif
