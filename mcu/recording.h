/* recording.h - starts, pauses and stops a room's recording. Its row and its files are
 * those of takes.h. Control thread.
 */
#ifndef MCU_RECORDING_H
#define MCU_RECORDING_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "recorder/recorder.h"

struct recording_wish {
	const char *title; /* NULL or empty: the class's */
	uint32_t editions; /* a bit of each that is wanted, see editions.h; not 0 */
	/* With EDITION_PUSH: where to, see push_target.h. It is given to the recorder and
	 * kept nowhere else: it lets whoever has it send there. */
	const char *push;
	/* It has a picture of its own, in this layout (as of layout.set); NULL: as it was
	 * last. Else it is what the class is seen as. */
	bool own;
	const char *layout;
};

/* -EBUSY: one runs already, or too many in this process; -ENOENT: nobody is in the class,
 * so that there is nothing to record; -ENOTSUP: an edition that the server does not make;
 * -EIO: its layout could not be drawn. */
int recording_start(struct room *room, const struct recording_wish *wish)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* `why` is for the record of acts: a word. */
void recording_stop(struct room *room, const char *why) RUNS_ON(on_ctl);
/* The same; everybody is told of it as an error. */
void recording_stop_why(struct room *room, const char *error) RUNS_ON(on_ctl);

/* Nobody is in the class any more. It ends; or, with `groups`, where everybody may be, it
 * waits until somebody is back: recording_second() sees that, each second. */
void recording_alone(struct room *room, bool groups) RUNS_ON(on_ctl);
void recording_second(struct room *room) RUNS_ON(on_ctl);

/* Somebody is in the class who will be told that it is recorded: each member is counted
 * once in a recording, and the act of its end says how many. When each of them came and
 * went is in the visits. */
void recording_met(struct member *member) RUNS_ON(on_ctl);

/* Nothing is recorded between them, and no time passes in the files. -EALREADY: it is so
 * already; -ENOENT: there is none; -EAGAIN: nobody is in the class. */
int recording_pause(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
int recording_resume(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* How far it is now, in its own time: from the first frame that was written. */
int64_t recording_at_ms(const struct room *room) RUNS_ON(on_ctl);

/* Keeps this moment with a text. -ENOENT: there is none; -ENOSPC: LIMIT_MARKS. */
int recording_mark(struct room *room, const char *text, struct db_mark *mark)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The first frame of recording `id` was written, or the first after a pause: it counts
 * from now, beginning with `at_ms`. */
void recording_started(struct server *server, uint32_t id, int64_t at_ms) RUNS_ON(on_ctl);

/* One edition of a recording ended while others go on; its file comes later. */
void recording_ended(struct server *server, const struct recording_result *result)
	RUNS_ON(on_ctl);

#endif
