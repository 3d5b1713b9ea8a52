/* happenings.h - what comes up in a class while it is recorded, kept for the chapters of
 * the recording: a page of a deck, a clip, a shared screen, another layout, a hand that
 * was called, somebody else who speaks for long. Seen by what the class is like, each
 * second and when it changes; what does not stay is left out. Control thread.
 */
#ifndef MCU_HAPPENINGS_H
#define MCU_HAPPENINGS_H

#include "base/limits.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

#define HAPPENINGS_REST_US  INT64_C(2000000)  /* what is gone sooner was nothing */
#define HAPPENINGS_SPEAK_US INT64_C(20000000) /* who speaks is told of after so long */
#define HAPPENINGS_BREAK_US INT64_C(3000000)  /* another's word of less is no change */

struct room;
struct happenings; /* of a room; NULL: none was recorded */

/* In the order of what counts more, when there is room for one. */
enum happening {
	HAPPENING_SLIDE,
	HAPPENING_CLIP,
	HAPPENING_SCREEN,
	HAPPENING_HAND,
	HAPPENING_SPEAKER,
	HAPPENING_LAYOUT,
	HAPPENINGS
};

/* As it is stored and told. */
const char *happening_name(enum happening kind);
/* HAPPENINGS: no such name. */
enum happening happening_by_name(const char *name);

/* One thing that goes on; `who` empty: it does not. */
struct happening_now {
	char who[40];                    /* what it is, to tell it from others */
	char text[LIMIT_MARK_BYTES + 1]; /* what people call it */
	uint32_t number;                 /* of a page */
};

/* ---- what is seen, pure ---------------------------------------------------- */

struct happening_watch {
	struct happening_now now, told;
	int64_t since_us, since_ms; /* of `now`; the second in the recording */
	int64_t other_us;           /* somebody else speaks since then; 0: no */
	bool waits;                 /* `now` was not told of yet */
};

struct happenings_watch {
	struct happening_watch of[HAPPENINGS];
	bool looked;
};

/* What went on at its first look is told of when it is to be seen. note() may be called
 * for several. Times rise. */
void happenings_see(struct happenings_watch *watch,
		    const struct happening_now now[HAPPENINGS], int64_t at_ms,
		    int64_t now_us,
		    void (*note)(void *ctx, enum happening kind,
				 const struct happening_now *what, int64_t at_ms),
		    void *ctx);

/* ---- of a class ------------------------------------------------------------ */

/* Each second, and when something of it may have changed. Of one recording at most
 * LIMIT_HAPPENINGS are kept: the rest is not. Stores what is to be kept. */
void happenings_look(struct room *room) RUNS_ON(on_ctl);
void happenings_free(struct room *room) RUNS_ON(on_ctl);

#endif
