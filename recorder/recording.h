/* recording.h - one recording while it runs: hands each unit to the editions that
 * want it, by the one clock that they share.
 */
#ifndef RECORDER_RECORDING_H
#define RECORDER_RECORDING_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/sender.h"

#include <stdbool.h>

struct recording;

int recording_create(struct recording **out, struct rec_env *env,
		     const struct recording_conf *conf) RUNS_ON(on_rec) AULA_MUST_CHECK;

/* Ends all editions, as far as they have not; 0: since that was wanted. Go on with
 * recording_settle(). */
void recording_end(struct recording *rec, int err) RUNS_ON(on_rec);

/* Takes the unit; `video` as in recorder_push(). */
void recording_unit(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec);

/* Who sends begins (it is taken), ends, and what comes of it: the unit is taken. `gap` as
 * in sender_takes(). */
void recording_sender(struct recording *rec, struct sender *sender) RUNS_ON(on_rec);
void recording_sender_gone(struct recording *rec, uint32_t source) RUNS_ON(on_rec);
void recording_sender_unit(struct recording *rec, uint32_t source, struct au *au,
			   uint32_t gap) RUNS_ON(on_rec);

void recording_halt(struct recording *rec) RUNS_ON(on_rec);
void recording_go_on(struct recording *rec) RUNS_ON(on_rec);

/* Each second, and when a scribe rings: what became of the editions. False: none is left,
 * and the recording is gone. */
bool recording_settle(struct recording *rec) RUNS_ON(on_rec);

uint32_t recording_id(const struct recording *rec) RUNS_ON(on_rec);

#endif
