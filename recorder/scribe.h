/* scribe.h - the thread of one edition of a recording: hands unit after unit to the
 * plugin, begins a new part when it must. Nobody waits for it: what it is given is
 * queued, 2 s or 16 MiB or 400 units, 4 000 of an edition that keeps what members send;
 * policy when full: scribe_give() says so, and its owner ends the edition, or drops the
 * unit when it is of a member.
 */
#ifndef RECORDER_SCRIBE_H
#define RECORDER_SCRIBE_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/reel.h"
#include "recorder/sender.h"

#include <stdbool.h>
#include <stdint.h>

struct scribe;

/* A part that was closed, and whether it is the last one. */
struct scribe_piece {
	struct reel_piece piece;
	bool last;
};

/* For the edition of this index of conf->editions. -ENOMEM, -EAGAIN. */
int scribe_create(struct scribe **out, struct rec_env *env,
		  const struct recording_conf *conf, uint32_t index)
	RUNS_ON(on_rec) AULA_MUST_CHECK;

/* Takes a reference. `at_us` is its time in the recording, not negative. False: it
 * cannot keep up. */
bool scribe_give(struct scribe *s, struct au *au, int64_t at_us)
	RUNS_ON(on_rec) AULA_MUST_CHECK;

/* The same of a unit of one of those who send; NULL: it has ended, for which there is a
 * reserve. Takes a reference of both. */
bool scribe_give_sender(struct scribe *s, struct sender *sender, struct au *au,
			int64_t at_us) RUNS_ON(on_rec) AULA_MUST_CHECK;

/* What it was given before is written, then it ends. */
void scribe_close(struct scribe *s) RUNS_ON(on_rec);

/* Where the last unit that is written ends, in the recording. */
int64_t scribe_end_us(struct scribe *s) RUNS_ON(on_rec);

/* Wakes the record thread up when the next unit is written. */
void scribe_tell(struct scribe *s) RUNS_ON(on_rec);

/* The oldest part that it closed, until scribe_forget(); NULL: there is none. */
const struct scribe_piece *scribe_piece(struct scribe *s) RUNS_ON(on_rec);
void scribe_forget(struct scribe *s) RUNS_ON(on_rec);

/* Did it end, by itself or since it was closed? Then *err says why. One that is silent
 * for 10 s is left behind: -ETIMEDOUT, and its part stays as it is. */
bool scribe_ended(struct scribe *s, int *err) RUNS_ON(on_rec);
bool scribe_left(struct scribe *s) RUNS_ON(on_rec);

/* Of one that has ended, or was given nothing. Units that wait are let go. */
void scribe_destroy(struct scribe *s) RUNS_ON(on_rec);

#endif
