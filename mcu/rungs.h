/* rungs.h - the encoders of a picture: each runs only while somebody watches or
 * records it. Control thread.
 */
#ifndef MCU_RUNGS_H
#define MCU_RUNGS_H

#include "base/thread.h"
#include "mcu/bucket.h"
#include "mcu/editions.h"
#include "mcu/ladder.h"

#include <stdbool.h>
#include <stdint.h>

struct net;
struct room_picture;
struct room;

#define RUNGS_VIDEO    (LEVELS - LEVEL_VIDEO)
#define RUNG_LINGER_US INT64_C(3000000) /* somebody may come back */
#define RUNG_MANY      50               /* viewers: then key frames are rarer */
/* One that is recorded becomes smaller so often at once, then each so many seconds: each
 * time its files go on in another part. */
#define RUNG_SHRINKS    6
#define RUNG_SHRINK_SEC 60

struct room_rung {
	uint32_t viewers;
	bool open;
	bool failed;   /* it is tried again each second */
	uint32_t view; /* what it is scaled from, while open */
	struct rung_conf conf;
	int64_t idle_us;      /* since when nobody needs it; 0: somebody does */
	struct bucket shrunk; /* of its sizes while it is recorded */
};

/* The number of the outlet, and of the rung. */
uint32_t rungs_id(const struct room_picture *picture, enum shape shape,
		  enum family family, enum level level);

/* One viewer more, or less. The encoder is started at once; it is stopped some
 * seconds after the last one left. */
void rungs_take(struct room_picture *picture, enum shape shape, enum family family,
		enum level level) RUNS_ON(on_ctl);
void rungs_leave(struct room_picture *picture, enum shape shape, enum family family,
		 enum level level) RUNS_ON(on_ctl);

/* One viewer more, or less, that takes H.264 but not its high profile: then none is
 * made, and for a minute after the last one has gone. */
#define RUNGS_BASELINE_US INT64_C(60000000)
void rungs_baseline(struct room *room, int n) RUNS_ON(on_ctl);

/* An encoder could not be made after all. */
void rungs_failed(struct room_picture *picture, uint32_t id) RUNS_ON(on_ctl);

/* Starts, tunes, moves and stops encoders as they are needed now: after any
 * change of scenes or content, and each second: in all pictures of the room. */
void rungs_update(struct room *room) RUNS_ON(on_ctl);
/* Opens the outlets of those that run on one more net thread. */
void rungs_reach(struct room *room, struct net *net) RUNS_ON(on_ctl);
/* Stops all of a picture. */
void rungs_close(struct room_picture *picture) RUNS_ON(on_ctl);

/* Somebody watches this level, in any family. */
bool rungs_watched(const struct room_picture *picture, enum shape shape,
		   enum level level);
/* A rung is made of this view. */
bool rungs_on(const struct room_picture *picture, uint32_t view);

/* The rung that this edition of recordings is made of; 0: none. Its level stays as it
 * was when the recording began, its profile is the constrained baseline. Its size is what
 * its viewers need; it becomes smaller only as often as RUNG_SHRINKS says. */
uint32_t rungs_recorded(const struct room *room, enum edition edition) RUNS_ON(on_ctl);
/* The size of its pictures now, or as it will begin; 0: no such rung. */
void rungs_recorded_size(const struct room *room, enum edition edition, uint16_t *w_px,
			 uint16_t *h_px) RUNS_ON(on_ctl);

#endif
