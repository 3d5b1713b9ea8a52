/* edition.h - one edition of a recording while it runs, as the record thread sees it:
 * what it gives to the scribe, and what becomes of the parts. Never blocks.
 */
#ifndef RECORDER_EDITION_H
#define RECORDER_EDITION_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/sender.h"

#include <stdbool.h>
#include <stdint.h>

struct edition;

/* The one of this index of conf->editions. */
int edition_create(struct edition **out, struct rec_env *env,
		   const struct recording_conf *conf, uint32_t index)
	RUNS_ON(on_rec) AULA_MUST_CHECK;

/* One that nothing was given: it was never there. */
void edition_drop(struct edition *e) RUNS_ON(on_rec);

/* Does it take pictures, and this one? Not when it has failed. */
bool edition_has_video(const struct edition *e) RUNS_ON(on_rec);
/* Does it take the class's sound, and nothing else? */
bool edition_has_sound_alone(const struct edition *e) RUNS_ON(on_rec);
bool edition_wants(const struct edition *e, uint32_t video, const struct au *au)
	RUNS_ON(on_rec);

/* Takes a reference. `at_us` is its time in the recording, not negative. False: it was
 * of no use. */
bool edition_unit(struct edition *e, struct au *au, int64_t at_us) RUNS_ON(on_rec);

/* Does it keep what members send, and each of them alone? Of nothing else, then. */
bool edition_has_tracks(const struct edition *e) RUNS_ON(on_rec);
/* The same of a unit of one of them; NULL: it has ended. False: it could not be taken. */
bool edition_sender(struct edition *e, struct sender *sender, struct au *au,
		    int64_t at_us) RUNS_ON(on_rec);

/* Pictures are missing from here on: nothing up to the next key frame can be shown. */
void edition_cut(struct edition *e) RUNS_ON(on_rec);

/* Nothing is given to it any more; the first reason stays, 0 is none. */
void edition_end(struct edition *e, int err) RUNS_ON(on_rec);

/* Looks whether the scribe has ended. Is something still given to it? */
bool edition_runs(struct edition *e) RUNS_ON(on_rec);

/* Passes on what the scribe has made. True: that was all, and the edition is gone; its
 * done event will come. */
bool edition_settle(struct edition *e) RUNS_ON(on_rec);

/* Tells once that it ended for a reason of its own; while others go on. */
void edition_tell(struct edition *e) RUNS_ON(on_rec);

/* Asks for a tick when the next unit is written; where the last one ends. */
void edition_watch(struct edition *e) RUNS_ON(on_rec);
int64_t edition_end_us(struct edition *e) RUNS_ON(on_rec);

#endif
