/* vworker_post.h - what other threads ask of a video thread, as letters to it.
 * For vworker.c and vworker_post.c only.
 */
#ifndef MIXER_VWORKER_POST_H
#define MIXER_VWORKER_POST_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/still.h"
#include "mixer/vworker.h"

#include <stdbool.h>
#include <stdint.h>

struct vstage;

struct order {
	struct vworker *worker; /* of vworker_give() */
	/* Carries it out on the video thread; -ENOENT and the like are logged. */
	int (*run)(struct vstage *st, struct order *order, int64_t now_us);
	const char *what; /* for the log */
	uint32_t id;      /* of the view, source or rung it is about */
	uint32_t view;    /* of a rung that is opened */
	uint32_t on;      /* 0: no longer; of a tap: as what */
	struct view_conf view_conf;
	struct rung_conf rung_conf;
	struct still_spec still;
	uint32_t percent;
	void (*done)(void *ctx, const struct vworker_stats *stats);
	void *ctx;
	struct scene *scene;     /* owned until run() takes it */
	struct picture *picture; /* the same */
};

/* ANY_THREAD. For what closes, silences or replaces something: with the reserve of
 * the mailbox, and without an allocation; only `run`, `what`, `id`, `on` and `scene` are
 * used.
 * Takes the scene, also on failure: -ENOBUFS. */
int vworker_give_must(struct vworker *w, const struct order *order) AULA_MUST_CHECK;

/* ANY_THREAD. Posts a copy. Takes scene and picture, also on failure. -ENOBUFS when too
 * many wait, -ENOMEM. */
int vworker_give(struct vworker *w, const struct order *order) AULA_MUST_CHECK;

#endif
