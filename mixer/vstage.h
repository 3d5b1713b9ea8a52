/* vstage.h - all that one video thread owns: sources, views and rungs by their
 * numbers. It never looks at a clock by itself: the caller says what time it is.
 */
#ifndef MIXER_VSTAGE_H
#define MIXER_VSTAGE_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/fan.h"
#include "mixer/still.h"
#include "mixer/vworker.h"

#include <stdbool.h>
#include <stdint.h>

struct vstage;

#define VSTAGE_VIEWS_MAX 1024
#define VSTAGE_RUNGS_MAX 4096
#define VSTAGE_NEVER     INT64_MAX

/* `fan` is copied. */
int vstage_create(struct vstage **out, const struct fan *fan,
		  const struct vworker_events *events) AULA_MUST_CHECK;
void vstage_destroy(struct vstage *st) RUNS_ON(on_mix); /* NULL is accepted */

/* Stills are made by make(ctx, job), which takes the job, and told of by
 * vstage_still(); by default they are made at once. */
void vstage_studio(struct vstage *st, void (*make)(void *ctx, struct still_job *job),
		   void *ctx) RUNS_ON(on_mix);
/* A still was made: tells of it. Takes both; `still` may be NULL. */
void vstage_still(struct vstage *st, struct still_job *job, struct au *still)
	RUNS_ON(on_mix);

int vstage_view_open(struct vstage *st, uint32_t id,
		     const struct view_conf *conf) AULA_MUST_CHECK RUNS_ON(on_mix);
int vstage_view_retune(struct vstage *st, uint32_t id, const struct view_conf *conf,
		       int64_t now_us) AULA_MUST_CHECK RUNS_ON(on_mix);
void vstage_view_close(struct vstage *st, uint32_t id) RUNS_ON(on_mix);
void vstage_scene(struct vstage *st, uint32_t id, struct scene *scene) /* takes it */
	RUNS_ON(on_mix);
void vstage_poster(struct vstage *st, uint32_t id, int64_t now_us) RUNS_ON(on_mix);
void vstage_wish(struct vstage *st, uint32_t id, const struct still_spec *spec,
		 int64_t now_us) RUNS_ON(on_mix);

int vstage_source_open(struct vstage *st, uint32_t id) AULA_MUST_CHECK RUNS_ON(on_mix);
void vstage_source_close(struct vstage *st, uint32_t id) RUNS_ON(on_mix);
void vstage_source_off(struct vstage *st, uint32_t id, bool off, int64_t now_us)
	RUNS_ON(on_mix);
void vstage_source_tap(struct vstage *st, uint32_t id, uint32_t to, int64_t now_us)
	RUNS_ON(on_mix);
/* Takes the picture, also on failure: -ENOENT. */
int vstage_source_put(struct vstage *st, uint32_t id, struct picture *picture)
	RUNS_ON(on_mix) AULA_MUST_CHECK;

int vstage_rung_open(struct vstage *st, uint32_t view_id, uint32_t id,
		     const struct rung_conf *conf, int64_t now_us) AULA_MUST_CHECK
	RUNS_ON(on_mix);
void vstage_rung_close(struct vstage *st, uint32_t id) RUNS_ON(on_mix);
int vstage_rung_retune(struct vstage *st, uint32_t id,
		       const struct rung_conf *conf) AULA_MUST_CHECK RUNS_ON(on_mix);
/* Made of another view, by the same encoder; -ENOENT: no such rung or view, -ENOSPC:
 * that one has VIEW_RUNGS_MAX. */
int vstage_rung_move(struct vstage *st, uint32_t id, uint32_t view,
		     const struct rung_conf *conf, int64_t now_us) AULA_MUST_CHECK
	RUNS_ON(on_mix);
void vstage_rung_key(struct vstage *st, uint32_t id) RUNS_ON(on_mix);
void vstage_rung_tap(struct vstage *st, uint32_t id, uint32_t to) RUNS_ON(on_mix);

/* Decodes a unit of a source; of an unknown one nothing happens. */
void vstage_unit(struct vstage *st, uint32_t id, struct au *au, int64_t now_us)
	RUNS_ON(on_mix);

/* When vstage_run() has something to do. */
int64_t vstage_due_us(const struct vstage *st, int64_t now_us) RUNS_ON(on_mix);

/* All views make that part of their frames. */
void vstage_pace(struct vstage *st, uint32_t percent) RUNS_ON(on_mix);

/* Calls done() with the figures of all views and rungs. */
void vstage_stats(struct vstage *st, int64_t now_us,
		  void (*done)(void *ctx, const struct vworker_stats *stats), void *ctx)
	RUNS_ON(on_mix);

/* Makes the frame that has been due for longest, if any is. One a call, so that the
 * caller can look at the clock before the next. */
void vstage_run(struct vstage *st, int64_t now_us) RUNS_ON(on_mix);

#endif
