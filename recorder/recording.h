/* recording.h - one recording while it runs: waits for a key frame, then hands
 * unit after unit to the plugin.
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

/* Closes the file, hands it to the finisher, frees the recording. */
void recording_destroy(struct recording *rec) RUNS_ON(on_rec);

/* Takes the unit. */
void recording_unit(struct recording *rec, struct au *au) RUNS_ON(on_rec);

/* Each second: looks at the disk. */
void recording_tick(struct recording *rec) RUNS_ON(on_rec);

/* Nothing is written any more; the first reason stays. */
void recording_fail(struct recording *rec, int err) RUNS_ON(on_rec);
bool recording_failed(const struct recording *rec) RUNS_ON(on_rec);

uint32_t recording_id(const struct recording *rec) RUNS_ON(on_rec);

#endif
