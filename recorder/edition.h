/* edition.h - one file of a recording while it runs: waits for a key frame, then hands
 * unit after unit to the plugin.
 */
#ifndef RECORDER_EDITION_H
#define RECORDER_EDITION_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/finish.h"

#include <stdbool.h>
#include <stdint.h>

struct edition;

/* The one of this index of conf->editions. */
int edition_create(struct edition **out, struct rec_env *env,
		   const struct recording_conf *conf, uint32_t index)
	RUNS_ON(on_rec) AULA_MUST_CHECK;

/* One that nothing was given: it was never there. */
void edition_drop(struct edition *e) RUNS_ON(on_rec);

/* Closes the file, hands it to the finisher, frees the edition. */
void edition_destroy(struct edition *e) RUNS_ON(on_rec);

/* Tells that it ended, with the reason. */
void edition_tell(const struct edition *e) RUNS_ON(on_rec);

/* Whose pictures it takes; 0: it takes none. */
uint32_t edition_video(const struct edition *e) RUNS_ON(on_rec);

/* Takes a reference if it must. `at_us` is its time in the recording, not negative. */
void edition_unit(struct edition *e, struct au *au, int64_t at_us) RUNS_ON(on_rec);

/* Pictures are missing from here on: nothing up to the next key frame can be shown. */
void edition_cut(struct edition *e) RUNS_ON(on_rec);

/* Each second: looks at the disk. */
void edition_tick(struct edition *e) RUNS_ON(on_rec);

/* Nothing is written any more; the first reason stays. */
void edition_fail(struct edition *e, int err) RUNS_ON(on_rec);
bool edition_failed(const struct edition *e) RUNS_ON(on_rec);

/* Where the last unit ends, in the recording; 0: nothing was written. */
int64_t edition_end_us(const struct edition *e) RUNS_ON(on_rec);

/* How long it was in the plugin since edition_rest(). */
int64_t edition_spent_us(const struct edition *e) RUNS_ON(on_rec);
void edition_rest(struct edition *e) RUNS_ON(on_rec);

#endif
