/* keeper.h - how long recordings are kept, and how much of them: what is in the trash
 * goes after `recording_grace_days`, what is old after `recording_keep_days`, and a class
 * with its groups has at most `recording_quota_mb`. Control thread; disks are touched on
 * the threads of the recorder.
 *
 * Whatever goes takes one way: nobody works on it any more, then its files go, and its
 * row last. What is interrupted, by a restart too, is found again by the next sweep, for
 * while there is a row there may be a file.
 */
#ifndef MCU_KEEPER_H
#define MCU_KEEPER_H

#include "base/attr.h"
#include "base/conf.h"
#include "base/thread.h"
#include "db/db.h"

#include <stdbool.h>
#include <stdint.h>

struct keeper;
struct room;
struct server;

#define KEEPER_SWEEP_SEC 60 /* between two sweeps */
#define KEEPER_ROWS      50 /* of one sweep; the others are those of the next */
#define KEEPER_USAGE_SEC 10 /* how much each class has is asked so often */
#define KEEPER_LOOK_SEC  3  /* and how large the files are that grow */

int keeper_create(struct keeper **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void keeper_destroy(struct keeper *keeper) RUNS_ON(on_ctl); /* NULL is accepted */

/* Each second. */
void keeper_tick(struct keeper *keeper, int64_t now_us) RUNS_ON(on_ctl);

/* When it will be gone for good, as things are; 0: never. Pure. */
int64_t keeper_gone_ms(const struct conf *conf, const struct db_recording *row);

/* Whose quota it is: the class, or of a group that whose it is. */
const struct room *keeper_class(const struct room *room) RUNS_ON(on_ctl);

/* How many bytes the class and its groups together may still record; INT64_MAX: as many
 * as they like. As it was known last, so that a little more may come together. */
int64_t keeper_left(const struct room *room) RUNS_ON(on_ctl);

/* Removes a recording with all that was made of it, and tells the class. done(ctx, err)
 * on the control thread, perhaps before this returns: 0, -EBUSY (it is being written),
 * -ESHUTDOWN (the server ends), or why it could not be; then the row is still there. */
void keeper_remove(struct server *server, const struct db_recording *row,
		   void (*done)(void *ctx, int err), void *ctx) RUNS_ON(on_ctl);

#endif
