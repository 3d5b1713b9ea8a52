/* clip.h - a clip that is played into a class: everybody sees it where a screen would be,
 * and hears it. It is a deck of kind "clip", and `shown` of room_decks while it plays; by
 * whom, and who may end it, is as of a deck. One in a class, LIMIT_CLIPS in all. Nothing
 * of it holds over an end of the server but the upload. Control thread.
 */
#ifndef MCU_CLIP_H
#define MCU_CLIP_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct deck;
struct member;
struct room;
struct server;

/* When the media threads run. */
int clips_start(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Before they end. */
void clips_stop(struct server *server) RUNS_ON(on_ctl);

/* From there on; ends what was shown or shared before. NULL, or an error code. */
const char *clip_play(struct room *room, struct deck *deck, uint32_t at_ms,
		      const struct member *by) RUNS_ON(on_ctl);
/* Of one that plays: see `run` of room_clip. */
void clip_pause(struct room *room, bool on) RUNS_ON(on_ctl);
const char *clip_seek(struct room *room, uint32_t at_ms) RUNS_ON(on_ctl);
/* If one plays. */
void clip_stop(struct room *room) RUNS_ON(on_ctl);
/* The same as the room's media end: nobody is told. */
void clip_close(struct room *room) RUNS_ON(on_ctl);

/* Where it is now. */
uint32_t clip_at_ms(const struct room *room) RUNS_ON(on_ctl);

#endif
