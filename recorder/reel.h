/* reel.h - what is to become the finished file of one edition of a recording: its parts,
 * one after the other. Made when the recording starts, so that its end cannot fail.
 */
#ifndef RECORDER_REEL_H
#define RECORDER_REEL_H

#include "base/attr.h"
#include "base/thread.h"
#include "recorder/env.h"
#include "recorder/part.h"

#include <stdbool.h>
#include <stdint.h>

struct reel_piece {
	struct part *part; /* owned: a part, or what was made of it */
	int64_t at_us;     /* where its zero is in the recording */
	int64_t length_us; /* 0: not known */
};

struct reel {
	struct rec_env *env;
	struct recording_result result;
	struct reel_piece *pieces; /* by time */
	uint32_t n, room;
	bool known;        /* it is in env->reels */
	bool closing;      /* its last part is there: how it ended is known in a moment */
	bool ended;        /* nothing is added to it any more */
	bool finished;     /* its file is there, or will not be */
	bool left;         /* something of it stays as it is for another time */
	bool waited;       /* it was in env->waiting */
	uint32_t n_io;     /* so often the disk failed when it was to be rescued */
	int64_t length_us; /* 0: not known */
	int early_err;     /* why nothing more was written; 0: it was told to end */
	/* Of one that was left, see leftover.h: the last that was told, how much there is
	 * of it, how long it waits and when (clock_us()) it is tried. */
	int told_err;
	int64_t left_bytes, wait_us, try_us;
	struct reel *next;
};

/* NULL: no memory. */
struct reel *reel_make(struct rec_env *env, const char *name,
		       uint32_t edition) AULA_MUST_CHECK;
/* NULL is accepted. Its parts are let go of as they are. */
void reel_free(struct reel *reel);

/* Takes the part. -ENOMEM: it is the caller's. */
int reel_add(struct reel *reel, const struct reel_piece *piece)
	RUNS_ON(on_finish) AULA_MUST_CHECK;
/* Lets go of one. */
void reel_remove(struct reel *reel, uint32_t index) RUNS_ON(on_finish);

/* Its finished file. */
struct store_file reel_file(const struct reel *reel);

/* What is written of it, in bytes, and about how long it plays. */
int64_t reel_length_us(const struct reel *reel);

/* From the record thread, in the order of time: a part that was closed (it is taken), and
 * the end: then it is the finisher's. -ENOBUFS: again, later; all is the caller's. */
int reel_post_piece(struct reel *reel, const struct reel_piece *piece, bool last)
	RUNS_ON(on_rec) AULA_MUST_CHECK;
int reel_post_end(struct reel *reel, int err, int64_t length_us, bool left)
	RUNS_ON(on_rec) AULA_MUST_CHECK;

#endif
