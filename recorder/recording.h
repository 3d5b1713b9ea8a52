/* recording.h - one recording while it runs: hands each unit to the editions that
 * want it, by the one clock that they share.
 */
#ifndef RECORDER_RECORDING_H
#define RECORDER_RECORDING_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/finish.h"

#include <stdbool.h>

struct recording;

int recording_create(struct recording **out, struct rec_env *env,
		     const struct recording_conf *conf) RUNS_ON(on_rec) AULA_MUST_CHECK;

/* Ends all editions, frees the recording. */
void recording_destroy(struct recording *rec) RUNS_ON(on_rec);

/* Takes the unit; `video` as in recorder_push(). */
void recording_unit(struct recording *rec, uint32_t video, struct au *au) RUNS_ON(on_rec);

void recording_halt(struct recording *rec) RUNS_ON(on_rec);
void recording_go_on(struct recording *rec) RUNS_ON(on_rec);

/* Each second: looks at the disk. */
void recording_tick(struct recording *rec) RUNS_ON(on_rec);

/* All that was pushed is written. */
void recording_caught_up(struct recording *rec) RUNS_ON(on_rec);

/* Units were lost since it could not keep up: ends who is to blame. */
void recording_slow(struct recording *rec) RUNS_ON(on_rec);

/* Ends the editions that failed. False: none is left. */
bool recording_settle(struct recording *rec) RUNS_ON(on_rec);

uint32_t recording_id(const struct recording *rec) RUNS_ON(on_rec);

#endif
