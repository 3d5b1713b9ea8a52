/* director.h - what is on air by whose word, and until when: requests are followed to
 * their first frame, changes can be taken back, cues are taken when their time comes.
 * Control thread.
 */
#ifndef MCU_DIRECTOR_H
#define MCU_DIRECTOR_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/cue.h"
#include "mcu/picture.h"

#include <stdbool.h>
#include <stdint.h>

struct director; /* of a room; NULL until there is something to direct */
struct member;
struct room;
struct server;

/* Changes that can be taken back, of each room; the oldest goes. */
#define DIRECTOR_UNDO 32
/* Requests on their way to the screen; the oldest is told that it was overtaken. */
#define DIRECTOR_ASKED 32
/* A picture that nobody is shown has no first frame: said after so long. */
#define DIRECTOR_UNSEEN_US INT64_C(3000000)

/* What a picture shows, and who is meant by its places. People are bases of members, or
 * 0; they are the same for all pictures of a room. */
struct on_air {
	enum picture_kind picture;
	char layout[LIMIT_LAYOUT_TEXT + 1];
	uint32_t pinned, interpreter, guest;
};

/* The server's timer; before any room has something to direct. */
int director_start(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void director_stop(struct server *server) RUNS_ON(on_ctl);
/* Of a room that ends; nobody is told. */
void director_free(struct room *room) RUNS_ON(on_ctl);

/* ---- changes ------------------------------------------------------------------- */

void director_on_air(const struct room *room, enum picture_kind picture,
		     struct on_air *out) RUNS_ON(on_ctl);

/* Takes a layout, by `by` or (NULL) by the clock. -ENOENT, -EINVAL as
 * programme_set_layout(); -EIO: it failed, and what was on air still is. */
int director_layout(struct room *room, struct member *by, enum picture_kind picture,
		    const char *layout, uint32_t *generation)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Before a change of who is pinned or has a part, so that it can be taken back. */
void director_note(struct room *room) RUNS_ON(on_ctl);

/* Takes the last change of the picture back, or does it again. -ENOENT: there is none. */
int director_undo(struct room *room, struct member *by, enum picture_kind picture,
		  bool redo, uint32_t *generation) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* How many can be taken back, and done again. */
uint32_t director_undos(const struct room *room, bool redo) RUNS_ON(on_ctl);

/* A scene was seen for the first time. */
void director_live(struct room *room, enum picture_kind picture, uint32_t generation,
		   int64_t pts_us) RUNS_ON(on_ctl);

/* ---- cues ---------------------------------------------------------------------- */

/* NULL: there is no memory for any. */
const struct cues *director_cues(struct room *room) RUNS_ON(on_ctl);
/* One from the database. */
void director_load(struct room *room, const struct db_cues *row) RUNS_ON(on_ctl);

/* Each stores and tells. As in cue.h; -ENOBUFS: it cannot be stored, -ENOSPC too. */
int director_cue_put(struct room *room, struct cue *cue, uint32_t at)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
int director_cue_delete(struct room *room, uint32_t id) RUNS_ON(on_ctl) AULA_MUST_CHECK;
int director_cue_move(struct room *room, uint32_t id, uint32_t to)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
int director_cue_clear(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Takes it: `id` 0 is the next one. -ENOENT: there is none; else as director_layout(). */
int director_cue_go(struct room *room, struct member *by, uint32_t id,
		    uint32_t *generation) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
